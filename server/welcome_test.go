package server

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// welcomeSQL writes a Welcome as a commit with that number does: it supersedes
// older ones for the same devices. It joins epoch seq + 10.
func welcomeSQL(convo xrpc.ConvoID, seq int, devices ...*mlstest.Client) []string {
	sql := []string{fmt.Sprintf(`INSERT INTO welcomes (convo_id, seq, epoch, welcome, ratchet_tree, created_at)
		VALUES ('\x%s', %d, %d, 'welcome %d', NULLIF('tree %d', 'tree 1')::bytea, now())`, convo, seq, seq+10, seq, seq)}
	for _, c := range devices {
		sql = append(sql,
			fmt.Sprintf(`UPDATE welcome_recipients SET state = 'superseded', ended_at = now()
				WHERE convo_id = '\x%s' AND did = '%s' AND device_id = '%s' AND state = 'open'`, convo, c.DID, c.DeviceID()),
			fmt.Sprintf(`INSERT INTO welcome_recipients (convo_id, did, device_id, seq, ref) VALUES ('\x%s', '%s', '%s', %d, '\x%s')`,
				convo, c.DID, c.DeviceID(), seq, welcomeRef(seq, c)))
	}
	return sql
}

// welcomeRef stands for the ref of the package that was used, in hexadecimal.
func welcomeRef(seq int, c *mlstest.Client) string { return fmt.Sprintf("%02x%x", seq, c.DeviceID()) }

