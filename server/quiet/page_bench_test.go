package quiet_test

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
)

// BenchmarkPage reads the first page of an account in few and in many conversations. The
// fastest page is reported too: it is the one that nothing else has disturbed.
func BenchmarkPage(b *testing.B) {
	for _, n := range []int{10, 50, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			pool := dbtest.Pool(b)
			dbtest.Exec(b, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
				SELECT decode(md5(n::text), 'hex'), $2, 1, 0, now(), $3::timestamptz - random() * interval '30 days' FROM generate_series(1, $1) n`, n, bob, noon)
			dbtest.Exec(b, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
				SELECT convo_id, unnest(ARRAY[$1, $2]), 0, now(), 0, 1, 0 FROM conversations`, alice, bob)
			if n > 100 {
				list(b, keeper(pool, time.Nanosecond))
			}
			dbtest.Exec(b, pool, "VACUUM ANALYZE")
			s := &convo.Service{Base: &convo.Base{Pool: pool, Now: time.Now}}
			least := time.Hour
			for b.Loop() {
				start := time.Now()
				if _, err := s.GetConvos(b.Context(), servertest.As(alice), &gen.GetConvosParams{Limit: 50}); err != nil {
					b.Fatal(err)
				}
				least = min(least, time.Since(start))
			}
			b.ReportMetric(float64(least.Microseconds()), "µs/fastest")
		})
	}
}
