package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// A commit in a large group writes what it changes in the tree, and not the tree. So
// does a replaced GroupInfo.
func TestCommitWritesNoTree(t *testing.T) {
	t.Parallel()
	// Nothing else writes WAL: no other test, no vacuum, and no page is written whole.
	cluster := dbtest.StartCluster(t, map[string]string{"autovacuum": "off", "full_page_writes": "off", "checkpoint_timeout": "1h"})
	pool := dbtest.Open(t, cluster.URL())
	s := newTestServer(t, func(c *Config) { c.Pool = pool })
	written := func(f func()) int64 {
		const position = `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint`
		before := dbtest.Value[int64](t, pool, position)
		f()
		return dbtest.Value[int64](t, pool, position) - before
	}
	creator := commitClient("creator")
	const leaves = 200
	others := make([]*mlstest.Client, leaves-1)
	for i := range others {
		others[i] = commitClient(fmt.Sprint("member", i+1))
	}
	g := commitGroup(t, s, creator, others...)
	commit := func(c *mlstest.Client) (size int, wal int64) {
		next := g.Commit(c, mlstest.Plan{})
		wal = written(func() {
			out, err := s.SendCommit(t.Context(), by(c), commitInput(g, next))
			accepted(t, out, err)
		})
		g = next.Next
		return len(next.Message), wal
	}
	// A commit for every leaf is large itself. One member of each subtree beside the
	// creator's path commits, so that the creator's commits have a key for each level.
	for member := 1; member < leaves; member *= 2 {
		if size, wal := commit(others[member-1]); wal > int64(size)+6000 {
			t.Errorf("a commit of %d bytes in a new group writes %d bytes of WAL", size, wal)
		}
	}
	commit(creator)
	if size, wal := commit(creator); wal > 3400 {
		t.Errorf("a commit of %d bytes in a used group writes %d bytes of WAL, want at most 3400", size, wal)
	} else {
		t.Logf("a commit of %d bytes writes %d bytes of WAL", size, wal)
	}
	for _, inside := range []bool{true, false} {
		in := &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(creator, inside)}
		if wal := written(func() {
			if _, err := s.UpdateGroupInfo(t.Context(), by(creator), in); err != nil {
				t.Error(err)
			}
		}); wal > 3000 {
			t.Errorf("another GroupInfo of the epoch writes %d bytes of WAL", wal)
		}
	}
	sameRoster(t, s, g)
}
