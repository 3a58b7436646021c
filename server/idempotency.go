package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// firstAnswer is one caller's one write: what its answer is recorded under, and
// the hash of what it asked. Records are read and written inside the
// transaction of the write, after the row that decides it is locked, so that of
// two concurrent repetitions one finds the other's record.
type firstAnswer struct {
	id, content []byte
	at          time.Time
}

// newFirstAnswer names the record of caller's call of nsid with key. in is the
// decoded input: what differs only in encoding is the same content. A nil key
// gives nil, and a nil *firstAnswer finds and keeps nothing.
func newFirstAnswer(caller xrpc.Caller, nsid string, key *string, in any, now time.Time) (*firstAnswer, error) {
	if key == nil {
		return nil, nil
	}
	content, err := contentHash(in)
	if err != nil {
		return nil, err
	}
	return &firstAnswer{id: recordID(caller.DID, nsid, *key), content: content, at: now}, nil
}

// contentHash is SHA-256 over the canonical JSON of a decoded input.
func contentHash(in any) ([]byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode content: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// recordID hashes the parts with their lengths, so that no two triples of
// parts run together.
func recordID(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// find decodes the recorded answer into out and reports whether there is one.
// A record of other content is an IdempotencyConflict.
func (f *firstAnswer) find(ctx context.Context, q *db.Queries, out any) (bool, error) {
	if f == nil {
		return false, nil
	}
	rec, err := q.GetIdempotencyRecord(ctx, f.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read idempotency record: %w", err)
	}
	if !bytes.Equal(rec.ContentHash, f.content) {
		return false, gen.Errorf(gen.ErrIdempotencyConflict, "idempotencyKey: used before with other content")
	}
	if err := json.Unmarshal(rec.Answer, out); err != nil {
		return false, fmt.Errorf("decode recorded answer: %w", err)
	}
	return true, nil
}

// keep records answer. Only successes are kept: a lost race or an error is not.
func (f *firstAnswer) keep(ctx context.Context, q *db.Queries, answer any) error {
	if f == nil {
		return nil
	}
	b, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	if err := q.InsertIdempotencyRecord(ctx, db.InsertIdempotencyRecordParams{
		RecordID: f.id, ContentHash: f.content, Answer: b, CreatedAt: f.at,
	}); err != nil {
		return fmt.Errorf("keep idempotency record: %w", err)
	}
	return nil
}
