package server

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// wantHoles checks how many numbers a backup would miss.
func wantHoles(t *testing.T, s *Server, want int64) {
	t.Helper()
	holes, err := db.New(s.Pool).CountHoles(t.Context(), eventlog.SeqSkip)
	if err != nil || holes != want {
		t.Errorf("%d holes, %v; want %d", holes, err, want)
	}
}

// The id of a removed message is a position for the retention time after its
// removal, to the microsecond. Then it is unknown; its number still is a position.
// Of each conversation one row stays.
func TestRemovedIDsAreForgotten(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo, other := servertest.AddConvo(t, s.Pool, 0, alice), servertest.AddConvo(t, s.Pool, 0, alice)
	start := *now
	for _, c := range []xrpc.ConvoID{convo, other} {
		servertest.Fill(t, s.Pool, c, "aacaa")
		restamp(t, s, c, start, 1, 2, 4)
		restamp(t, s, c, start.Add(time.Hour), 5)
	}
	*now = start.Add(limit.MessageTime + time.Microsecond)
	if gone := clean(t, s)["message"]; gone != 6 {
		t.Fatalf("%d messages were removed", gone)
	}
	removedAt := *now
	since := func(id string, want string) {
		t.Helper()
		got := servertest.PageText(t, s, alice, gen.GetMessagesParams{ConvoID: convo, SinceMessage: &id})
		if got != want {
			t.Errorf("since %s: %s, want %s", id, got, want)
		}
	}
	*now = removedAt.Add(limit.MessageTime)
	if gone := clean(t, s); gone["message"] != 2 || gone["message-id"] != 0 {
		t.Errorf("at the time: %v", gone)
	}
	since("m1", "[3] of 5 gap 2-5")
	since("m4", "[] of 5 gap 5-5")
	wantHoles(t, s, 0)

	*now = removedAt.Add(limit.MessageTime + time.Microsecond)
	if gone := clean(t, s)["message-id"]; gone != 6 {
		t.Errorf("after it %d ids were forgotten", gone)
	}
	for _, id := range []string{"m1", "m2", "m4"} {
		_, err := s.GetMessages(t.Context(), servertest.As(alice), &gen.GetMessagesParams{ConvoID: convo, Limit: 1, SinceMessage: &id})
		servertest.WantError(t, err, gen.ErrInvalidCursor)
	}
	since("m5", "[] of 5")
	since("m3", "[] of 5 gap 4-5")
	if got := servertest.PageText(t, s, alice, gen.GetMessagesParams{ConvoID: convo, SinceSeq: new(int64(1))}); got != "[3] of 5 gap 2-5" {
		t.Errorf("since the number of a forgotten message: %s", got)
	}
	wantHoles(t, s, 0)

	*now = now.Add(2 * limit.MessageTime)
	if gone := clean(t, s)["message-id"]; gone != 2 {
		t.Errorf("%d ids were forgotten with the last messages", gone)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM removed_messages WHERE seq = 5`); n != 2 {
		t.Errorf("%d newest numbers are kept", n)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM removed_messages`); n != 2 {
		t.Errorf("%d rows are kept for two conversations", n)
	}
	if gone := clean(t, s)["message-id"]; gone != 0 {
		t.Errorf("what is kept was removed: %d rows", gone)
	}
	// A message lost after the newest removed one is still a hole in a backup.
	servertest.Fill(t, s.Pool, convo, "aaa")
	wantHoles(t, s, 0)
	dbtest.Exec(t, s.Pool, `DELETE FROM messages WHERE convo_id = $1 AND seq = 7`, convo)
	wantHoles(t, s, 1)
}

