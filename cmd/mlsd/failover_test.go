package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgembed"
	eventlog "catbird.blue/mls/server/stream/log"
)

// hosts returns a connection string that finds the primary among several
// clusters.
func hosts(a, b *dbtest.Cluster) string {
	q := url.Values{"host": {a.SocketDir() + "," + b.SocketDir()}, "port": {"5432,5432"}, "user": {pgembed.User},
		"target_session_attrs": {"read-write"}, "sslmode": {"disable"}}
	return "postgres:///" + pgembed.Database + "?" + q.Encode()
}

// TestFailover promotes a standby while an instance has open streams.
func TestFailover(t *testing.T) {
	for name, way := range map[string]struct {
		sync bool
		// If fence is set, the old primary stays up read-only for a while.
		fence bool
	}{
		"asynchronous": {},
		"synchronous":  {sync: true},
		"read-only":    {fence: true},
	} {
		t.Run(name, func(t *testing.T) {
			primary := dbtest.StartCluster(t, nil)
			standby := primary.Standby(nil)
			if way.sync {
				primary.Exec("ALTER SYSTEM SET synchronous_standby_names = '*'")
				primary.Exec("SELECT pg_reload_conf()")
				primary.Await("EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
			}
			s := newStory(t, hosts(primary, standby))
			client := s.listen()
			cursors := s.cursors(client, 3)
			kept := s.newest()
			if way.sync {
				cursors = append(cursors, s.cursors(client, 20)...)
				kept = s.newest()
			} else {
				standby.Await(fmt.Sprintf("EXISTS (SELECT FROM messages WHERE seq = %d)", kept))
				standby.Exec("ALTER SYSTEM SET primary_conninfo = ''")
				standby.Exec("SELECT pg_reload_conf()")
				standby.Await("NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")
				cursors = append(cursors, s.cursors(client, 3)...) // the standby does not have these
			}
			before := client.Delivered()
			if way.fence {
				primary.Exec("ALTER SYSTEM SET default_transaction_read_only = on")
				primary.Exec("SELECT pg_reload_conf()")
				primary.Await("current_setting('default_transaction_read_only')::boolean")
			} else {
				primary.Kill()
				if _, err := s.trySend(); err == nil {
					t.Fatal("a message was taken without a primary")
				}
			}
			standby.Promote()
			eventually(t, "a message at the new primary", func() bool {
				_, err := s.trySend()
				return err == nil
			})
			eventually(t, "the end of the stream", client.Ended)
			if n := s.generation(); n != 2 {
				t.Errorf("generation %d, want 2", n)
			}
			if told := client.Delivered(); client.Err() != nil || len(told) != len(before) {
				t.Errorf("the old stream told %v more, %v", told[len(before):], client.Err())
			}
			if n := s.scan("SELECT count(*) FROM messages WHERE gen = 1 AND seq > $1", kept); n != 0 {
				t.Errorf("%d messages are there that were to be lost", n)
			}
			s.outdatedFrom(kept, cursors...)
		})
	}
}

// TestCrashOfTheDatabase kills the database server and starts it again. Streams
// must continue where they were.
func TestCrashOfTheDatabase(t *testing.T) {
	c := dbtest.StartCluster(t, nil)
	s := newStory(t, c.URL())
	live := s.listen()
	old := live.Cursor()
	s.cursors(live, 3)
	for range 2 {
		s.send(2)
		c.Kill()
		if _, err := s.trySend(); err == nil {
			t.Fatal("a message was taken without a database")
		}
		c.Start()
		eventually(t, "a message after the crash", func() bool {
			_, err := s.trySend()
			return err == nil
		})
	}
	s.wait(live)
	resumed := s.listen()
	resumed.Cut()
	resumed.MustConnect(s.hub, old)
	s.wait(live)
	if n := s.generation(); live.Ended() || n != 1 || resumed.Info("OutdatedCursor") != 0 {
		t.Errorf("generation %d, ended: %v", n, live.Ended())
	}
}

// TestPoolRefusesAStandby checks that the pool does not connect to a standby.
// Such a connection would survive the promotion of the standby and write to
// another timeline without having been checked.
func TestPoolRefusesAStandby(t *testing.T) {
	standby := dbtest.StartCluster(t, nil).Standby(nil)
	if _, err := openPool(t.Context(), standby.URL(), 2); !errors.Is(err, eventlog.ErrStandby) {
		t.Errorf("a pool on a standby: %v", err)
	}
	standby.Promote()
	pool, err := openPool(t.Context(), standby.URL(), 2)
	if err != nil {
		t.Fatal(err)
	}
	pool.Close()
}

// TestReadinessInFailover runs the whole server during a failover.
func TestReadinessInFailover(t *testing.T) {
	primary := dbtest.StartCluster(t, nil)
	standby := primary.Standby(nil)
	r := start(t, "DATABASE_URL="+hosts(primary, standby))
	ready := func(want int) func() bool {
		return func() bool {
			code, _, err := fetch("http://" + r.addr + "/health/ready")
			return err == nil && code == want
		}
	}
	primary.Kill()
	eventually(t, "not ready", ready(http.StatusServiceUnavailable))
	standby.Promote()
	eventually(t, "ready", ready(http.StatusOK))
	s := newStory(t, standby.URL())
	if n := s.generation(); n != 2 {
		t.Errorf("generation %d, want 2", n)
	}
}
