package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
)

// DBKeys is the KeyStore in PostgreSQL. Ages are computed by the clock of the
// database.
type DBKeys struct{ pool *pgxpool.Pool }

// NewDBKeys makes a KeyStore in the database of pool.
func NewDBKeys(pool *pgxpool.Pool) *DBKeys { return &DBKeys{pool} }

var _ KeyStore = (*DBKeys)(nil)

// Known implements KeyStore.
func (s *DBKeys) Known(ctx context.Context, did string) (bool, error) {
	known, err := db.New(s.pool).IsKnownAccount(ctx, did)
	if err != nil {
		return false, fmt.Errorf("find out whether an account is known: %w", err)
	}
	return known, nil
}

// Keep implements KeyStore.
func (s *DBKeys) Keep(ctx context.Context, did string, key StoredKey) (known, changed bool, err error) {
	row, err := db.New(s.pool).KeepAccountKey(ctx, did, key.Multibase, key.Age.Seconds())
	if err != nil {
		return false, false, fmt.Errorf("keep signing key: %w", err)
	}
	return row.Known, row.Changed, nil
}

// Find implements KeyStore.
func (s *DBKeys) Find(ctx context.Context, did string, maxAge time.Duration) (StoredKey, bool, error) {
	row, err := db.New(s.pool).GetAccountKey(ctx, did, maxAge.Seconds())
	if errors.Is(err, pgx.ErrNoRows) {
		return StoredKey{}, false, nil
	}
	if err != nil {
		return StoredKey{}, false, fmt.Errorf("find signing key: %w", err)
	}
	return StoredKey{Multibase: row.PublicKey, Age: time.Duration(row.Age * float64(time.Second))}, true, nil
}