func addWelcome(t testing.TB, s *Server, convo xrpc.ConvoID, seq int, devices ...*mlstest.Client) {
	t.Helper()
	err := pgx.BeginFunc(context.Background(), s.Pool, func(tx pgx.Tx) error {
		for _, sql := range welcomeSQL(convo, seq, devices...) {
			if _, err := tx.Exec(context.Background(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// getWelcome gets the Welcome of a device, or of none named.
func getWelcome(s *Server, did string, convo xrpc.ConvoID, deviceID string) (*gen.GetWelcomeOutput, error) {
	p := &gen.GetWelcomeParams{ConvoID: convo}
	if deviceID != "" {
		p.DeviceID = &deviceID
	}
	return s.GetWelcome(context.Background(), servertest.As(did), p)
}

func confirmWelcome(s *Server, did string, convo xrpc.ConvoID, deviceID string, success bool) (*gen.ConfirmWelcomeOutput, error) {
	in := &gen.ConfirmWelcomeInput{ConvoID: convo, Success: success}
	if deviceID != "" {
		in.DeviceID = &deviceID
	}
	if !success {
		in.ErrorDetails = new("no such key")
	}
	return s.ConfirmWelcome(context.Background(), servertest.As(did), in)
}

func wantConfirmed(t testing.TB, want bool, out *gen.ConfirmWelcomeOutput, err error) {
	t.Helper()
	if err != nil || out.Confirmed != want {
		t.Fatalf("answer is %v, %v; want confirmed %v", out, err, want)
	}
}

func TestWelcome(t *testing.T) {
	s := newTestServer(t)
	alice := servertest.DID("alice")
	phone, laptop := mlstest.NewClient(alice), mlstest.NewClient(alice)
	bob := mlstest.NewClient(servertest.DID("bob"))
	convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), alice, bob.DID)
	_, err := getWelcome(s, alice, convo, "")
	servertest.WantError(t, err, gen.ErrWelcomeNotFound)
	_, err = confirmWelcome(s, alice, convo, "", true)
	servertest.WantError(t, err, gen.ErrWelcomeNotFound)

	addWelcome(t, s, convo, 1, phone, bob)
	addWelcome(t, s, convo, 2, laptop)
	check := func(t *testing.T, device string, seq int64, refs ...string) {
		t.Helper()
		for range 2 { // reading does not consume
			w := need(getWelcome(s, alice, convo, device))(t)
			if w.ConvoID != convo || string(w.Welcome) != fmt.Sprint("welcome ", seq) || *w.Seq != seq || *w.Epoch != seq+10 {
				t.Errorf("Welcome is %q of %s, seq %d, epoch %d; want number %d", w.Welcome, w.ConvoID, *w.Seq, *w.Epoch, seq)
			}
			if tree := []byte(fmt.Sprint("tree ", seq)); seq != 1 && !bytes.Equal(w.RatchetTree, tree) || seq == 1 && w.RatchetTree != nil {
				t.Errorf("tree is %q", w.RatchetTree)
			}
			if !slices.Equal(w.KeyPackageHashes, refs) {
				t.Errorf("hashes are %v, want %v", w.KeyPackageHashes, refs)
			}
		}
	}
	check(t, phone.DeviceID(), 1, welcomeRef(1, phone))
	check(t, laptop.DeviceID(), 2, welcomeRef(2, laptop))
	check(t, "", 2, welcomeRef(2, laptop))
	_, err = getWelcome(s, alice, convo, bob.DeviceID())
	servertest.WantError(t, err, gen.ErrWelcomeNotFound)

	t.Run("several open", func(t *testing.T) {
		_, err := confirmWelcome(s, alice, convo, "", true)
		if e := servertest.WantError(t, err, xrpc.InvalidRequest); !strings.HasPrefix(e.Message, "deviceId: ") {
			t.Errorf("message is %q, want it to name deviceId", e.Message)
		}
	})
	t.Run("failure keeps it open", func(t *testing.T) {
		out, err := confirmWelcome(s, alice, convo, laptop.DeviceID(), false)
		wantConfirmed(t, false, out, err)
		check(t, laptop.DeviceID(), 2, welcomeRef(2, laptop))
		if got := dbtest.Value[string](t, s.Pool, `SELECT error_details FROM welcome_recipients WHERE device_id = $1 AND failed_at IS NOT NULL`, laptop.DeviceID()); got != "no such key" {
			t.Errorf("details are %q", got)
		}
	})
	t.Run("a newer one supersedes", func(t *testing.T) {
		addWelcome(t, s, convo, 3, laptop)
		check(t, laptop.DeviceID(), 3, welcomeRef(3, laptop))
		check(t, phone.DeviceID(), 1, welcomeRef(1, phone))
	})
	t.Run("confirmed, also again", func(t *testing.T) {
		for range 2 {
			out, err := confirmWelcome(s, alice, convo, laptop.DeviceID(), true)
			wantConfirmed(t, true, out, err)
		}
		_, err := getWelcome(s, alice, convo, laptop.DeviceID())
		servertest.WantError(t, err, gen.ErrWelcomeExpired)
		_, err = confirmWelcome(s, alice, convo, laptop.DeviceID(), false)
		servertest.WantError(t, err, gen.ErrWelcomeExpired)
		check(t, "", 1, welcomeRef(1, phone))
	})
	t.Run("the last open one needs no device", func(t *testing.T) {
		out, err := confirmWelcome(s, alice, convo, "", true)
		wantConfirmed(t, true, out, err)
		out, err = confirmWelcome(s, alice, convo, "", true)
		wantConfirmed(t, true, out, err)
		_, err = getWelcome(s, alice, convo, "")
		servertest.WantError(t, err, gen.ErrWelcomeExpired)
		if _, err := getWelcome(s, bob.DID, convo, ""); err != nil {
			t.Errorf("another member's Welcome ended too: %v", err)
		}
	})
	t.Run("one for two devices", func(t *testing.T) {
		addWelcome(t, s, convo, 4, phone, laptop)
		refs := []string{welcomeRef(4, phone), welcomeRef(4, laptop)}
		if phone.DeviceID() > laptop.DeviceID() {
			slices.Reverse(refs)
		}
		check(t, "", 4, refs...)
		out, err := confirmWelcome(s, alice, convo, phone.DeviceID(), true)
		wantConfirmed(t, true, out, err)
		check(t, laptop.DeviceID(), 4, refs...)
	})
}

func TestWelcomeOfOtherTimes(t *testing.T) {
	s := newTestServer(t)
	phone, laptop := mlstest.NewClient(servertest.DID("alice")), mlstest.NewClient(servertest.DID("alice"))
	convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), phone.DID)
	addWelcome(t, s, convo, 1, phone)

	_, stranger := getWelcome(s, servertest.DID("stranger"), convo, "")
	servertest.WantError(t, stranger, gen.ErrConvoNotFound)
	_, nowhere := getWelcome(s, phone.DID, servertest.NewConvoID(), "")
	servertest.WantSameError(t, stranger, nowhere)
	_, stranger = confirmWelcome(s, servertest.DID("stranger"), convo, "", true)
	servertest.WantSameError(t, stranger, nowhere)

	dbtest.Exec(t, s.Pool, `UPDATE conversations SET last_seq = 1 WHERE convo_id = $1`, convo)
	servertest.EndMember(t, s.Pool, convo, phone.DID)
	_, err := getWelcome(s, phone.DID, convo, "")
	servertest.WantError(t, err, gen.ErrNotMember)
	_, err = confirmWelcome(s, phone.DID, convo, "", true)
	servertest.WantError(t, err, gen.ErrNotMember)

	// Added again with another device, the first one's old Welcome is of no use.
	servertest.AddMember(t, s.Pool, convo, phone.DID, 2)
	_, err = getWelcome(s, phone.DID, convo, "")
	servertest.WantError(t, err, gen.ErrWelcomeExpired)
	addWelcome(t, s, convo, 2, laptop)
	if w := need(getWelcome(s, phone.DID, convo, ""))(t); *w.Seq != 2 {
		t.Errorf("Welcome is number %d, want 2", *w.Seq)
	}
	_, err = getWelcome(s, phone.DID, convo, phone.DeviceID())
	servertest.WantError(t, err, gen.ErrWelcomeExpired)
	out, err := confirmWelcome(s, phone.DID, convo, "", true)
	wantConfirmed(t, true, out, err)
}

// Confirmations come twice, at two instances, while newer Welcomes arrive: each
// confirms one, or hears that it ended.
func TestConfirmWelcomeConcurrently(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	c := mlstest.NewClient(servertest.DID("alice"))
	convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), c.DID)
	for seq := 1; seq <= 20; seq += 2 {
		addWelcome(t, s, convo, seq, c)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				out, err := confirmWelcome(servers[i%2], c.DID, convo, c.DeviceID(), true)
				if err != nil || !out.Confirmed {
					t.Errorf("answer is %v, %v", out, err)
				}
			})
		}
		wg.Go(func() { addWelcome(t, s, convo, seq+1, c) })
		wg.Wait()
		out, err := confirmWelcome(s, c.DID, convo, "", true)
		wantConfirmed(t, true, out, err)
		if state := dbtest.Value[string](t, s.Pool, `SELECT state FROM welcome_recipients WHERE seq = $1`, seq+1); state != "confirmed" {
			t.Fatalf("the newest Welcome is %s", state)
		}
	}
}
