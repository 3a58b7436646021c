package faults

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// drill is a machine with the service and its private PostgreSQL, which is lost
// and restored, and the backups, which are elsewhere.
type drill struct {
	t         *testing.T
	directory *authtest.PLC
	account   *authtest.Account
	convo     *convo
	// data is lost with the machine. spool and identity are not.
	data, spool, identity string
	i                     *instance

	mu sync.Mutex
	// sent are the acknowledged messages.
	sent []acknowledged
}

type acknowledged struct {
	seq int64
	id  string
	at  time.Time
}

func newDrill(t *testing.T, env ...string) *drill {
	t.Helper()
	dir := dbtest.Dir(t)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	d := &drill{t: t, directory: authtest.NewPLC(), data: filepath.Join(dir, "data"), spool: filepath.Join(dir, "spool"), identity: filepath.Join(dir, "identity")}
	t.Cleanup(d.directory.Close)
	if err := os.WriteFile(d.identity, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.i = &instance{binary: filepath.Join(dir, "mlsd"), log: filepath.Join(dir, "mlsd.log")}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", d.i.binary, "catbird.blue/mls/cmd/mlsd").CombinedOutput(); err != nil {
		t.Fatalf("build mlsd: %v\n%s", err, out)
	}
	for _, port := range []*string{&d.i.port, &d.i.metricsPort} {
		if *port, err = freeport.Port(); err != nil {
			t.Fatal(err)
		}
	}
	d.i.env = append(append(withoutServerEnv(os.Environ()),
		"SERVER_PORT="+d.i.port, "MLS_METRICS_LISTEN=127.0.0.1:"+d.i.metricsPort, "SERVICE_DID="+did, "MLS_DEV=true",
		"MLS_DATA_DIR="+d.data, "MLS_PLC_URL="+d.directory.URL, "MLS_RATE_LIMITS=off",
		"MLS_BACKUP_SPOOL="+d.spool,
		"MLS_BACKUP_URL=file://"+filepath.Join(dir, "backups"), "MLS_BACKUP_RECIPIENTS="+key.Recipient().String(),
	), env...)
	t.Cleanup(func() {
		if d.i.cmd != nil {
			if err := d.i.stop(); err != nil {
				t.Error(err)
			}
		}
	})
	if err := d.i.start(); err != nil {
		t.Fatal(err)
	}
	d.account = d.directory.NewAccount()
	return d
}

func (d *drill) client() *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: "http://127.0.0.1:" + d.i.port, HTTP: calls, Authorize: d.authorize}}
}

func (d *drill) authorize(r *http.Request, nsid string) error {
	r.Header.Set("Authorization", "Bearer "+d.account.Token(did, nsid))
	return nil
}

var drillMiB = flag.Int("drill.mib", 1, "how many MiB the database of the drills has beside what is sent")

// fill writes messages that do not compress into the database.
func (d *drill) fill() {
	d.t.Helper()
	url, err := pgembed.RunningURL(filepath.Join(d.data, "postgres"))
	if err != nil {
		d.t.Fatal(err)
	}
	conn, err := pgx.Connect(d.t.Context(), url)
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows := *drillMiB * 950 // with their indexes
	ballast := mlstest.Random(32)
	_, err = conn.Exec(d.t.Context(), `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, last_seq, created_at, last_activity_at)
		VALUES ($1, 'did:x', 1, 1, $2, now(), now())`, ballast, rows)
	if err != nil {
		d.t.Fatal(err)
	}
	n := 0
	_, err = conn.CopyFrom(d.t.Context(), pgx.Identifier{"messages"},
		[]string{"convo_id", "seq", "message_id", "kind", "epoch", "ciphertext", "created_at", "gen", "pos"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if n++; n > rows {
				return nil, nil
			}
			return []any{ballast, int64(n), mlstest.Random(16), "app", int64(1), mlstest.Random(900), time.Now(), int64(1), int64(1)}, nil
		}))
	if err != nil {
		d.t.Fatal(err)
	}
}

