package origin

import (
	"crypto/md5"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/xrpc"
)

// member makes an account a member of a conversation that it accepted some time
// ago, or has not accepted if ago is negative.
func member(t *testing.T, pool *pgxpool.Pool, convo xrpc.ConvoID, did string, ago time.Duration) {
	t.Helper()
	dbtest.Exec(t, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		VALUES ($1, $2, 1, 0, now(), now()) ON CONFLICT DO NOTHING`, convo, did)
	dbtest.Exec(t, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos, accepted_at)
		VALUES ($1, $2, 0, now(), 0, 1, 0, CASE WHEN $3 >= 0 THEN now() - make_interval(secs => $3) END)`, convo, did, ago.Seconds())
}

// convoOf returns the id of a conversation for a name.
func convoOf(name string) xrpc.ConvoID {
	return xrpc.ConvoID(fmt.Sprintf("%032x", md5.Sum([]byte(name))))
}

// TestWhoIsNew: an account is new until a day after it and another account have
// accepted the same conversation. Being added, or adding others, is not enough.
func TestWhoIsNew(t *testing.T) {
	pool := dbtest.Pool(t)
	const never, day = -time.Second, 24 * time.Hour
	for name, c := range map[string]struct {
		mine, other time.Duration
		settled     bool
	}{
		"both accepted a day ago":     {25 * time.Hour, 25 * time.Hour, true},
		"the other has not accepted":  {10 * day, never, false},
		"it was only added":           {never, 10 * day, false},
		"the other accepted just now": {10 * day, time.Hour, false},
		"it accepted just now":        {time.Hour, 10 * day, false},
		"nobody accepted":             {never, never, false},
	} {
		did := "did:plc:" + name
		member(t, pool, convoOf(name), did, c.mine)
		member(t, pool, convoOf(name), "did:plc:other", c.other)
		row, err := db.New(pool).GetAccountState(t.Context(), did, newFor.Seconds())
		if err != nil || row.Settled != c.settled || row.Noted || row.Origin != nil {
			t.Errorf("%s: %+v, %v", name, row, err)
		}
	}
	for convo := range 3 {
		member(t, pool, convoOf(strconv.Itoa(convo)), "did:plc:alone", 10*day)
	}
	if row, err := db.New(pool).GetAccountState(t.Context(), "did:plc:alone", newFor.Seconds()); err != nil || row.Settled {
		t.Errorf("alone in its conversations: %+v, %v", row, err)
	}
	if row, err := db.New(pool).GetAccountState(t.Context(), "did:plc:nobody", newFor.Seconds()); err != nil || row.Settled || row.Noted {
		t.Errorf("never seen: %+v, %v", row, err)
	}
}

// TestWhatIsNoted: origins are confirmed, denied and counted, and a settled
// account stays settled.
func TestWhatIsNoted(t *testing.T) {
	pool := dbtest.Pool(t)
	q, ctx := db.New(pool), t.Context()
	accountState := func(did string) db.GetAccountStateRow {
		t.Helper()
		row, err := q.GetAccountState(ctx, did, newFor.Seconds())
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(q.NoteOrigin(ctx, "did:plc:a", "big.org"))
	if row := accountState("did:plc:a"); row.Origin == nil || *row.Origin != "big.org" || row.Age < 0 || row.Age > 600 || row.Noted {
		t.Errorf("%+v", row)
	}
	check(q.ForgetOrigin(ctx, "did:plc:a", "other.org"))
	if accountState("did:plc:a").Origin == nil {
		t.Error("another origin denied it")
	}
	check(q.ForgetOrigin(ctx, "did:plc:a", "big.org"))
	if accountState("did:plc:a").Origin != nil {
		t.Error("it is still there")
	}
	for _, did := range []string{"did:plc:b", "did:plc:c", "did:plc:old"} {
		check(q.NoteSettled(ctx, did))
		check(q.NoteOrigin(ctx, did, "big.org"))
		check(q.NoteSettled(ctx, did))
	}
	check(q.NoteOrigin(ctx, "did:plc:new", "big.org"))
	dbtest.Exec(t, pool, `UPDATE account_origins SET confirmed_at = now() - INTERVAL '8 days' WHERE did = 'did:plc:old'`)
	if n, err := q.CountSettled(ctx, "big.org", ConfirmedFor.Seconds()); err != nil || n != 2 {
		t.Errorf("%d accounts, %v", n, err)
	}
	check(q.ForgetOrigin(ctx, "did:plc:b", "big.org"))
	if row := accountState("did:plc:b"); row.Origin != nil || !row.Noted || !row.Settled {
		t.Errorf("one that is no longer new, and denied: %+v", row)
	}
}
