// Package dbtest gives every test its own real PostgreSQL database with the
// schema in it, and on request a real Redis.
//
// The databases are created on the server that TEST_DATABASE_URL names, whose
// account must be allowed to create databases. Without that variable they are
// created on a private server. The first test that needs it starts it, and all
// test processes of the account share it. It does not sync to disk. It is
// removed with its data some seconds after the last of these processes ended.
//
// Each database is cloned from a template. A template is migrated once for each
// state of the migrations, and its name contains their hash.
package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/pgplan"
)

// envURL is the variable that names a server to use in place of the private
// one.
const envURL = "TEST_DATABASE_URL"

// Pool returns a pool on a new database with the schema in it. Both are removed
// when the test ends. Use URL and Open to get several pools on one database, as
// several instances of the service have.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Open(t, URL(t))
}

// Open returns a pool of at most 16 connections on a database made by URL or
// Empty. It is closed when the test ends.
func Open(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	cfg.MaxConns = 16
	maps.Copy(cfg.ConnConfig.RuntimeParams, pgplan.Settings())
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL creates a database with the schema in it and returns its connection
// string. The database is dropped when the test ends. Every call creates
// another database.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, func(s *server) (string, error) { return s.template(context.Background()) })
}

// Empty creates an empty database and returns its connection string.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, func(*server) (string, error) { return "template0", nil })
}

func create(t testing.TB, template func(*server) (string, error)) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	from, err := template(s)
	if err != nil {
		t.Fatalf("dbtest: template database: %v", err)
	}
	name := testPrefix + strconv.FormatInt(time.Now().Unix(), 16) + "_" + random()
	if err := s.exec(context.Background(), "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return s.database(name)
}

func random() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// server is the PostgreSQL server on which the databases are created.
type server struct {
	admin string

	once sync.Once
	name string
	err  error
}

// shared returns the server that all tests of this process use.
var shared = sync.OnceValues(func() (*server, error) {
	if u := os.Getenv(envURL); u != "" {
		if _, err := url.Parse(u); err != nil {
			return nil, fmt.Errorf("%s is not a URL: %w", envURL, err)
		}
		return &server{admin: u}, nil
	}
	u, err := join()
	if err != nil {
		return nil, err
	}
	return &server{admin: u}, nil
})

// database returns the connection string of another database on the server.
func (s *server) database(name string) string {
	u, err := url.Parse(s.admin)
	if err != nil {
		panic(err) // the URL was parsed before
	}
	u.Path = "/" + name
	return u.String()
}

func (s *server) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return nil, fmt.Errorf("connecting to the test server: %w", err)
	}
	return conn, nil
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// template returns the name of the migrated database to clone. The first
// process that needs the template creates it.
func (s *server) template(ctx context.Context) (string, error) {
	s.once.Do(func() { s.name, s.err = s.makeTemplate(ctx, migrations.Hash(), migrateUp) })
	return s.name, s.err
}

func migrateUp(ctx context.Context, url string) error {
	_, err := migrations.Up(ctx, url)
	return err
}