// mlsd runs a subcommand and returns what it says.
func (d *drill) mlsd(args ...string) string {
	d.t.Helper()
	began := time.Now()
	cmd := exec.CommandContext(d.t.Context(), d.i.binary, args...)
	cmd.Env = d.i.env
	out, err := cmd.CombinedOutput()
	d.t.Logf("mlsd %s: %.2f s\n%s", strings.Join(args[:2], " "), time.Since(began).Seconds(), out)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

// create makes the conversation to which everything is sent.
func (d *drill) create() {
	d.t.Helper()
	raw := mlstest.Random(16)
	d.convo = &convo{id: xrpc.ConvoID(hex.EncodeToString(raw)), raw: raw}
	device := mlstest.NewClient(d.account.DID)
	first := mlstest.NewGroup(device, raw).Commit(device, mlstest.Plan{})
	in := &gen.CreateConvoInput{GroupID: d.convo.id, CipherSuite: mls.SuiteX25519AES128.String(), IdempotencyKey: new("create"), GroupInfo: first.GroupInfo}
	err := until("create the conversation", func() error {
		_, err := d.client().CreateConvo(d.t.Context(), in)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// send sends one message and records it if it was acknowledged.
func (d *drill) send(ctx context.Context) error {
	id := uuid.NewString()
	in := &gen.SendMessageInput{ConvoID: d.convo.id, Epoch: 1, MsgID: &id, Ciphertext: d.convo.message(1, 200+rand.IntN(200))}
	out, err := d.client().SendMessage(ctx, in)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, acknowledged{*out.Seq, id, time.Now()})
	return nil
}

// load sends from several connections at once until the returned function is
// called.
func (d *drill) load() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := d.send(ctx); err != nil {
					time.Sleep(20 * time.Millisecond) // the machine may be lost already
				}
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// metric waits until a metric satisfies f, and returns it.
func (d *drill) metric(name string, f func(float64) bool) (v float64) {
	d.t.Helper()
	err := until(name, func() error {
		all, err := d.i.metrics()
		if err == nil && !f(all[name]) {
			err = fmt.Errorf("is %v", all[name])
		}
		v = all[name]
		return err
	})
	if err != nil {
		d.t.Fatalf("%v\n%s", err, d.i.logTail())
	}
	return v
}

// lose kills the service and its database, and deletes the data directory.
func (d *drill) lose() {
	d.t.Helper()
	raw, err := os.ReadFile(filepath.Join(d.data, "postgres", "cluster", "postmaster.pid"))
	if err != nil {
		d.t.Fatal(err)
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	postmaster, err := strconv.Atoi(string(line))
	if err != nil {
		d.t.Fatal(err)
	}
	d.i.kill()
	if err := syscall.Kill(postmaster, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		d.t.Fatal(err)
	}
	// Its sessions may still write files while they notice.
	if err := until("delete the data directory", func() error { return os.RemoveAll(d.data) }); err != nil {
		d.t.Fatal(err)
	}
}

// stored returns the messages that the service has, by their numbers.
func (d *drill) stored() map[int64]string {
	d.t.Helper()
	out := map[int64]string{}
	for since := int64(0); ; {
		var page *gen.GetMessagesOutput
		err := until("read the messages", func() (err error) {
			page, err = d.client().GetMessages(d.t.Context(), &gen.GetMessagesParams{ConvoID: d.convo.id, SinceSeq: &since, Limit: 100})
			return err
		})
		if err != nil {
			d.t.Fatal(err)
		}
		if len(page.Messages) == 0 {
			return out
		}
		for _, m := range page.Messages {
			out[m.Seq], since = m.ID, m.Seq
		}
	}
}

// check compares what was acknowledged before a time with what is stored, and
// returns the time of the newest message that is there. No number may be used
// again.
func (d *drill) check(before time.Time) (newest time.Time, lost int) {
	d.t.Helper()
	have, last := d.stored(), int64(0)
	for _, s := range d.sent {
		last = max(last, s.seq)
		switch {
		case have[s.seq] == s.id:
			if s.at.After(newest) {
				newest = s.at
			}
		case have[s.seq] != "":
			d.t.Errorf("number %d is now that of another message", s.seq)
		default:
			lost++
			if s.at.Before(before) {
				d.t.Errorf("message %d was acknowledged %s before the end of the stored log, and is lost", s.seq, before.Sub(s.at))
			}
		}
	}
	err := until("send again", func() error { return d.send(d.t.Context()) })
	if err != nil {
		d.t.Fatal(err)
	}
	if n := d.sent[len(d.sent)-1].seq; n <= last {
		d.t.Errorf("after %d was given out, the next message gets %d", last, n)
	}
	return newest, lost
}

// run loses the machine under load, brings it back and returns when it was lost,
// and until when the log was stored.
func (d *drill) run() (killed, stored time.Time) {
	d.t.Helper()
	d.create()
	d.metric(`mls_backup_last_success_timestamp_seconds{kind="base"}`, func(v float64) bool { return v > 0 })
	d.fill()
	d.mlsd("backup", "base")
	stop := d.load()
	began := time.Now()
	// The log of the time under load is stored at least once.
	upTo := d.metric(`mls_backup_last_success_timestamp_seconds{kind="wal"}`, func(v float64) bool { return v > float64(began.Add(time.Second).Unix()) })
	stored = time.UnixMilli(int64(upTo * 1000))
	killed = time.Now()
	d.lose()
	stop()
	lostAt := time.Now()
	d.mlsd("restore", "-to", "latest", "-identity", d.identity)
	restored := time.Now()
	if err := d.i.start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Logf("%8.2fs restore\n%8.2fs start until ready\n%8.2fs from the loss to ready", restored.Sub(lostAt).Seconds(),
		time.Since(restored).Seconds(), time.Since(killed).Seconds())
	return killed, stored
}

// TestDrill loses the machine while the log is stored every few seconds.
func TestDrill(t *testing.T) {
	d := newDrill(t, "MLS_BACKUP_WAL_EVERY=2s", "MLS_BACKUP_SPOOL=")
	killed, stored := d.run()
	d.mlsd("backup", "verify", "-identity", d.identity)
	if list := d.mlsd("backup", "list"); strings.Count(list, "true") != 2 || !strings.Contains(list, "\nverified: ") {
		t.Error("the list does not have two encrypted backups and the verification")
	}
	newest, lost := d.check(stored)
	t.Logf("%d messages were acknowledged; %d of the last %.2f s are lost; the log was stored %.2f s before the loss",
		len(d.sent), lost, killed.Sub(newest).Seconds(), killed.Sub(stored).Seconds())
}

// TestSynchronousDrill loses the machine but not the spool, in which every
// acknowledged write is: nothing may be lost.
func TestSynchronousDrill(t *testing.T) {
	d := newDrill(t, "MLS_BACKUP_WAL=sync", "MLS_BACKUP_WAL_EVERY=2s")
	_, _ = d.run()
	newest, lost := d.check(time.Now())
	t.Logf("%d messages were acknowledged, the last at %s; %d are lost", len(d.sent), newest.Format(time.TimeOnly), lost)
}
