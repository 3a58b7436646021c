package server

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// holdGroupInfo makes a commit wait when it stores the GroupInfo of an epoch.
const holdGroupInfo = `INSERT INTO group_infos (convo_id, epoch, group_info, updated_at) VALUES ($1, $2, '', now())`

// A commit whose connection is lost in the middle changes nothing, and the same call
// then succeeds.
func TestCommitCrash(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for name, hold := range map[string]struct {
		// sql takes a lock that the commit waits for at this point.
		sql  string
		args func(g *mlstest.Group, kp *mls.KeyPackage, in *gen.SendCommitInput) []any
	}{
		"before anything is written": {`SELECT FROM key_packages WHERE ref = $1 FOR UPDATE`,
			func(_ *mlstest.Group, kp *mls.KeyPackage, _ *gen.SendCommitInput) []any {
				return []any{commitRef(t, kp)}
			}},
		"before the membership": {`SELECT FROM memberships WHERE convo_id = $1 AND did = $2 FOR UPDATE`,
			func(g *mlstest.Group, _ *mls.KeyPackage, _ *gen.SendCommitInput) []any {
				return []any{servertest.IDOf(g), bob.DID}
			}},
		"before the GroupInfo": {holdGroupInfo,
			func(g *mlstest.Group, _ *mls.KeyPackage, _ *gen.SendCommitInput) []any {
				return []any{servertest.IDOf(g), int64(2)}
			}},
		"before the record": {`INSERT INTO idempotency_records VALUES ($1, '', '', now())`,
			func(_ *mlstest.Group, _ *mls.KeyPackage, in *gen.SendCommitInput) []any {
				return []any{s.Idempotency.Hash("record", alice.DID, gen.NSIDSendCommit, *in.IdempotencyKey)}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			kp := commitPackage(t, s, carol)
			c := g.With(carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}, RemoveDIDs: []string{bob.DID}})
			in := commitInput(g, c)
			in.AddedDIDs, in.RemovedDIDs, in.IdempotencyKey = []string{carol.DID}, []string{bob.DID}, new(g.ID())
			before := conversationState(t, s, servertest.IDOf(g))

			tx, err := s.Pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.Background()) }()
			if _, err := tx.Exec(t.Context(), hold.sql, hold.args(g, kp, in)...); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				_, err := s.SendCommit(t.Context(), by(alice), in)
				done <- err
			}()
			kill(t, s, tx)
			err = <-done
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "57P01" {
				t.Fatalf("the commit ended with %v, want its connection terminated", err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			if after := conversationState(t, s, servertest.IDOf(g)); after != before {
				t.Fatalf("half done: from\n%s\nto\n%s", before, after)
			}
			out, err := s.SendCommit(t.Context(), by(alice), in)
			accepted(t, out, err)
			if !spent(t, s, kp) || epochOf(t, s, servertest.IDOf(g)) != 2 || len(membersOf(t, s, servertest.IDOf(g))) != 2 {
				t.Error("the repeated call has not done it all")
			}
		})
	}
}

// kill waits until a session waits for a lock of tx, and terminates the connection of
// that session.
func kill(t testing.TB, s *Server, tx pgx.Tx) {
	t.Helper()
	holder := tx.Conn().PgConn().PID()
	deadline := time.Now().Add(2 * time.Minute)
	for time.Now().Before(deadline) {
		n := dbtest.Value[int64](t, s.Pool, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE $1::int = ANY(pg_blocking_pids(pid))`, int32(holder))
		if n > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("nobody came to wait")
}

// PostgreSQL ends a deadlock by failing one of the two transactions. The client does
// not notice.
func TestCommitDeadlockRetried(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	// The commit checks for a deadlock long before the other transaction does, and
	// long after that one holds its lock.
	patient := secondInstance(t, s)
	patient.Pool = dbtest.Open(t, s.Pool.Config().ConnString()+"&deadlock_timeout=2s")
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	kp := commitPackage(t, s, carol)
	in := addInput(g, g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}}), carol)
	tx, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `SET LOCAL deadlock_timeout = '1min'`); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM key_packages WHERE ref = $1 FOR UPDATE`, commitRef(t, kp)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		out, err := patient.AddMembers(t.Context(), by(alice), in)
		if err == nil && !out.Success {
			err = errors.New("lost a race that there was not")
		}
		done <- err
	}()
	for dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM pg_stat_activity WHERE $1::int = ANY(pg_blocking_pids(pid))`, int32(tx.Conn().PgConn().PID())) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM conversations WHERE convo_id = $1 FOR UPDATE`, servertest.IDOf(g)); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
