package dbtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := Pool(t), Pool(t)
	for _, pool := range []interface {
		Ping(context.Context) error
	}{a, b} {
		if err := pool.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Exec(t.Context(), "CREATE TABLE only_here (n int)"); err != nil {
		t.Fatal(err)
	}
	var there, schema bool
	err := b.QueryRow(t.Context(), "SELECT to_regclass('only_here') IS NOT NULL, to_regclass('conversations') IS NOT NULL").Scan(&there, &schema)
	if err != nil {
		t.Fatal(err)
	}
	if there {
		t.Error("two tests share a database")
	}
	if !schema {
		t.Error("the database lacks the schema")
	}
}

func TestDatabaseIsDroppedWithTheTest(t *testing.T) {
	var name string
	t.Run("test", func(t *testing.T) {
		cfg, err := pgx.ParseConfig(URL(t))
		if err != nil {
			t.Fatal(err)
		}
		name = cfg.Database
		// A connection that a test did not close must not prevent the database
		// from being dropped.
		if _, err := pgx.ConnectConfig(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	})
	if onServer(t, name) {
		t.Errorf("database %s is still there", name)
	}
}

func onServer(t *testing.T, name string) bool {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	ok, err := exists(t.Context(), conn, name)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestEmpty(t *testing.T) {
	pool := Open(t, Empty(t))
	var n int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("an empty database has %d tables", n)
	}
}

func TestTemplateIsMadeOnce(t *testing.T) {
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	hash := "race_" + random()
	t.Cleanup(func() {
		if err := s.exec(context.Background(), "DROP DATABASE IF EXISTS "+templatePrefix+hash); err != nil {
			t.Error(err)
		}
	})
	var made atomic.Int32
	migrate := func(ctx context.Context, url string) error {
		made.Add(1)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TABLE t (n int)")
		return err
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if name, err := s.makeTemplate(context.Background(), hash, migrate); err != nil || name != templatePrefix+hash {
				t.Errorf("got %q, %v", name, err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("the template was made %d times", made.Load())
	}
}

func TestBrokenMigrationLeavesNoTemplate(t *testing.T) {
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	hash := "broken_" + random()
	t.Cleanup(func() {
		if err := s.exec(context.Background(), "DROP DATABASE IF EXISTS "+templatePrefix+hash+"_new"); err != nil {
			t.Error(err)
		}
	})
	broken := errors.New("broken")
	if _, err := s.makeTemplate(t.Context(), hash, func(context.Context, string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if onServer(t, templatePrefix+hash) {
		t.Error("a template that was not migrated can be cloned")
	}
}

func TestSweepTakesOnlyWhatIsOldAndUnused(t *testing.T) {
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	suffix := "_" + random()
	old, used, young := testPrefix+"1"+suffix, testPrefix+"2"+suffix, testPrefix+"7fffffffff"+suffix
	for _, name := range []string{old, used, young} {
		if err := run(t.Context(), conn, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	}
	user, err := pgx.Connect(t.Context(), s.database(used))
	if err != nil {
		t.Fatal(err)
	}
	defer user.Close(context.Background())
	if err := sweep(t.Context(), conn, time.Now()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{old: false, used: true, young: true} {
		if got := onServer(t, name); got != want {
			t.Errorf("after the sweep %s exists: %v, want %v", name, got, want)
		}
	}
}

// TestKeeperEndsWithoutUsers runs a keeper in its own directory.
func TestKeeperEndsWithoutUsers(t *testing.T) {
	dir, err := os.MkdirTemp("", "mls-keeper-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	user, err := flock(filepath.Join(dir, "users"), syscall.LOCK_SH)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- keep(dir, 100*time.Millisecond) }()
	for {
		if _, err := running(dir); err == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("the keeper ended: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("the keeper ended under a user: %v", err)
	case <-time.After(700 * time.Millisecond):
	}
	user.Close()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the keeper goes on without users")
	}
	left, err := fs.Glob(os.DirFS(dir), "*")
	if err != nil || strings.Join(left, " ") != "start users" {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestRedisIsRealAndOwn(t *testing.T) {
	var url string
	t.Run("test", func(t *testing.T) {
		t.Setenv("LC_ALL", "xx_XX.UTF-8") // no machine has this locale, and Redis 8 would not start with it
		url = Redis(t)
		if other := Redis(t); other == url {
			t.Error("two calls gave one server")
		}
		out, err := exec.Command("redis-cli", "-u", url, "set", "k", "v").CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "OK") {
			t.Errorf("redis answers %q, %v", out, err)
		}
	})
	port := strings.TrimSuffix(strings.TrimPrefix(url, "redis://127.0.0.1:"), "/0")
	if _, err := redisInfo(t.Context(), port); err == nil {
		t.Error("the server outlives its test")
	}
}

func BenchmarkClone(b *testing.B) {
	for b.Loop() {
		URL(b)
	}
}
