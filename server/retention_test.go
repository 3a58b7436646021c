package server

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// agingServer makes a Server whose clock the test sets.
func agingServer(t testing.TB) (s *Server, now *time.Time) {
	t.Helper()
	now = new(time.Now().Truncate(time.Microsecond))
	return newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return *now } }), now
}

// cleanerOf makes a cleaner for the data of s that uses its clock.
func cleanerOf(s *Server, opts ...func(*retention.Config)) *retention.Cleaner {
	c := retention.Config{Pool: s.Pool, Blobs: s.config.Blobs, Clock: s.Now}
	for _, o := range opts {
		o(&c)
	}
	// Both clocks are those of the test.
	c.DatabaseTime = func(context.Context) (time.Time, error) { return c.Clock(), nil }
	return retention.New(c)
}

// clean runs one round of a cleaner when no transaction of another test holds the
// visibility horizon back, and returns how many rows of each kind it removed.
func clean(t testing.TB, s *Server, opts ...func(*retention.Config)) map[string]int {
	t.Helper()
	servertest.Settled(t, s.Pool)
	registry := prometheus.NewRegistry()
	c := cleanerOf(s, append(opts, func(c *retention.Config) { c.Metrics = retention.NewMetrics(registry) })...)
	if err := c.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	return removed(t, registry)
}

// removed reads how many rows of each kind a cleaner removed.
func removed(t testing.TB, registry *prometheus.Registry) map[string]int {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, f := range families {
		if f.GetName() != "mls_removed_total" {
			continue
		}
		for _, m := range f.Metric {
			rows[m.Label[0].GetValue()] = int(m.GetCounter().GetValue())
		}
	}
	return rows
}

// restamp sets the time of messages of a conversation.
func restamp(t testing.TB, s *Server, convo xrpc.ConvoID, at time.Time, seqs ...int64) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `UPDATE messages SET created_at = $2 WHERE convo_id = $1 AND seq = ANY($3)`, convo, at, seqs)
}

