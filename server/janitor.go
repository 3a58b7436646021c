package server

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/origin"
)

const (
	// cleanEvery is how often the janitor looks, in the mean. A look at nothing
	// takes about 20 statements.
	cleanEvery = 5 * time.Minute
	// cleanBatch is how many rows one statement deletes: no transaction is
	// long, since a long one holds back everybody's horizon.
	cleanBatch = 500
	// cleanBatches bounds what one round does of one kind.
	cleanBatches = 500
	// looseObjectTime is how long an upload may take before its object is
	// given up. The request is cut off long before.
	looseObjectTime = 6 * time.Hour
)

// RunJanitor removes what is no longer needed until ctx ends: messages and what
// else goes by its age, first answers after their time, key packages that are
// of no more use, blobs that no message names, objects that belong to no blob.
// Every instance may run one: rows that one is removing, the others pass over.
// Each kind is found by an index that has nothing but what will go, so a round
// that finds nothing costs a probe for each. A failure is logged and tried
// again; the error is nil when ctx ends.
func (s *Server) RunJanitor(ctx context.Context) error {
	for {
		// Not all instances at one moment.
		wait := cleanEvery/2 + rand.N(cleanEvery)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		if err := s.clean(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "cleaning failed and will be tried again", "error", err)
		}
	}
}

// clean does one round.
func (s *Server) clean(ctx context.Context) error {
	for _, step := range []func(context.Context) (more bool, err error){
		s.cleanTickets, s.cleanAnswers, s.cleanSigningKeys, s.cleanOrigins, s.cleanKeyPackages, s.cleanClaims, s.cleanEndedWelcomes,
		s.cleanMessages, s.cleanProposals, s.cleanEvents, s.cleanClosed,
		s.cleanBlobs, s.cleanObjects, // what the others left to them, too
	} {
		for range cleanBatches {
			more, err := step(ctx)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

func (s *Server) cleanTickets(ctx context.Context) (bool, error) {
	n, err := db.New(s.pool).DeleteOldTickets(ctx, s.now(), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("delete old tickets: %w", err)
	}
	s.removed.add(removedTickets, n)
	return n == cleanBatch, nil
}

func (s *Server) cleanAnswers(ctx context.Context) (bool, error) {
	n, err := db.New(s.pool).DeleteOldIdempotencyRecords(ctx, s.now().Add(-limit.IdempotencyTime), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("delete old answers: %w", err)
	}
	s.removed.add(removedAnswers, n)
	return n == cleanBatch, nil
}

// cleanSigningKeys removes the keys of accounts that are too old to be used.
func (s *Server) cleanSigningKeys(ctx context.Context) (bool, error) {
	n, err := db.New(s.pool).DeleteOldAccountKeys(ctx, auth.StoredKeyTTL.Seconds(), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("delete old signing keys: %w", err)
	}
	s.removed.add(removedSigningKeys, n)
	return n == cleanBatch, nil
}

// cleanOrigins removes where new accounts came from, once that counts no more.
func (s *Server) cleanOrigins(ctx context.Context) (bool, error) {
	n, err := db.New(s.pool).RemoveOldOrigins(ctx, origin.ConfirmedFor.Seconds(), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("remove old origins: %w", err)
	}
	s.removed.add(removedOrigins, n)
	return n == cleanBatch, nil
}

// cleanBlobs collects blobs of some accounts, each under its account row, as
// uploads work.
func (s *Server) cleanBlobs(ctx context.Context) (bool, error) {
	before := s.now().Add(-limit.UnattachedBlobTime)
	accounts, err := db.New(s.pool).AccountsWithOldBlobs(ctx, before, cleanBatch)
	if err != nil {
		return false, fmt.Errorf("find old blobs: %w", err)
	}
	collected := int64(0)
	for _, did := range accounts {
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			q := db.New(tx)
			if err := q.HoldAccount(ctx, did, s.now()); err != nil {
				return err
			}
			gone, err := q.CollectBlobs(ctx, db.CollectBlobsParams{Did: did, Before: before, Since: s.now(), Batch: cleanBatch})
			if err != nil || gone.Blobs == 0 {
				return err
			}
			collected += gone.Blobs
			return q.AddBlobBytes(ctx, -gone.Bytes, did)
		})
		if err != nil {
			return false, fmt.Errorf("collect blobs: %w", err)
		}
	}
	s.removed.add(removedBlobs, collected)
	// Blobs that a message is just naming were passed over: no reason to come
	// back at once.
	return collected > 0, nil
}

// cleanObjects deletes given up objects from the blob store.
func (s *Server) cleanObjects(ctx context.Context) (bool, error) {
	q := db.New(s.pool)
	keys, err := q.DoomLooseObjects(ctx, s.now().Add(-looseObjectTime), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("give up objects: %w", err)
	}
	for _, key := range keys {
		if err := s.deleteLoose(ctx, key); err != nil {
			return false, err
		}
		s.removed.add(removedObjects, 1)
	}
	return len(keys) == cleanBatch, nil
}
