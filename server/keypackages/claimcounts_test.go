package keypackages

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
)

// A requester's pseudonym differs for each owner and each secret, and is the same each
// time.
func TestPackageRequesters(t *testing.T) {
	t.Parallel()
	a, b := NewClaims([]byte("a"), nil), NewClaims([]byte("b"), nil)
	seen := map[string]bool{}
	for _, p := range []*Claims{a, b} {
		for _, pair := range [][2]string{{"did:x:1", "did:x:2"}, {"did:x:1", "did:x:3"}, {"did:x:2", "did:x:1"}} {
			seen[string(p.requester(pair[0], pair[1]))] = true
		}
	}
	if again := seen[string(a.requester("did:x:1", "did:x:2"))]; len(seen) != 6 || !again {
		t.Errorf("%d names of 6, the first one again: %v", len(seen), again)
	}
}

// The share of strangers is exact at each boundary, although the packages of a device are
// counted only as far as its claims need it. Each device has some unspent packages, two
// that were spent within a day and one that was spent before.
func TestSharesAreExact(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	const owner = "did:web:owner.example"
	dbtest.Exec(t, pool, "INSERT INTO accounts (did, created_at) VALUES ($1, now())", owner)
	now := time.Now().Truncate(time.Microsecond)
	var packages []DevicePackage
	want := map[convo.Device]bool{}
	percent, both := limit.StrangerPackages.Amount, [2]bool{}
	for unspent := range int64(9) {
		for claimed := range int64(9) {
			d := convo.Device{DID: owner, ID: fmt.Sprintf("device %d %d", unspent, claimed)}
			dbtest.Exec(t, pool, "INSERT INTO devices (did, device_id, created_at) VALUES ($1, $2, now())", d.DID, d.ID)
			dbtest.Exec(t, pool, `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at, spent_at)
				SELECT $1, sha256(convert_to($2 || i, 'UTF8')), $2, 1, 'x', FALSE, $4, $4::timestamptz + interval '30 days',
					CASE WHEN i > $3 + 2 THEN $4::timestamptz - interval '25 hours' WHEN i > $3 THEN $4::timestamptz - interval '1 hour' END
				FROM generate_series(1, $3::bigint + 3) i`, d.DID, d.ID, unspent, now)
			dbtest.Exec(t, pool, `INSERT INTO package_claims (did, device_id, cipher_suite, requester, claimed_at, ends_at)
				VALUES ($1, $2, 1, '', array_fill($4::timestamptz - interval '1 hour', ARRAY[$3::int]) || ($4::timestamptz - interval '25 hours'), $4)`,
				d.DID, d.ID, claimed, now)
			packages = append(packages, DevicePackage{Device: d, Suite: 1})
			want[d] = claimed >= ((unspent+2)*percent+99)/100
			both[0], both[1] = both[0] || want[d], both[1] || !want[d]
		}
	}
	full, err := NewClaims([]byte("key"), nil).Open("did:web:holder.example", now, nil).Full(t.Context(), db.New(pool), packages)
	if err != nil {
		t.Fatal(err)
	}
	for d, is := range want {
		if got := full[d] == limit.StrangerPackages; got != is {
			t.Errorf("%s: refused: %v, want %v", d.ID, got, is)
		}
	}
	if both != [2]bool{true, true} {
		t.Error("no device, or each, is refused: the test sees nothing")
	}
}
