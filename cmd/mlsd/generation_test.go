package main

import (
	"errors"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// These tests take a database back in each way there is, with clusters of their
// own. Whatever way it was, no cursor from before may go on silently, and no
// number may be used twice.

// TestRecoveryToEarlierTime goes back to a moment by a base backup and the
// archive of the write-ahead log, and then once more to the same moment: what
// was told in between is forgotten too.
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

// TestOldFiles puts an older copy of the data directory back. Nothing tells it
// apart until a cursor is ahead of it, or the operator says so.
func TestOldFiles(t *testing.T) {
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

// forget is the story for another future, in which other messages may have the
// numbers of the first one.
func forget(t *testing.T, s *site) *story {
	told := map[int64]string{}
	for seq, id := range s.told {
		told[seq] = id
	}
	return &story{t: t, convo: s.convo, told: told}
}
