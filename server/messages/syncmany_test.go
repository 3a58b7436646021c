package messages

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// manyConvos makes conversations with who as the only member.
func manyConvos(t testing.TB, s *Server, who string, n int) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		SELECT decode(lpad(to_hex(i), 32, '0'), 'hex'), $1, 1, 1, now(), now() FROM generate_series(1, $2::int) i`, who, n)
	tellAll(t, s, who, eventlog.ActionJoined, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT convo_id, creator_did, last_seq, now(), last_n - 1, gen, last_pos FROM c`)
}

// tellAll logs an event of who's joining or removal in every conversation, and makes
// the change, in one statement; c has the conversations in it.
func tellAll(t testing.TB, s *Server, who, action, write string) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `WITH c AS (
			UPDATE conversations SET last_pos = greatest(last_pos, log_own_xid()), last_n = last_n + 1 RETURNING *
		), told AS (
			INSERT INTO events (gen, pos, stream_key, seq, n, kind, convo_id, body, created_at)
			SELECT gen, last_pos, convo_id, last_seq, last_n, 'membership', convo_id,
				jsonb_build_object('did', $1::text, 'action', $2::text, 'epoch', epoch), now() FROM c
		) `+write, who, action)
}

// TestSyncManyNew: an account with more new conversations than an answer holds.
func TestSyncManyNew(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice := servertest.DID("alice")
	const n = 1100
	manyConvos(t, s, alice, n)
	servertest.Settled(t, s.Pool)
	seen := map[xrpc.ConvoID]bool{}
	var cursor *string
	for range 5 {
		out, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 10, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range out.NewConvos {
			if seen[c.ID] {
				t.Errorf("%s is new twice", c.ID)
			}
			seen[c.ID] = true
		}
		cursor = &out.Cursor
		if len(out.NewConvos) == 0 {
			break
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d conversations were told", len(seen), n)
	}
}

// TestSyncManyChanged: an account with more changed conversations than an answer
// holds gets all of them, and the changes made meanwhile, and nothing twice.
func TestSyncManyChanged(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice := servertest.DID("alice")
	const n = 2300
	manyConvos(t, s, alice, n)
	post := func(seq int) {
		t.Helper()
		dbtest.Exec(t, s.Pool, `WITH c AS (
				UPDATE conversations SET last_seq = $1::bigint, last_pos = greatest(last_pos, log_own_xid()) RETURNING *
			) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
			SELECT convo_id, $1::bigint, ('m' || $1::bigint)::bytea, 'app', 1, 'x', now(), gen, last_pos FROM c ORDER BY convo_id`, seq)
		servertest.Settled(t, s.Pool)
	}
	have, known, gone := map[xrpc.ConvoID]int64{}, map[xrpc.ConvoID]bool{}, map[xrpc.ConvoID]bool{}
	cursor := ""
	// sync calls until there is nothing more, and makes meanwhile's changes after the
	// first part.
	sync := func(meanwhile func()) {
		t.Helper()
		for range 20 {
			in := &gen.SyncInput{Limit: 1000}
			if cursor != "" {
				in.Cursor = &cursor
			}
			out, err := s.Sync(t.Context(), servertest.As(alice), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range out.Convos {
				if c.LastSeq <= have[c.ConvoID] {
					t.Fatalf("%d of %s was told before", c.LastSeq, c.ConvoID)
				}
				have[c.ConvoID] = c.LastSeq
			}
			for _, c := range out.NewConvos {
				if known[c.ID] {
					t.Fatalf("%s is new twice", c.ID)
				}
				known[c.ID] = true
			}
			for _, id := range out.Removed {
				if gone[id] {
					t.Fatalf("%s is removed twice", id)
				}
				gone[id] = true
			}
			if cursor = out.Cursor; len(out.Convos)+len(out.NewConvos)+len(out.Removed) == 0 {
				return
			}
			if meanwhile != nil {
				meanwhile()
				meanwhile = nil
			}
		}
		t.Fatal("sync does not come to an end")
	}
	all := func(seq int64) {
		t.Helper()
		for i := range n {
			if id := fmt.Sprintf("%032x", i+1); have[xrpc.ConvoID(id)] != seq {
				t.Fatalf("of %s %d was told, want %d", id, have[xrpc.ConvoID(id)], seq)
			}
		}
	}
	post(1)
	sync(func() { post(2) })
	all(2)
	if len(known) != n {
		t.Errorf("%d of %d conversations were new", len(known), n)
	}
	post(3)
	sync(func() { post(4) })
	all(4)
	tellAll(t, s, alice, eventlog.ActionRemoved, `UPDATE memberships m SET left_seq = c.last_seq, left_at = now(), left_n = c.last_n, left_gen = c.gen, left_pos = c.last_pos
		FROM c WHERE c.convo_id = m.convo_id`)
	servertest.Settled(t, s.Pool)
	sync(nil)
	if len(gone) != n {
		t.Errorf("%d of %d removals were told", len(gone), n)
	}
}
