package main

import (
	"errors"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// These tests put a database back to an earlier state in all possible ways, on
// clusters of their own. In every case a cursor from before must be refused,
// and no sequence number may be used twice.

// TestRecoveryToEarlierTime recovers to a point in time from a base backup and
// the archive of the write-ahead log. Then it recovers to the same point again, so
// that events which were delivered between the two recoveries are lost too.
func TestRecoveryToEarlierTime(t *testing.T) {
	archive := dbtest.Dir(t)
	settings := map[string]string{"archive_mode": "on", "archive_command": "cp %p " + archive + "/%f"}
	c := dbtest.StartCluster(t, settings)
	s := newStory(t, c.URL())
	client := s.listen()
	cursors := []string{client.Cursor()}
	cursors = append(cursors, s.cursors(client, 2)...)
	backup := c.Backup("--wal-method=fetch")
	cursors = append(cursors, s.cursors(client, 2)...)
	kept := s.newest()
	c.Exec("SELECT pg_create_restore_point('before')")
	cursors = append(cursors, s.cursors(client, 3)...)
	c.Exec("CREATE TABLE archived AS SELECT pg_walfile_name(pg_switch_wal()) AS wal")
	c.Await("(SELECT last_archived_wal >= (SELECT wal FROM archived) FROM pg_stat_archiver)")
	client.Cut()
	s.close()
	c.Stop()
	again := dbtest.CopyFiles(t, backup)
	for life, files := range []string{backup, again} {
		c := dbtest.Recover(t, files, archive, "before", settings)
		s := s.open(c.URL())
		if n := s.newest(); n != kept {
			t.Fatalf("the newest message is %d, not %d", n, kept)
		}
		s.outdated(cursors...)
		client := s.listen()
		cursors = append(cursors, s.cursors(client, 3)...)
		client.Cut()
		if n := s.newest(); n-kept < int64(life+1)*eventlog.SeqSkip {
			t.Errorf("life %d goes on at %d", life+2, n)
		}
		c.Await("(SELECT count(*) > 0 FROM pg_ls_archive_statusdir() WHERE name ~ 'history.done')")
		s.close()
		c.Stop()
	}
}

// TestOlderDataDirectory replaces the data directory by an older copy. The server can
// notice this only when a client presents a cursor that is ahead, or when the
// operator says so.
func TestOlderDataDirectory(t *testing.T) {
	c := dbtest.StartCluster(t, nil)
	s := newStory(t, c.URL())
	client := s.listen()
	cursors := s.cursors(client, 2)
	client.Cut()
	s.close()
	c.Stop()
	ahead, order := dbtest.CopyFiles(t, c.Dir), dbtest.CopyFiles(t, c.Dir)
	c.Start()
	s = s.open(c.URL())
	if n := s.generation(); n != 1 {
		t.Fatalf("generation %d, although nothing was taken back", n)
	}
	client = s.listen()
	cursors = append(cursors, s.cursors(client, 20)...)
	client.Cut()
	newest := cursors[len(cursors)-1]
	s.close()
	c.Stop()

	t.Run("a cursor is ahead", func(t *testing.T) {
		s := forget(t, s).open(dbtest.StartFiles(t, ahead, nil).URL())
		client := s.listen()
		var e *xrpc.Error
		if err := client.Connect(s.hub, newest); !errors.As(err, &e) || e.Name != gen.ErrFutureCursor {
			t.Errorf("a cursor ahead of the database: %v", err)
		}
		eventually(t, "the end of the stream", client.Ended)
		s.outdated(cursors...)
	})
	t.Run("by order", func(t *testing.T) {
		s := forget(t, s)
		c := dbtest.StartFiles(t, order, nil)
		if code, _, complaint := try(t, []string{"DATABASE_URL=" + c.URL(), "MLS_DATA_DIR=" + t.TempDir()}, "admin", "new-generation"); code != 0 {
			t.Fatal(complaint)
		}
		s.open(c.URL()).outdated(cursors...)
	})
}

// forget prepares the story for another history, in which other messages may
// have the sequence numbers of the first.
func forget(t *testing.T, s *site) *story {
	told := map[int64]string{}
	for seq, id := range s.delivered {
		told[seq] = id
	}
	return &story{t: t, convo: s.convo, delivered: told}
}