// Application messages are removed when they are older than the retention time, to
// the microsecond. Sequence numbers go on, positions stay valid, and gapInfo names
// the removed numbers.
func TestMessagesAge(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 0, alice)
	servertest.Fill(t, s.Pool, convo, "acaapaca")
	start := *now
	restamp(t, s, convo, start, 1, 2, 4, 5, 6, 7, 8)
	restamp(t, s, convo, start.Add(-time.Microsecond), 3)
	*now = start.Add(limit.MessageTime)
	gone := clean(t, s)["message"]
	for _, c := range []struct {
		p    gen.GetMessagesParams
		want string
	}{
		{gen.GetMessagesParams{}, "[1 2 4 5 6 7 8] of 8 gap 3-3"},
		{gen.GetMessagesParams{Limit: 3}, "[1 2 4] m4 of 8 gap 3-3"},
		{gen.GetMessagesParams{SinceMessage: new("m3")}, "[4 5 6 7 8] of 8"},
		{gen.GetMessagesParams{SinceMessage: new("m2"), Limit: 2}, "[4 5] m5 of 8 gap 3-3"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(5))}, "[1 2 4] m4 of 8 gap 3-3"},
	} {
		c.p.ConvoID = convo
		if got := servertest.PageText(t, s, alice, c.p); got != c.want {
			t.Errorf("at the time: %+v: %s, want %s", c.p, got, c.want)
		}
	}
	*now = start.Add(limit.MessageTime + time.Microsecond)
	gone += clean(t, s)["message"]
	for _, c := range []struct {
		p    gen.GetMessagesParams
		want string
	}{
		{gen.GetMessagesParams{}, "[2 5 7] of 8 gap 1-8"},
		{gen.GetMessagesParams{SinceSeq: new(int64(1))}, "[2 5 7] of 8 gap 3-8"},
		{gen.GetMessagesParams{SinceSeq: new(int64(1)), Limit: 1}, "[2] m2 of 8"},
		{gen.GetMessagesParams{SinceSeq: new(int64(2)), Limit: 1}, "[5] m5 of 8 gap 3-4"},
		{gen.GetMessagesParams{SinceMessage: new("m4")}, "[5 7] of 8 gap 6-8"},
		{gen.GetMessagesParams{SinceMessage: new("m8")}, "[] of 8"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(7))}, "[2 5] m5 of 8 gap 1-6"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(8)), Limit: 1}, "[7] m7 of 8"},
		{gen.GetMessagesParams{Types: []string{"app"}}, "[] of 8 gap 1-8"},
		{gen.GetMessagesParams{Types: []string{"commit", "proposal"}}, "[2 5 7] of 8"},
	} {
		c.p.ConvoID = convo
		if got := servertest.PageText(t, s, alice, c.p); got != c.want {
			t.Errorf("after it: %+v: %s, want %s", c.p, got, c.want)
		}
	}
	_, err := s.GetMessages(t.Context(), servertest.As(alice), &gen.GetMessagesParams{ConvoID: convo, Limit: 1, SinceMessage: new("m9")})
	servertest.WantError(t, err, gen.ErrInvalidCursor)
	// The positions of a former member end with its window, whether messages were
	// removed or not.
	dbtest.Exec(t, s.Pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, left_seq, left_at, joined_n, joined_gen, joined_pos)
		VALUES ($1, $2, 0, now(), 3, now(), 0, 0, 0)`, convo, servertest.DID("bob"))
	if got := servertest.PageText(t, s, servertest.DID("bob"), gen.GetMessagesParams{ConvoID: convo, SinceMessage: new("m1")}); got != "[2] of 3 gap 3-3" {
		t.Errorf("a former member: %s", got)
	}
	_, err = s.GetMessages(t.Context(), servertest.As(servertest.DID("bob")), &gen.GetMessagesParams{ConvoID: convo, Limit: 1, SinceMessage: new("m4")})
	servertest.WantError(t, err, gen.ErrInvalidCursor)
	in := servertest.Message(convo, 2)
	in.MsgID = new("m1") // the id is free again, and is that of the later message
	if out, err := s.SendMessage(t.Context(), servertest.As(alice), in); err != nil || *out.Seq != 9 {
		t.Fatalf("the next message: %+v, %v", out, err)
	}
	*now = now.Add(limit.MessageTime + time.Microsecond)
	gone += clean(t, s)["message"]
	if got := servertest.PageText(t, s, alice, gen.GetMessagesParams{ConvoID: convo, SinceMessage: new("m1")}); got != "[] of 9" {
		t.Errorf("an id of two messages: %s", got)
	}
	if gone != 6 {
		t.Errorf("%d messages counted, want 6", gone)
	}
}

// The retention time is a setting.
func TestMessageTTLSetting(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newTestServer(t, func(c *Config) {
		c.Clock = func() time.Time { return now }
	})
	hour := func(c *retention.Config) { c.MessageTTL = time.Hour }
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	servertest.SendMessages(t, s, convo, servertest.DID("alice"), 1)
	now = now.Add(time.Hour)
	clean(t, s, hour)
	if got := servertest.PageText(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo}); !strings.HasPrefix(got, "[1]") {
		t.Errorf("at an hour: %s", got)
	}
	now = now.Add(time.Second)
	clean(t, s, hour)
	if got := servertest.PageText(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo}); got != "[] of 1 gap 1-1" {
		t.Errorf("after it: %s", got)
	}
}

// Two concurrent cleaners remove everything, each row once. The low-water mark is the
// last row of the log that was removed. Rows from before the log are removed, too.
func TestTwoCleaners(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	one, two := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice")), servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	// The events of alice's joining are before these messages in the log, and are
	// removed with them.
	dbtest.Exec(t, s.Pool, `DELETE FROM events`)
	const each = 1300
	for _, convo := range []xrpc.ConvoID{one, two} {
		dbtest.Exec(t, s.Pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
			SELECT $1, n, ('m' || n)::bytea, 'app', 1, 'x', $2, CASE WHEN n > 50 THEN 1 ELSE 0 END, CASE WHEN n > 50 THEN n / 10 ELSE 0 END
			FROM generate_series(1, $3::bigint) n`, convo, *now, each)
		dbtest.Exec(t, s.Pool, `UPDATE conversations SET last_seq = $2, last_pos = $3 WHERE convo_id = $1`, convo, each, each/10)
	}
	*now = now.Add(limit.MessageTime + time.Second)
	servertest.Settled(t, s.Pool)
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
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	if n := removed(t, registries[0])["message"] + removed(t, registries[1])["message"]; n != 2*each {
		t.Errorf("%d messages counted, want %d", n, 2*each)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM removed_messages`); n != 2*each {
		t.Errorf("%d ids are remembered", n)
	}
	g, err := db.New(s.Pool).ReadLowWater(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := max(one, two); g.LowWaterPos != each/10 || !bytes.Equal(g.LowWaterStreamKey, want.Stored()) || g.LowWaterSeq != each || g.LowWaterN != 0 {
		t.Errorf("the floor is %+v", g)
	}
}

// Rows that the log has not delivered yet are not removed, whatever their age.
func TestRemovalWaitsForTheHorizon(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	tx, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `SELECT log_own_xid()`); err != nil {
		t.Fatal(err)
	}
	servertest.SendMessages(t, s, convo, servertest.DID("alice"), 1)
	*now = now.Add(limit.MessageTime + time.Second)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 1 {
		t.Fatal("a message was removed before it was told")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	clean(t, s)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Fatal("the message stays")
	}
}

// A readable commit names the proposals that it takes; the other proposals are
// removed after their time. Proposals that an encrypted commit may have taken stay,
// and so do those of the current epoch.
func TestLapsedProposals(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	propose := func(public bool) *mlstest.Proposal {
		p := g.ProposeUpdate(bob, public)
		if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: p.Message}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	commit := func(plan mlstest.Plan) {
		c := g.Commit(alice, plan)
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
		accepted(t, out, err)
		g = c.Next
	}
	propose(true)  // not taken by the commit
	propose(false) // no readable commit can name it
	named := propose(true)
	start := *now
	commit(mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{named}}) // 4
	propose(true)                                                        // 5
	commit(mlstest.Plan{})                                               // encrypted: it may have taken the proposal
	propose(true)                                                        // of the current epoch
	*now = start.Add(limit.MessageTime)
	clean(t, s)
	see := func() string {
		return servertest.PageText(t, s, alice.DID, gen.GetMessagesParams{ConvoID: servertest.IDOf(g)})
	}
	if got := see(); got != "[1 2 3 4 5 6 7] of 7" {
		t.Errorf("at the time: %s", got)
	}
	*now = start.Add(10 * limit.MessageTime)
	gone := clean(t, s)["proposal"]
	if got := see(); got != "[3 4 5 6 7] of 7 gap 1-2" {
		t.Errorf("after it: %s", got)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM lapsed_proposals`); n != 0 || gone != 2 {
		t.Errorf("%d are still noted, %d counted", n, gone)
	}
}

