package backup

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/metrics"
)

const mib16 = 16 << 20

// openRepo opens an empty repository with a key pair.
func openRepo(t *testing.T, encrypted bool) *Repository {
	t.Helper()
	return openRepoIn(t, t.TempDir(), encrypted)
}

func openRepoIn(t *testing.T, dir string, encrypted bool) *Repository {
	t.Helper()
	var keys Keys
	if encrypted {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		keys = Keys{Recipients: []age.Recipient{id.Recipient()}, Identities: []age.Identity{id}}
	}
	r, err := Open(t.Context(), "file://"+dir, "7", keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func put(t *testing.T, r *Repository, name, content string) {
	t.Helper()
	if _, err := r.put(t.Context(), name, strings.NewReader(content), true); err != nil {
		t.Fatal(err)
	}
}

// names lists what a repository has.
func names(t *testing.T, r *Repository) (out []string) {
	t.Helper()
	err := r.list(t.Context(), "", func(o blob.Object) error {
		out = append(out, o.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestParts: a stream that is stored in parts comes back, and a part that is
// missing, cut or changed is noticed.
func TestParts(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		r := openRepo(t, encrypted)
		want := random(300_000)
		sizes, err := r.putParts(t.Context(), "data", bytes.NewReader(want), 100_000)
		if err != nil || len(sizes) != 4 {
			t.Fatalf("%v, %v", sizes, err)
		}
		read := func() ([]byte, error) {
			src, err := r.getParts(t.Context(), "data", encrypted, sizes)
			if err != nil {
				return nil, err
			}
			defer src.Close()
			return io.ReadAll(src)
		}
		if got, err := read(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("encrypted %t: other bytes came back: %v", encrypted, err)
		}
		part := r.key(names(t, r)[2])
		for what, content := range map[string][]byte{"cut": random(99_000), "changed": random(100_000)} {
			if _, err := r.store.Write(t.Context(), part, bytes.NewReader(content), 1<<20); err != nil {
				t.Fatal(err)
			}
			if _, err := read(); err == nil {
				t.Errorf("encrypted %t: a part that was %s was not noticed", encrypted, what)
			}
		}
		if err := r.store.Delete(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		if _, err := read(); err == nil {
			t.Errorf("encrypted %t: a missing part was not noticed", encrypted)
		}
	}
}

// TestNothingReadable: an encrypted repository shows nothing of what was stored,
// and a server without the private key cannot read it.
func TestNothingReadable(t *testing.T) {
	r := openRepo(t, true)
	put(t, r, "wal/x", "did:plc:secret")
	put(t, r, "base/1/files", "did:plc:secret")
	for _, name := range names(t, r) {
		src, err := r.store.Read(t.Context(), r.key(name), 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(src)
		if err != nil || bytes.Contains(b, []byte("secret")) || !bytes.HasPrefix(b, []byte("age-encryption.org/v1")) {
			t.Errorf("%s is %.40q, %v", name, b, err)
		}
		src.Close()
		if src, err := r.get(t.Context(), name); err != nil {
			t.Error(err)
		} else if b, err := io.ReadAll(src); err != nil || string(b) != "did:plc:secret" {
			t.Errorf("%q, %v", b, err)
		} else if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
	r.keys.Identities = nil
	if _, err := r.get(t.Context(), names(t, r)[0]); !errors.Is(err, errNoIdentity) {
		t.Errorf("without the key: %v", err)
	}
}

func TestParseRecipients(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	key := id.Recipient().String()
	for list, want := range map[string]int{key: 1, key + "," + key: 2, key + ", " + key: 2, NoEncryption: 0} {
		if got, err := ParseRecipients(list); err != nil || len(got) != want {
			t.Errorf("%q: %d, %v", list, len(got), err)
		}
	}
	for _, list := range []string{"", "age1", id.String(), "none," + key} {
		if _, err := ParseRecipients(list); err == nil || strings.Contains(err.Error(), id.String()) {
			t.Errorf("%.10q: %v", list, err)
		}
	}
}

func TestSegments(t *testing.T) {
	for _, size := range []int64{1 << 20, mib16, 1 << 30} {
		for _, n := range []int64{1, perID(size) - 1, perID(size), 5*perID(size) + 3} {
			s := segment{timeline: 2, number: n}
			if back, err := parseSegment(s.name(size), size); err != nil || back != s {
				t.Errorf("%+v became %+v, %v", s, back, err)
			}
		}
	}
	if _, err := parseSegment("00000001.history", mib16); err == nil {
		t.Error("a history is a segment")
	}
}

// TestHoles: the log ends before a hole, goes on on a later timeline, and ends
// with a segment of which only a part was received.
func TestHoles(t *testing.T) {
	name := func(tl, n int64) string { return segment{tl, n}.name(mib16) }
	for what, c := range map[string]struct {
		have       []string
		last, hole string
	}{
		"nothing":         {nil, "", ""},
		"whole":           {[]string{name(1, 254), name(1, 255), name(1, 256), name(1, 257) + partialName}, name(1, 257), ""},
		"hole":            {[]string{name(1, 254), name(1, 256)}, name(1, 254), name(1, 254)},
		"half a segment":  {[]string{name(1, 254) + partialName, name(1, 255)}, name(1, 254), name(1, 254)},
		"later timeline":  {[]string{name(1, 254), name(1, 255) + partialName, name(2, 255), name(2, 256)}, name(2, 256), ""},
		"the first lacks": {[]string{name(1, 255)}, "", ""},
	} {
		a := &archive{files: map[string]string{}}
		for _, f := range c.have {
			a.files[f] = f
		}
		last, err := a.last(name(1, 254), mib16)
		hole, err2 := a.hole(name(1, 254), mib16)
		if err != nil || err2 != nil || last != c.last || hole != c.hole {
			t.Errorf("%s: last %q, hole %q, %v, %v", what, last, hole, err, err2)
		}
	}
}

// TestRetention: what the kept backups need stays, and nothing else.
func TestRetention(t *testing.T) {
	now := time.Now()
	var bases []Base
	for age := 5; age >= 1; age-- {
		at := now.Add(-time.Duration(age) * 24 * time.Hour)
		bases = append(bases, Base{ID: at.UTC().Format(idFormat), Started: at, Ended: at, FirstWAL: segment{1, int64(100 - 10*age)}.name(mib16), SegmentSize: mib16})
	}
	for keep, want := range map[Retention]int{{Count: 2}: 2, {Count: 9}: 5, {}: 1, {Count: 1, Age: 80 * time.Hour}: 3} {
		if drop, kept := keep.drops(bases, now); len(kept) != want || len(drop) != 5-want {
			t.Errorf("%+v keeps %d and drops %d", keep, len(kept), len(drop))
		}
	}
	dir := t.TempDir()
	o := &opened{repo: openRepoIn(t, dir, true)}
	r := o.repo
	put(t, r, "wal/00000002.history", "x")
	for n := int64(45); n < 95; n += 5 {
		put(t, r, walFolder+segment{1, n}.name(mib16), "x")
	}
	kept, gone, fresh := "00/kept", "11/gone", "22/new"
	for _, b := range bases {
		put(t, r, b.name("data"), "x")
		list := sealed(strings.NewReader(kept+"\n"), nil, true)
		if _, err := r.store.Write(t.Context(), r.key(b.name(blobList)), list, 1000); err != nil {
			t.Fatal(err)
		}
		if err := r.putJSON(t.Context(), b.name("manifest.json"), b); err != nil {
			t.Fatal(err)
		}
	}
	old := now.Add(-4 * 24 * time.Hour)
	for _, key := range []string{kept, gone, fresh} {
		if _, err := r.put(t.Context(), blobFolder+key, strings.NewReader("x"), false); err != nil {
			t.Fatal(err)
		}
		if key == fresh {
			continue
		}
		path := filepath.Join(dir, "7", "blobs", filepath.FromSlash(key)+encryptedName)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.retain(t.Context(), Retention{Count: 2}); err != nil {
		t.Fatal(err)
	}
	left := names(t, r)
	has := func(prefix string) bool {
		return slices.ContainsFunc(left, func(n string) bool { return strings.HasPrefix(n, prefix) })
	}
	if !has(blobFolder+kept) || has(blobFolder+gone) || !has(blobFolder+fresh) || !has("wal/00000002.history") {
		t.Errorf("left are %v", left)
	}
	for n := int64(45); n < 95; n += 5 {
		if has(walFolder+segment{1, n}.name(mib16)) != (n >= 80) {
			t.Errorf("segment %d: %t", n, n < 80)
		}
	}
	if all, err := r.Bases(t.Context()); err != nil || len(all) != 2 || all[1].ID != bases[4].ID || has(bases[2].name("")) {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestFeeder runs the restore_command: segments that are whole in the repository,
// whole or begun in the spool, or begun in the repository are served; others end
// the recovery; one that cannot be read fails it.
func TestFeeder(t *testing.T) {
	r := openRepo(t, true)
	name := func(n int64) string { return segment{1, n}.name(mib16) }
	spool := t.TempDir()
	for file, content := range map[string]string{name(2): "spooled", name(3) + partialName: "newer part"} {
		if err := os.WriteFile(filepath.Join(spool, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(t, r, walFolder+name(1), "stored")
	put(t, r, walFolder+name(1)+partialName, "old part")
	put(t, r, walFolder+name(3)+partialName, "older part")
	put(t, r, walFolder+name(4)+partialName, "part")
	put(t, r, walFolder+"00000002.history", "history")
	if _, err := r.store.Write(t.Context(), r.key(walFolder+name(9)+".gz.age"), strings.NewReader("damaged"), 100); err != nil {
		t.Fatal(err)
	}
	a, err := r.archive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The shell must not stumble over the name of the directory.
	f, err := newFeeder(filepath.Join(t.TempDir(), "it's a dir"), r, a, spool, mib16)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = f.run(t.Context()) }()
	to := filepath.Join(t.TempDir(), "RECOVERYXLOG")
	ask := func(file string) (string, int) {
		script := strings.NewReplacer("%f", file, "%p", to, "%%", "%").Replace(f.command())
		code := shell(t, script)
		b, _ := os.ReadFile(to) // missing where the command failed
		_ = os.Remove(to)
		return string(b), code
	}
	for range 2 { // PostgreSQL asks for some files twice
		for file, want := range map[string]string{name(1): "stored", name(2): "spooled", name(3): "newer part", name(4): "part", "00000002.history": "history"} {
			if got, code := ask(file); code != 0 || got != want {
				t.Errorf("%s: %q, status %d", file, got, code)
			}
		}
		for _, file := range []string{name(5), "00000003.history"} {
			if got, code := ask(file); code != 1 || got != "" {
				t.Errorf("%s: %q, status %d", file, got, code)
			}
		}
	}
	if f.failure() != nil {
		t.Error(f.failure())
	}
	if got, code := ask(name(9)); code < 126 || got != "" || f.failure() == nil {
		t.Errorf("a damaged segment: %q, status %d, %v", got, code, f.failure())
	}
}

// shell runs a script and returns its exit status.
func shell(t *testing.T, script string) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// The metrics of backups follow the state.
func TestHealthIsMeasured(t *testing.T) {
	h, registry := NewHealth(), prometheus.NewRegistry()
	h.Register(registry)
	at := time.Unix(1_800_000_000, 0)
	h.set(func(s *State) { s.LastBackup, s.LastVerified = at, at.Add(time.Minute) })
	h.failed(metrics.BackupWAL)
	want := `
# HELP mls_backup_last_verified_timestamp_seconds When a backup was last restored on trial and found complete, as far as this instance knows.
# TYPE mls_backup_last_verified_timestamp_seconds gauge
mls_backup_last_verified_timestamp_seconds 1.80000006e+09
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "mls_backup_last_verified_timestamp_seconds"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			kind := ""
			for _, l := range m.GetLabel() {
				kind = l.GetValue()
			}
			got := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			switch f.GetName() + "/" + kind {
			case "mls_backup_last_success_timestamp_seconds/" + metrics.BackupBase:
				if got != float64(at.Unix()) {
					t.Errorf("the base backup is of %v", got)
				}
			case "mls_backup_failures_total/" + metrics.BackupWAL:
				if got != 1 {
					t.Errorf("%v failures", got)
				}
			}
		}
	}
}
