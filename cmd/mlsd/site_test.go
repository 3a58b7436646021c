package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/auth"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

const (
	alice = "did:web:alice.example"
	bob   = "did:web:bob.example"
)

// story follows one conversation of alice and bob through several states of its
// database, and records everything that was delivered.
type story struct {
	t     *testing.T
	convo xrpc.ConvoID
	// delivered is the message of each sequence number, in whatever state of the
	// database it was sent.
	delivered map[int64]string
}

// site is an instance that uses a database, with the server's pool and hub.
type site struct {
	*story
	pool *pgxpool.Pool
	hub  *eventlog.Hub
	// close ends it. The end of the test ends it too.
	close func()
}

// newStory opens a site on a database that has the schema, and begins a story.
func newStory(t *testing.T, url string) *site {
	t.Helper()
	b := make([]byte, 16)
	rand.Read(b)
	s := (&story{t: t, convo: xrpc.ConvoID(hex.EncodeToString(b)), delivered: map[int64]string{}}).open(url)
	ctx := t.Context()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := db.New(tx).InsertConvo(ctx, db.InsertConvoParams{ConvoID: s.convo, CreatorDid: alice, CipherSuite: 1, At: time.Now()})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
			SELECT convo_id, unnest($2::text[]), 0, now(), 0, gen, log_own_xid() FROM conversations WHERE convo_id = $1`, s.convo, []string{alice, bob})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open continues the story on another database.
func (st *story) open(url string) *site {
	t := st.t
	t.Helper()
	pool, reader, err := openPools(t.Context(), url, 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{story: st, pool: pool, hub: eventlog.NewHub(eventlog.Config{Pool: pool, Reader: reader})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.hub.Run(ctx) }()
	closed := false
	s.close = func() {
		if closed {
			return
		}
		closed = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the hub ended: %v", err)
		}
		reader.Close()
		pool.Close()
	}
	t.Cleanup(s.close)
	if _, err := s.hub.Codec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// trySend sends a message as alice.
func (s *site) trySend() (int64, error) {
	id := rand.Text()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	row, err := db.New(s.pool).SendMessage(ctx, db.SendMessageParams{
		ConvoID: s.convo, Did: alice, PastEpochs: 1 << 40, MessageID: xrpc.MessageID(id), Ciphertext: []byte(id), Now: time.Now(),
	})
	if err != nil {
		return 0, err
	}
	if other, taken := s.delivered[row.Seq]; taken || row.Seq == 0 {
		s.t.Errorf("message %s has number %d, which %q had", id, row.Seq, other)
	}
	s.delivered[row.Seq] = id
	s.hub.Notify()
	return row.Seq, nil
}

// send sends n messages and returns the sequence number of the last one.
func (s *site) send(n int) (seq int64) {
	s.t.Helper()
	for range n {
		var err error
		if seq, err = s.trySend(); err != nil {
			s.t.Fatal(err)
		}
	}
	return seq
}

// listen opens a stream of bob that begins with the next event.
func (s *site) listen() *streamtest.Client {
	s.t.Helper()
	codec, err := s.hub.Codec(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	c := streamtest.NewClient(s.t, codec, bob)
	c.MustConnect(s.hub, "")
	return c
}

// wait waits until the client has received everything that it should, and
// nothing else.
func (s *site) wait(c *streamtest.Client) {
	s.t.Helper()
	if err := streamtest.Wait(s.t.Context(), s.pool, 10*time.Minute, c.History); err != nil {
		s.t.Fatal(err)
	}
}

// cursors sends messages one by one and collects the cursors that a live client
// gets.
func (s *site) cursors(c *streamtest.Client, n int) (list []string) {
	s.t.Helper()
	for range n {
		s.send(1)
		s.wait(c)
		list = append(list, c.Cursor())
	}
	return list
}

func (s *site) scan(sql string, args ...any) (n int64) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) generation() int64 { return s.scan("SELECT gen FROM log_generation") }

// newest returns the sequence number of the newest message in the database.
func (s *site) newest() int64 {
	return s.scan("SELECT coalesce(max(seq), 0) FROM messages WHERE convo_id = $1", s.convo)
}

// outdated checks that every cursor is reported as outdated and delivers
// nothing, that a message sent now is delivered, and that getMessages reports
// the gap after the remaining messages.
func (s *site) outdated(cursors ...string) {
	s.t.Helper()
	s.outdatedFrom(s.newest(), cursors...)
}

// outdatedFrom does the same if messages have been sent after the restored
// ones.
func (s *site) outdatedFrom(kept int64, cursors ...string) {
	t := s.t
	t.Helper()
	probe := s.listen() // the hub has read everything when its first event arrives
	s.send(1)
	s.wait(probe)
	probe.Cut()
	var clients []*streamtest.Client
	for i, cursor := range cursors {
		codec, err := s.hub.Codec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := streamtest.NewClient(t, codec, bob)
		if err := c.Connect(s.hub, cursor); err != nil {
			t.Errorf("cursor %d of %d: %v", i+1, len(cursors), err)
			continue
		}
		t.Cleanup(c.Cut)
		if c.Info("OutdatedCursor") != 1 {
			t.Errorf("cursor %d of %d is not said to be outdated", i+1, len(cursors))
		}
		clients = append(clients, c)
	}
	first := s.send(1)
	for _, c := range clients {
		s.wait(c)
		if told := c.Delivered(); len(told) != 1 || told[0] != fmt.Sprintf("message %s/%d %s", s.convo, first, s.delivered[first]) {
			t.Errorf("the stream went on with %v", told)
		}
		c.Cut()
	}
	next := s.scan("SELECT min(seq) FROM messages WHERE convo_id = $1 AND seq > $2", s.convo, kept)
	out, err := server.New(server.Config{Pool: s.pool, Secret: auth.NewSecret()}).GetMessages(t.Context(), xrpc.Caller{DID: bob},
		&gen.GetMessagesParams{ConvoID: s.convo, SinceSeq: &kept, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if out.GapInfo == nil || out.GapInfo.From != kept+1 || out.GapInfo.To != next-1 || len(out.Messages) == 0 {
		t.Errorf("after message %d came %d: the gap is %+v", kept, next, out.GapInfo)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}
