package retention

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
)

// settled waits until no transaction of another test holds the visibility horizon
// of the log back.
func settled(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		if !dbtest.Value[bool](t, pool, `SELECT EXISTS (SELECT FROM messages WHERE pos >= log_horizon())
			OR EXISTS (SELECT FROM events WHERE pos >= log_horizon())`) {
			return
		}
		if time.Since(start) > 5*time.Minute {
			t.Fatal("the horizon does not move")
		}
	}
}

// addConvo writes a conversation with its creator's membership, that was closed at
// a time, or is open where that is zero.
func addConvo(t testing.TB, pool *pgxpool.Pool, closedAt *time.Time) string {
	t.Helper()
	const id = "00112233445566778899aabbccddeeff"
	dbtest.Exec(t, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at, closed_at)
		VALUES ($1, 'did:web:alice.example', 1, 1, now(), now(), $2)`, id, closedAt)
	dbtest.Exec(t, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, left_seq, left_at, joined_n, joined_gen, joined_pos, left_n)
		VALUES ($1, 'did:web:alice.example', 0, now(), CASE WHEN $2 THEN 5 END, CASE WHEN $2 THEN now() END, 0, 0, 0, CASE WHEN $2 THEN 7 END)`, id, closedAt != nil)
	return id
}

// One transaction deletes no more bytes than batchBytes, and at least one message.
func TestRemovalIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	pool, now := dbtest.Pool(t), time.Now().Truncate(time.Microsecond)
	c := New(Config{Pool: pool, Clock: func() time.Time { return now }})
	convo := addConvo(t, pool, nil)
	dbtest.Exec(t, pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT $1, n, ('m' || n)::bytea, 'app', 1, convert_to(repeat('x', $2), 'UTF8'), $3, 1, n FROM generate_series(1, 3) n`, convo, batchBytes/2+1, now)
	now = now.Add(limit.MessageTime + time.Second)
	settled(t, pool)
	for want := int64(2); want >= 0; want-- {
		more, err := c.messages(t.Context())
		if err != nil || more != (want > 0) {
			t.Fatalf("more is %v, %v", more, err)
		}
		if n := dbtest.Value[int64](t, pool, `SELECT count(*) FROM messages`); n != want {
			t.Fatalf("%d messages are left, want %d", n, want)
		}
	}
}

// A large conversation is removed in parts; the next step finds what remains, and
// the low-water mark rises with the first part.
func TestClosedConversationGoesInParts(t *testing.T) {
	t.Parallel()
	pool, now := dbtest.Pool(t), time.Now().Truncate(time.Second)
	c := New(Config{Pool: pool, Clock: func() time.Time { return now }})
	convo := addConvo(t, pool, &now)
	dbtest.Exec(t, pool, `INSERT INTO events (gen, pos, stream_key, seq, n, kind, convo_id, body, created_at)
		SELECT 1, 1, $1, 5, n, 'membership', $1, '{}', $2 FROM generate_series(1, 7) n`, convo, now)
	dbtest.Exec(t, pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, created_at, gen, pos)
		SELECT $1, 100 + n, ('x' || n)::bytea, 'commit', 100 + n, 'did:web:x.example', 'x', $2, 1, 2 FROM generate_series(1, 1200) n`, convo, now)
	dbtest.Exec(t, pool, `INSERT INTO welcomes SELECT $1, 100 + n, 1, 'w', NULL, $2 FROM generate_series(1, 120) n`, convo, now)
	dbtest.Exec(t, pool, `INSERT INTO removed_messages SELECT $1, convert_to('i' || n, 'UTF8'), n FROM generate_series(1, 700) n`, convo)
	now = now.Add(limit.MessageTime + time.Second)
	settled(t, pool)
	count := func() (rows int64) {
		for _, table := range []string{"conversations", "memberships", "messages", "events", "welcomes", "removed_messages"} {
			rows += dbtest.Value[int64](t, pool, fmt.Sprintf(`SELECT count(*) FROM %q`, table))
		}
		return rows
	}
	steps := 0
	for more := true; more; steps++ {
		before := count()
		var err error
		if more, err = c.closedConvos(t.Context()); err != nil {
			t.Fatal(err)
		}
		if gone := before - count(); gone > batch+40 {
			t.Errorf("one transaction removed %d rows", gone)
		}
		if steps > 100 {
			t.Fatal("it does not end")
		}
	}
	if steps < 5 {
		t.Errorf("%d steps", steps)
	}
	if n := count(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if got, want := dbtest.Value[string](t, pool, `SELECT format('%s %s', low_water_pos, low_water_seq) FROM log_generation`), "2 1300"; got != want {
		t.Errorf("the low-water mark is %s, want %s: the last message", got, want)
	}
}
