package server

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// addAs begins a membership after the newest message, as a commit does.
func addAs(t testing.TB, s *Server, id xrpc.ConvoID, adder, did, as string) {
	t.Helper()
	servertest.Fill(t, s.Pool, id, "p") // stands for the commit, which takes a number
	err := pgx.BeginFunc(t.Context(), s.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		c, err := q.LockConvo(t.Context(), id, adder)
		if err != nil {
			return err
		}
		var l convo.Events
		l.Joined(&convo.Joining{ConvoID: id, Actor: adder, Epoch: 1, DIDs: []string{did}, Consents: []string{as}, Members: true, At: time.Now()})
		row, err := l.Store(t.Context(), q, id, time.Now())
		if err != nil {
			return err
		}
		if err := q.BeginMemberships(t.Context(), db.BeginMembershipsParams{
			ConvoID: id, Dids: []string{did}, Consents: []string{as}, AddedBy: &adder, Seq: c.LastSeq, At: time.Now(),
			N: row.Base + int64(len(l.Kinds)), Gen: row.Gen, Pos: row.LastPos,
		}); err != nil {
			return err
		}
		return q.RaiseRosterVersion(t.Context(), id)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Notify(string(id))
}

// syncer is a client that uses sync alone. It takes few messages with each call.
type syncer struct {
	did       string
	cursor    *string
	got       map[xrpc.ConvoID][]int64
	unfetched map[xrpc.ConvoID]bool
}

// sync makes one call, and reports whether there is more to fetch.
func (c *syncer) sync(t testing.TB, s *Server) (more bool) {
	t.Helper()
	in := &gen.SyncInput{Cursor: c.cursor, Limit: 1 + rand.Int64N(4)}
	for id := range c.unfetched {
		last := int64(0)
		if n := len(c.got[id]); n > 0 {
			last = c.got[id][n-1]
		}
		in.Positions = append(in.Positions, gen.SyncPosition{ConvoID: id, Seq: last})
	}
	out, err := s.Sync(t.Context(), servertest.As(c.did), in)
	if err != nil {
		t.Fatal(err)
	}
	c.cursor, c.unfetched = &out.Cursor, map[xrpc.ConvoID]bool{}
	for _, e := range out.Convos {
		for _, m := range e.Messages {
			c.got[e.ConvoID] = append(c.got[e.ConvoID], m.Seq)
		}
		if e.More {
			c.unfetched[e.ConvoID] = true
		}
	}
	return len(c.unfetched) > 0
}

// visible reads the numbers that an account may have been told of in a conversation: the
// messages in the windows that it has accepted.
func visible(t testing.TB, s *Server, id xrpc.ConvoID, did string) []int64 {
	t.Helper()
	return dbtest.Value[[]int64](t, s.Pool, `SELECT coalesce(array_agg(m.seq ORDER BY m.seq), '{}') FROM messages m WHERE m.convo_id = $1
		AND EXISTS (SELECT FROM memberships w WHERE w.convo_id = $1 AND w.did = $2 AND w.consent = 'accepted'
			AND m.seq > w.joined_seq AND m.seq <= coalesce(w.left_seq, m.seq))`, id, did)
}

// consentModel are accounts that are added to conversations at random.
type consentModel struct {
	t      testing.TB
	s      *Server
	admin  string
	convos []xrpc.ConvoID
	people []*syncer
	taps   []*streamtest.Client
}

// step does one thing at random to one account in one conversation.
func (m *consentModel) step() {
	m.t.Helper()
	id, who := m.convos[rand.IntN(len(m.convos))], m.people[rand.IntN(len(m.people))]
	as := servertest.As(who.did)
	var err error
	switch status := statusOf(m.t, m.s, id, who.did); {
	case rand.IntN(3) == 0:
		servertest.SendMessages(m.t, m.s, id, m.admin, 1+rand.IntN(3))
	case status == consent.Requested && rand.IntN(3) == 0:
		_, err = m.s.AcceptConvo(m.t.Context(), as, &gen.AcceptConvoInput{ConvoID: id})
	case status == consent.Requested && rand.IntN(2) == 0:
		_, err = m.s.DeclineConvo(m.t.Context(), as, &gen.DeclineConvoInput{ConvoID: id})
	case status == consent.Requested, status == consent.Accepted && rand.IntN(2) == 0:
		_, err = m.s.SendMessage(m.t.Context(), as, servertest.Message(id, 1))
	case status == consent.Accepted:
		_, err = m.s.LeaveConvo(m.t.Context(), as, &gen.LeaveConvoInput{ConvoID: id})
	default:
		addAs(m.t, m.s, id, m.admin, who.did, []string{consent.Requested, consent.Accepted}[rand.IntN(2)])
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// reconnect opens the streams of a client again, from an earlier event.
func (m *consentModel) reconnect() {
	m.t.Helper()
	c := m.taps[rand.IntN(len(m.taps))]
	c.Cut()
	c.MustConnect(m.s.config.Hub, c.Rewind(rand.IntN(12)))
}

// TestConsentModel adds accounts, accepts, declines, leaves and sends at random, while
// streams are opened again from before, between and after, and sync is called with
// messages left in the midst: every client gets the same events, none lost or twice.
func TestConsentModel(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	m := &consentModel{t: t, s: s, admin: servertest.DID("admin")}
	for range 4 {
		m.convos = append(m.convos, servertest.AddConvo(t, s.Pool, 1, m.admin))
	}
	for n := range 3 {
		did := servertest.DID(fmt.Sprint("person", n))
		m.people = append(m.people, &syncer{did: did, got: map[xrpc.ConvoID][]int64{}})
		for range 2 {
			m.taps = append(m.taps, servertest.Listen(t, s.Pool, s.config.Hub, did))
		}
	}
	// A first sync names present memberships only, so it comes before there are any
	// that can end.
	for _, p := range m.people {
		p.sync(t, s)
	}
	for range 300 {
		m.step()
		if rand.IntN(3) == 0 {
			m.people[rand.IntN(len(m.people))].sync(t, s)
		}
		if rand.IntN(8) == 0 {
			m.reconnect()
		}
	}
	servertest.Settled(t, s.Pool)
	for _, p := range m.people {
		for p.sync(t, s) {
		}
		p.sync(t, s)
		for _, id := range m.convos {
			if want := visible(t, s, id, p.did); !slices.Equal(p.got[id], want) {
				t.Errorf("sync gave %s %v in %s, want %v", p.did, p.got[id], id, want)
			}
		}
	}
	var histories []*streamtest.History
	for _, c := range m.taps {
		histories = append(histories, c.History)
	}
	if err := streamtest.Wait(t.Context(), s.Pool, time.Minute, histories...); err != nil {
		t.Error(err)
	}
	m.sameTexts()
}

// sameTexts compares what the streams of an account got.
func (m *consentModel) sameTexts() {
	m.t.Helper()
	seen := map[string]string{}
	for _, c := range m.taps {
		text := fmt.Sprint(c.Delivered())
		if before, found := seen[c.DID]; found && before != text {
			m.t.Errorf("two streams of %s got\n%s\n%s", c.DID, before, text)
		}
		seen[c.DID] = text
	}
	if len(slices.Collect(maps.Keys(seen))) != len(m.people) {
		m.t.Error("a person has no stream")
	}
}

// Pages of lists are full although there are thousands of requests, and requests cost
// the first sync nothing.
func TestRequestsBesideConversations(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	bob, adder := servertest.DID("bob"), servertest.DID("adder")
	for range 50 {
		servertest.AddConvo(t, s.Pool, 1, bob, adder)
	}
	servertest.Settled(t, s.Pool)
	before, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, s.Pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		SELECT decode(md5(n::text), 'hex'), $1, 1, 1, now(), now() + interval '1 hour' FROM generate_series(1, 5000) n`, adder)
	dbtest.Exec(t, s.Pool, `INSERT INTO memberships (convo_id, did, consent, added_by, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT decode(md5(n::text), 'hex'), who, CASE who WHEN $2 THEN 'request' ELSE 'accepted' END, $1, 0, now(), 1, 1, 1
		FROM generate_series(1, 5000) n CROSS JOIN unnest(ARRAY[$1, $2]) who`, adder, bob)
	page, err := s.GetConvos(t.Context(), servertest.As(bob), &gen.GetConvosParams{Limit: 50})
	if err != nil || len(page.Conversations) != 50 || page.Cursor != nil {
		t.Errorf("a page has %d conversations, %v", len(page.Conversations), err)
	}
	after, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 100})
	if err != nil || len(after.NewConvos) != 50 {
		t.Fatalf("sync has %d new conversations, %v", len(after.NewConvos), err)
	}
	if more := len(asJSON(t, after)) - len(asJSON(t, before)); more > 4096 {
		t.Errorf("the first sync is %d bytes larger", more)
	}
	requests := 0
	in := &gen.ListConvoRequestsParams{Limit: 100}
	for {
		list, err := s.ListConvoRequests(t.Context(), servertest.As(bob), in)
		if err != nil {
			t.Fatal(err)
		}
		requests += len(list.Requests)
		if list.Cursor == nil {
			break
		}
		in.Cursor = list.Cursor
	}
	if requests != 5000 {
		t.Errorf("%d requests are listed, want 5000", requests)
	}
}