// A client that was away for so long that the id of its last message is forgotten
// learns it by an error, and reads on from the number of that message.
func TestClientOfAForgottenMessage(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	servertest.SendMessages(t, s, convo, alice, 3)
	page, err := s.GetMessages(t.Context(), servertest.As(alice), &gen.GetMessagesParams{ConvoID: convo, Limit: 2})
	if err != nil || page.Cursor == nil {
		t.Fatalf("%+v, %v", page, err)
	}
	last := page.Messages[len(page.Messages)-1]
	for range 2 {
		*now = now.Add(limit.MessageTime + time.Second)
		clean(t, s)
	}
	servertest.SendMessages(t, s, convo, alice, 1)
	_, err = s.GetMessages(t.Context(), servertest.As(alice), &gen.GetMessagesParams{ConvoID: convo, Limit: 2, SinceMessage: page.Cursor})
	servertest.WantError(t, err, gen.ErrInvalidCursor)
	if got := servertest.PageText(t, s, alice, gen.GetMessagesParams{ConvoID: convo, SinceSeq: &last.Seq}); got != "[4] of 4 gap 3-3" {
		t.Errorf("from the number on: %s", got)
	}
}

// Rows that a server of the version before writes, without the time, are forgotten
// too.
func TestRemovedIDsOfOldServers(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	dbtest.Exec(t, s.Pool, `INSERT INTO removed_messages (convo_id, id_hash, seq) VALUES ($1, substr(sha256('m1'), 1, 8), 1)`, convo)
	if gone := clean(t, s)["message-id"]; gone != 0 {
		t.Errorf("%d ids were forgotten at once", gone)
	}
	*now = now.Add(limit.MessageTime + time.Minute)
	if gone := clean(t, s)["message-id"]; gone != 1 {
		t.Errorf("%d ids were forgotten", gone)
	}
}

// Two cleaners that forget at the same time do not wait for each other in a circle,
// and forget each row once.
func TestTwoCleanersForget(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	const each, convos = 400, 6
	for range convos {
		convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
		// In this order every batch has rows of every conversation.
		dbtest.Exec(t, s.Pool, `INSERT INTO removed_messages (convo_id, id_hash, seq, removed_at)
			SELECT $1, substr(sha256(('m' || n)::bytea), 1, 8), n, $2::timestamptz + make_interval(secs => n) FROM generate_series(1, $3::bigint) n`, convo, *now, each)
	}
	*now = now.Add(limit.MessageTime + time.Hour)
	registries := []*prometheus.Registry{prometheus.NewRegistry(), prometheus.NewRegistry()}
	var wg sync.WaitGroup
	for i, instance := range []*Server{s, secondInstance(t, s)} {
		wg.Go(func() {
			c := cleanerOf(instance, func(c *retention.Config) { c.Metrics = retention.NewMetrics(registries[i]) })
			if err := c.Round(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := removed(t, registries[0])["message-id"] + removed(t, registries[1])["message-id"]; n != each*convos {
		t.Errorf("%d rows counted, want %d", n, each*convos)
	}
	if got, want := dbtest.Value[string](t, s.Pool, `SELECT format('%s %s %s', count(*), min(seq), max(seq)) FROM removed_messages`), "6 400 400"; got != want {
		t.Errorf("what is kept is %s, want %s", got, want)
	}
}

// Nothing of a conversation stays that is removed whole while another instance
// forgets its ids.
func TestForgettingAgainstClosing(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	convo, _ := closed(t, s, *now)
	dbtest.Exec(t, s.Pool, `UPDATE removed_messages SET removed_at = $1`, *now)
	*now = now.Add(limit.MessageTime + time.Second)
	servertest.Settled(t, s.Pool)
	err := servertest.WhileLocked(t, s.Pool, func(tx pgx.Tx) {
		if n, err := db.New(tx).ForgetRemoved(context.Background(), s.Now(), 10); err != nil || n != 1 {
			t.Fatalf("%d forgotten, %v", n, err)
		}
	}, func() error { return cleanerOf(s).Round(context.Background()) })
	if err != nil {
		t.Fatal(err)
	}
	for table, n := range rowsOfConvo(t, s, convo) {
		if n != 0 {
			t.Errorf("%s has %d rows left", table, n)
		}
	}
}