// Events for one account are removed after their time, others stay. The low-water
// mark is at or behind all removed events.
func TestEventsAge(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	if _, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	count := func(where string) int64 {
		return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE `+where)
	}
	own, shared := count("target_did IS NOT NULL"), count("convo_id IS NOT NULL")
	if own == 0 || shared == 0 {
		t.Fatalf("%d and %d events", own, shared)
	}
	last := dbtest.Value[string](t, s.Pool, `SELECT format('%s %s %s %s', pos, stream_key, seq, n) FROM events WHERE target_did IS NOT NULL
		ORDER BY pos DESC, stream_key DESC, seq DESC, n DESC LIMIT 1`)
	*now = dbtest.Value[time.Time](t, s.Pool, `SELECT max(created_at) FROM events`).Add(limit.MessageTime)
	clean(t, s)
	if n := count("target_did IS NOT NULL"); n != own {
		t.Errorf("at the time %d of %d are left", n, own)
	}
	*now = now.Add(time.Microsecond)
	clean(t, s)
	if a, b := count("target_did IS NOT NULL"), count("convo_id IS NOT NULL"); a != 0 || b != shared {
		t.Errorf("after it %d of %d and %d of %d are left", a, own, b, shared)
	}
	if got := dbtest.Value[string](t, s.Pool, `SELECT format('%s %s %s %s', low_water_pos, low_water_stream_key, low_water_seq, low_water_n) FROM log_generation`); got != last {
		t.Errorf("the floor is %s, want %s", got, last)
	}
	if got := membersOf(t, s, servertest.IDOf(g)); len(got) != 1 {
		t.Errorf("members are %v", got)
	}
}

// An open Welcome stays as long as its conversation. One that has ended for all its
// devices is removed after its time.
func TestEndedWelcomesAge(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	get := func(c *mlstest.Client) error {
		_, err := s.GetWelcome(t.Context(), by(c), &gen.GetWelcomeParams{ConvoID: servertest.IDOf(g)})
		return err
	}
	confirm := func(c *mlstest.Client) {
		if _, err := s.ConfirmWelcome(t.Context(), by(c), &gen.ConfirmWelcomeInput{ConvoID: servertest.IDOf(g), Success: true}); err != nil {
			t.Fatal(err)
		}
	}
	welcomes := func() int64 { return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM welcomes`) }
	confirm(bob)
	*now = now.Add(limit.MessageTime)
	clean(t, s)
	servertest.WantError(t, get(bob), gen.ErrWelcomeExpired)
	*now = now.Add(10 * limit.MessageTime)
	clean(t, s)
	servertest.WantError(t, get(bob), gen.ErrWelcomeNotFound)
	if err := get(carol); err != nil || welcomes() != 1 {
		t.Fatalf("carol's: %v, %d Welcomes", err, welcomes())
	}
	confirm(carol)
	*now = now.Add(limit.MessageTime + time.Second)
	clean(t, s)
	if n := welcomes(); n != 0 {
		t.Errorf("%d Welcomes are left", n)
	}
}
