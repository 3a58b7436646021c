package streamtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

const (
	convo = xrpc.ConvoID("0123456789abcdef0123456789abcdef")
	bob   = "did:plc:bob"
)

// logged writes a conversation in which bob sees messages 1 to 7, and again from
// 11 on. It returns all events, in order, and the indexes of those that bob sees.
func logged(t *testing.T) (pool *pgxpool.Pool, codec *eventlog.Codec, all []gen.ConvoEvent, bobs []int) {
	t.Helper()
	pool = dbtest.Pool(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		VALUES ($1, 'did:plc:alice', 1, 0, now(), now())`, convo)
	// publish logs that did joined or was removed, after the newest message.
	publish := func(did, action string) {
		exec(`WITH c AS (
				UPDATE conversations SET last_pos = greatest(last_pos, log_own_xid()), last_n = last_n + 1 WHERE convo_id = $1 RETURNING *
			) INSERT INTO events (gen, pos, stream_key, seq, n, kind, convo_id, edge, body, created_at)
			SELECT gen, last_pos, convo_id, last_seq, last_n, 'membership', convo_id, CASE WHEN $3::text = 'joined' THEN last_n - 1 ELSE last_n END,
				jsonb_build_object('did', $2::text, 'action', $3::text, 'epoch', 0), now() FROM c`, convo, did, action)
	}
	join := func(did string, after int) {
		publish(did, eventlog.ActionJoined)
		exec(`INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
			SELECT convo_id, $2, $3, now(), last_n - 1, gen, last_pos FROM conversations WHERE convo_id = $1`, convo, did, after)
	}
	messages := func(first, last int) {
		for seq := first; seq <= last; seq++ {
			exec(`WITH c AS (
					UPDATE conversations SET last_seq = $2, last_pos = greatest(last_pos, log_own_xid()) WHERE convo_id = $1 RETURNING *
				) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
				SELECT convo_id, last_seq, ('m' || last_seq)::bytea, 'app', 0, 'x', now(), gen, last_pos FROM c`, convo, seq)
		}
	}
	join("did:plc:alice", 0)
	join(bob, 0)
	messages(1, 7)
	publish(bob, eventlog.ActionRemoved)
	exec(`UPDATE memberships m SET left_seq = 7, left_at = now(), left_n = c.last_n, left_gen = c.gen, left_pos = c.last_pos
		FROM conversations c WHERE c.convo_id = m.convo_id AND m.convo_id = $1 AND m.did = $2`, convo, bob)
	messages(8, 10)
	join(bob, 10)
	messages(11, 15)

	codec, err := streamtest.Codec(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `SELECT pos, seq, 0::bigint, '', '' FROM messages
		UNION ALL SELECT pos, seq, n, body ->> 'did', body ->> 'action' FROM events ORDER BY 1, 2, 3`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		at, did, action := eventlog.Position{StreamKey: eventlog.StreamKeyOf(convo)}, "", ""
		if err := rows.Scan(&at.Pos, &at.Seq, &at.N, &did, &action); err != nil {
			t.Fatal(err)
		}
		cursor := codec.Encode(eventlog.Cursor{Position: at})
		mine := at.Seq <= 7 || at.Seq > 10
		if at.N == 0 {
			all = append(all, &gen.MessageEvent{Cursor: cursor, Message: gen.MessageView{ConvoID: convo, Seq: at.Seq, ID: fmt.Sprintf("m%d", at.Seq)}})
		} else {
			all = append(all, &gen.MembershipChangeEvent{Cursor: cursor, ConvoID: convo, DID: did, Action: action})
			mine = did == bob
		}
		if mine {
			bobs = append(bobs, len(all)-1)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return pool, codec, all, bobs
}

// TestCheckerCatches: the checker finds the fault of each of these streams.
func TestCheckerCatches(t *testing.T) {
	t.Parallel()
	pool, codec, all, bobs := logged(t)
	var right []gen.ConvoEvent
	for _, i := range bobs {
		right = append(right, all[i])
	}
	const somewhere = 5
	outside := func(seq int64) (gen.ConvoEvent, int) {
		for i, ev := range all {
			if m, ok := ev.(*gen.MessageEvent); ok && m.Message.Seq == seq {
				before, _ := slices.BinarySearch(bobs, i)
				return ev, before
			}
		}
		t.Fatalf("there is no message %d", seq)
		return nil, 0
	}
	another := *right[somewhere].(*gen.MessageEvent)
	another.Message.ID = "another"

	for name, c := range map[string]struct {
		events func() []gen.ConvoEvent
		want   string
	}{
		"right":          {func() []gen.ConvoEvent { return right }, ""},
		"first dropped":  {func() []gen.ConvoEvent { return right[1:] }, "missing|came that are not"},
		"one dropped":    {func() []gen.ConvoEvent { return slices.Delete(slices.Clone(right), somewhere, somewhere+1) }, "missing|came that are not"},
		"last dropped":   {func() []gen.ConvoEvent { return right[:len(right)-1] }, "missing"},
		"all dropped":    {func() []gen.ConvoEvent { return nil }, "missing"},
		"one duplicated": {func() []gen.ConvoEvent { return slices.Insert(slices.Clone(right), somewhere, right[somewhere]) }, "came after"},
		"two swapped": {func() []gen.ConvoEvent {
			list := slices.Clone(right)
			list[somewhere], list[somewhere+1] = list[somewhere+1], list[somewhere]
			return list
		}, "came after"},
		"message after the window": {func() []gen.ConvoEvent {
			ev, i := outside(8)
			return slices.Insert(slices.Clone(right), i, ev)
		}, "not for this account|came that are not"},
		"message before the window": {func() []gen.ConvoEvent {
			ev, i := outside(10)
			return slices.Insert(slices.Clone(right), i, ev)
		}, "not for this account|came that are not"},
	} {
		for _, keep := range []int{0, 2, 4} {
			t.Run(fmt.Sprintf("%s, keeping %d", name, keep), func(t *testing.T) {
				h := began(t, codec, keep)
				for _, ev := range c.events() {
					_ = h.Add(ev) // Check reports it
				}
				wants(t, streamtest.Check(t.Context(), pool, h), c.want)
			})
		}
	}

	t.Run("replayed as another", func(t *testing.T) {
		h := began(t, codec, 4)
		for _, ev := range right[:somewhere+1] {
			if err := h.Add(ev); err != nil {
				t.Fatal(err)
			}
		}
		h.Rewind(1)
		wants(t, h.Add(&another), "replayed")
	})
	t.Run("replayed from earlier", func(t *testing.T) {
		h := began(t, codec, 3)
		for _, n := range []int{4, len(right)} {
			for _, ev := range right[h.Len():n] {
				if err := h.Add(ev); err != nil {
					t.Fatal(err)
				}
			}
			h.Rewind(2)
		}
		wants(t, streamtest.Check(t.Context(), pool, h), "missing")
		for _, ev := range right[h.Len():] {
			if err := h.Add(ev); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, streamtest.Check(t.Context(), pool, h), "")
	})
}

// began returns the history of bob, who connected before the first event.
func began(t *testing.T, codec *eventlog.Codec, keep int) *streamtest.History {
	t.Helper()
	h := streamtest.NewHistory(bob, codec)
	h.Keep = keep
	if err := h.Add(&gen.InfoEvent{Cursor: codec.Encode(eventlog.Cursor{}), Info: "connected"}); err != nil {
		t.Fatal(err)
	}
	return h
}

// wants fails the test unless err contains one of the texts of want; if want is ""
// err must be nil.
func wants(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err == nil || !slices.ContainsFunc(strings.Split(want, "|"), func(s string) bool { return strings.Contains(err.Error(), s) }) {
		t.Errorf("error is %v, want %q", err, want)
	}
}

// TestLedgerCatches: the ledger finds acknowledgements that differ from what is
// stored or delivered.
func TestLedgerCatches(t *testing.T) {
	t.Parallel()
	pool, _, _, _ := logged(t)
	const last = 15
	for name, c := range map[string]struct {
		change func(l *streamtest.Ledger) error
		skip   int64 // neither acknowledged nor delivered
		silent int64 // acknowledged, not delivered
		want   string
	}{
		"right":                  {},
		"never delivered":        {silent: 5, want: "never delivered"},
		"never told":             {skip: 5, want: "nobody was told"},
		"stored, sender unaware": {skip: 5, change: func(l *streamtest.Ledger) error { l.Unresolved(convo, "m5"); return nil }},
		"lost":                   {change: func(l *streamtest.Ledger) error { return l.Acknowledged(convo, last+1, "m16") }, want: "not stored"},
		"one number, two messages": {change: func(l *streamtest.Ledger) error { return l.Delivered(convo, 5, "another") },
			want: "another one before"},
		"one number told twice": {change: func(l *streamtest.Ledger) error { return l.Acknowledged(convo, 5, "m5") }, want: "acknowledged twice"},
	} {
		t.Run(name, func(t *testing.T) {
			l := streamtest.NewLedger()
			for seq := int64(1); seq <= last; seq++ {
				if seq == c.skip {
					continue
				}
				id := fmt.Sprintf("m%d", seq)
				if err := l.Acknowledged(convo, seq, id); err != nil {
					t.Fatal(err)
				}
				if seq != c.silent {
					if err := l.Delivered(convo, seq, id); err != nil {
						t.Fatal(err)
					}
				}
			}
			var err error
			if c.change != nil {
				err = c.change(l)
			}
			if err == nil {
				err = l.Check(t.Context(), pool)
			}
			wants(t, err, c.want)
		})
	}
	t.Run("stored as another", func(t *testing.T) {
		l := streamtest.NewLedger()
		for seq := int64(1); seq <= last; seq++ {
			id := fmt.Sprintf("m%d", seq+seq/last)
			if err := l.Acknowledged(convo, seq, id); err != nil {
				t.Fatal(err)
			}
			if err := l.Delivered(convo, seq, id); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, l.Check(t.Context(), pool), "told of as another one")
	})
}
