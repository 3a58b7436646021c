package backup

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/blob"
	eventlog "catbird.blue/mls/server/stream/log"
)

const newestSeq = "SELECT max(seq) FROM messages"

// TestJustAfterBaseBackup loses a cluster whose log is stored only up to a part of
// a segment that the base backup has whole. The base backup is restored. A
// verification, which needs the log up to the counts, says to wait.
func TestJustAfterBaseBackup(t *testing.T) {
	w := newWorld(t, nil)
	last := w.send(w.pool, 1)
	b, err := w.source().Backup(t.Context(), Retention{Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	repo, err := Open(t.Context(), w.url, "", w.public)
	if err != nil {
		t.Fatal(err)
	}
	first, err := parseSegment(b.FirstWAL, b.SegmentSize)
	if err != nil {
		t.Fatal(err)
	}
	// The backup may begin in the segment after the one that was current.
	for _, number := range []int64{first.number, first.number + 1} {
		name := walFolder + segment{first.timeline, number}.name(b.SegmentSize) + partialName
		if _, err := repo.put(t.Context(), name, bytes.NewReader(make([]byte, b.SegmentSize)), true); err != nil {
			t.Fatal(err)
		}
	}
	if err := repo.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Verify{URL: w.url, Keys: w.keys, Scratch: dbtest.Dir(t), Log: w.log}.Run(t.Context())
	if !errors.Is(err, errLogTooShort) {
		t.Errorf("%v", err)
	}
	w.cluster.Kill()
	_, pool, _ := w.restore(Restore{})
	if n := scan[int64](t, pool, newestSeq); n != last {
		t.Errorf("the newest message is %d, not %d", n, last)
	}
}

// TestRestore backs up a cluster while it is written to, loses it, and restores
// it: whole, to a time, and again after the restored one was backed up.
func TestRestore(t *testing.T) {
	w := newWorld(t, map[string]string{"max_connections": "120"})
	health, stop := w.run(func(*Config) {})
	kept := w.attach()
	w.send(w.pool, 20)
	eventually(t, "a base backup", func() bool { return !health.State().LastBackup.IsZero() })
	w.send(w.pool, 20)
	before := w.attach()
	first := w.send(w.pool, 1)
	at := scan[time.Time](t, w.pool, "SELECT clock_timestamp()")
	last := w.send(w.pool, 50)
	after := w.attach()
	if n := scan[string](t, w.pool, "SELECT pg_walfile_name(pg_switch_wal())"); n == "" {
		t.Fatal("no segment")
	}
	last = w.send(w.pool, 5)
	w.stored(health)
	stop()

	verified, err := Verify{URL: w.url, Keys: w.keys, Scratch: dbtest.Dir(t), Sample: 10, Log: w.log,
		Step: func(what string, took time.Duration) { t.Logf("%8.2fs %s", took.Seconds(), what) }}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if verified.Until.Before(at) {
		t.Errorf("verified until %s only", verified.Until)
	}
	w.cluster.Kill()

	t.Run("whole", func(t *testing.T) {
		blobs := w.store()
		out, pool, c := w.restore(Restore{Blobs: blobs})
		if n := scan[int64](t, pool, newestSeq); n != last {
			t.Errorf("the newest message is %d, not %d", n, last)
		}
		if string(out.Files["service.key"]) != "the key" || out.BlobsCopied != 3 || out.BlobsMissing != 0 || out.Generation != 2 {
			t.Errorf("%+v", out)
		}
		for _, key := range []string{kept, before, after} {
			checkBlob(t, blobs, key)
		}
		w.jumps(pool, last)
		// The restored cluster is backed up in its turn, on its own timeline.
		w.cluster, w.pool = c, pool
		health, stop := w.run(func(*Config) {})
		next := w.send(pool, 30)
		w.stored(health)
		stop()
		pool.Close()
		c.Kill()
		_, again, _ := w.restore(Restore{})
		if n := scan[int64](t, again, newestSeq); n != next {
			t.Errorf("after the second restore the newest message is %d, not %d", n, next)
		}
		w.jumps(again, next)
	})
	t.Run("to a time", func(t *testing.T) {
		out, pool, _ := w.restore(Restore{To: at})
		if n := scan[int64](t, pool, newestSeq); n != first {
			t.Errorf("the newest message is %d, not %d", n, first)
		}
		if out.Until.After(at) {
			t.Errorf("restored until %s, after %s", out.Until, at)
		}
		// All numbers that were given out since that time are passed over.
		w.jumps(pool, last)
	})
	t.Run("refusals", func(t *testing.T) {
		dir := dbtest.Dir(t)
		for name, r := range map[string]Restore{
			"-identity":                  {URL: w.url},
			"the oldest base backup":     {URL: w.url, Keys: w.keys, To: at.Add(-24 * time.Hour)},
			"no base backup x":           {URL: w.url, Keys: w.keys, BaseID: "x"},
			"there are no backups":       {URL: "file://" + t.TempDir(), Keys: w.keys},
			"the stored log ends before": {URL: w.url, Keys: w.keys, To: time.Now().Add(time.Hour)},
		} {
			r.DataDir, r.Log = dir+"/pg", w.log
			if _, err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// jumps checks that the numbers go on behind all that were given out.
func (w *world) jumps(pool *pgxpool.Pool, given int64) {
	w.t.Helper()
	if n := w.send(pool, 1); n <= given || n-given > 4*eventlog.SeqSkip {
		w.t.Errorf("after message %d comes %d", given, n)
	}
}

func checkBlob(t *testing.T, s *blob.Store, key string) {
	t.Helper()
	r, err := s.Read(t.Context(), key, 0, -1)
	if err != nil {
		t.Error(err)
		return
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || len(b) == 0 {
		t.Errorf("%q, %v", b, err)
	}
}
