package mls_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"catbird.blue/mls/mls"
)

// recordedRun is a recorded group of real clients: ts-mls (with the shim of the
// end-to-end tests) and core-crypto. See testdata/README.md.
type recordedRun struct {
	Suite, Handshakes string
	Start, Message    []byte
	Steps             []struct {
		Name, By                   string
		Commit, Welcome, GroupInfo []byte
		KeyPackages                [][]byte
		Members                    []string
		Epoch                      uint64
	}
}

// recording is the format of the file. Raw holds objects that ts-mls makes
// without the shim, by the name of the quirk that they show.
type recording struct {
	RecordedAt int64
	Runs       []recordedRun
	Raw        []struct {
		Quirk  string
		Object []byte
	}
}

func recorded(t *testing.T) recording {
	t.Helper()
	raw, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var file recording
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestRecordedQuirks checks that raw ts-mls objects are refused with the name
// of the quirk and the section of the RFC.
func TestRecordedQuirks(t *testing.T) {
	file := recorded(t)
	seen := map[string]int{}
	for _, r := range file.Raw {
		var err error
		if k, parseErr := mls.ParseKeyPackage(r.Object); parseErr == nil {
			err = k.Verify(time.Unix(file.RecordedAt, 0), "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
		} else {
			gi, parseErr := mls.ParseGroupInfo(r.Object)
			if parseErr != nil {
				t.Fatal(parseErr)
			}
			_, err = gi.Verify(nil, nil)
		}
		want := map[string]mls.Quirk{"lifetime": mls.QuirkLifetime, "compressed": mls.QuirkCompressedKey, "external_pub": mls.QuirkExternalPub}[r.Quirk]
		var e *mls.Error
		switch {
		case r.Quirk == "none" && err != nil:
			t.Errorf("refused: %v", err)
		case r.Quirk != "none" && (!errors.As(err, &e) || e.Quirk != want || e.Section == ""):
			t.Errorf("%s: %v, want the quirk named", r.Quirk, err)
		}
		seen[r.Quirk]++
	}
	if seen["none"] != 1 || seen["lifetime"] != 1 || seen["compressed"] != 3 || seen["external_pub"] != 1 {
		t.Errorf("quirks %v", seen)
	}
}

// TestRecordedClients follows the objects that real clients sent, as the
// service does. After every commit it compares the roster with the clients'
// own.
func TestRecordedClients(t *testing.T) {
	file := recorded(t)
	steps, applied, external := 0, 0, 0
	for _, run := range file.Runs {
		o := follow(t, run.Start)
		if m, err := mls.ParseMessage(run.Message); err != nil || m.Private == nil || m.Private.ContentType != mls.ContentTypeApplication {
			t.Errorf("application message: %v", err)
		} else if err := m.Private.Verify(o.g.Context.CipherSuite); err != nil {
			t.Errorf("application message: %v", err)
		}
		for _, s := range run.Steps {
			claim := mls.RosterChange{MayRemove: anyone}
			by, err := mls.ParseIdentity([]byte(s.By))
			if err != nil {
				t.Fatal(err)
			}
			claim.Committer = by.DID
			claim.Added = recordedPackages(t, s.KeyPackages, s.Welcome, time.Unix(file.RecordedAt, 0))
			gi, err := mls.ParseGroupInfo(s.GroupInfo)
			if err != nil {
				t.Fatalf("%s %s %s: %v", run.Suite, run.Handshakes, s.Name, err)
			}
			claim.Signer = gi.Signer
			next, err := gi.Verify(nil, o.cache)
			if err != nil {
				t.Fatalf("%s %s %s: %v", run.Suite, run.Handshakes, s.Name, err)
			}
			m, err := mls.ParseMessage(s.Commit)
			if err != nil {
				t.Fatal(err)
			}
			if m.Private != nil {
				if err := m.Private.Verify(o.g.Context.CipherSuite); err != nil {
					t.Errorf("%s %s %s: %v", run.Suite, run.Handshakes, s.Name, err)
				}
			}
			if m.Public != nil {
				computed, effect, err := o.g.ApplyCommit(m.Public, nil, o.cache)
				if err != nil {
					t.Fatalf("%s %s %s: %v", run.Suite, run.Handshakes, s.Name, err)
				}
				if !bytes.Equal(computed.Context.Bytes(), next.Context.Bytes()) || !bytes.Equal(computed.Interim, next.Interim) {
					t.Fatalf("%s %s %s: the commit leads elsewhere than its GroupInfo", run.Suite, run.Handshakes, s.Name)
				}
				applied++
				if effect.Joined {
					external++
					claim.Joiner = &m.Public.Commit.Path.LeafNode
				}
			}
			if _, err := o.g.CompareRoster(next, claim); err != nil {
				t.Fatalf("%s %s %s: %v", run.Suite, run.Handshakes, s.Name, err)
			}
			if next.Context.Epoch != s.Epoch {
				t.Errorf("epoch %d, the clients have %d", next.Context.Epoch, s.Epoch)
			}
			if got := identities(t, next.Tree); !slices.Equal(got, s.Members) {
				t.Errorf("%s: roster %v, the clients have %v", s.Name, got, s.Members)
			}
			o.g = next
			steps++
		}
	}
	if steps != 104 || applied != 61 || external != 18 {
		t.Errorf("%d commits, %d applied, %d external; want 104, 61, 18", steps, applied, external)
	}
	t.Logf("%d commits of ts-mls and core-crypto verified, %d of them PublicMessages, %d external", steps, applied, external)
}

// recordedPackages verifies key packages and checks that the Welcome names
// them.
func recordedPackages(t *testing.T, packages [][]byte, welcome []byte, at time.Time) []*mls.KeyPackage {
	t.Helper()
	var refs []string
	if len(welcome) > 0 {
		w, err := mls.ParseWelcome(welcome)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(); err != nil {
			t.Error(err)
		}
		refs = w.RefsHex()
	}
	if len(refs) != len(packages) {
		t.Fatalf("%d references for %d key packages", len(refs), len(packages))
	}
	var out []*mls.KeyPackage
	for _, b := range packages {
		k, err := mls.ParseKeyPackage(b)
		if err != nil {
			t.Fatal(err)
		}
		id, err := k.Identity()
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Verify(at, id.DID); err != nil {
			t.Fatal(err)
		}
		if ref, _ := k.RefHex(); !slices.Contains(refs, ref) {
			t.Error("the Welcome does not name the key package")
		}
		out = append(out, k)
	}
	return out
}

// identities lists the identities in the credentials of a tree, sorted.
func identities(t *testing.T, tree *mls.RatchetTree) []string {
	t.Helper()
	members, err := tree.Members()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range members {
		out = append(out, string(m.Leaf.Credential.Identity))
	}
	slices.Sort(out)
	return out
}
