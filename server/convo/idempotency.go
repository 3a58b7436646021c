package convo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Idempotency makes the ids and content hashes of idempotency records. Both are
// keyed by a secret that is not in the database: the caller and the content of a
// call can be guessed, so an unkeyed hash would reveal to a thief of the database
// which account sent which message.
type Idempotency struct{ key []byte }

// NewIdempotency returns an Idempotency that hashes with key.
func NewIdempotency(key []byte) *Idempotency { return &Idempotency{key} }

// Record is the idempotency record of one call: its id and the hash of its content.
// It is read and written in the transaction of the call, after the row that decides
// the call is locked. So the second of two concurrent repetitions finds the record
// of the first.
type Record struct {
	id, content []byte
	at          time.Time
}

// NewRecord returns the record of a call of nsid with the idempotency key. in is
// the decoded input, so inputs that differ only in their encoding are the same
// content. NewRecord returns nil for a nil key; a nil *Record finds and keeps
// nothing.
func (i *Idempotency) NewRecord(caller xrpc.Caller, nsid string, key *string, in any, now time.Time) (*Record, error) {
	if key == nil {
		return nil, nil
	}
	content, err := i.ContentHash(in)
	if err != nil {
		return nil, err
	}
	return &Record{id: i.Hash("record", caller.DID, nsid, *key), content: content, at: now}, nil
}

// ContentHash hashes the JSON of a decoded input.
func (i *Idempotency) ContentHash(in any) ([]byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode content: %w", err)
	}
	return i.Hash("content", string(b)), nil
}

// MessageID returns the id of a message that came with an idempotency key and
// without an id: a UUID of version 8 (RFC 9562) that is derived from the record and
// the content, so the record need not store it.
func (i *Idempotency) MessageID(f *Record) xrpc.MessageID {
	id := uuid.UUID(i.Hash("message id", string(f.id), string(f.content))[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return xrpc.MessageID(id.String())
}

// Hash is HMAC-SHA-256 over the parts, each with its length before it, so that
// different lists of parts never have the same input.
func (i *Idempotency) Hash(parts ...string) []byte {
	h := hmac.New(sha256.New, i.key)
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// Find decodes the recorded answer into out and reports whether there is one. If
// the record is that of other content, the error is an IdempotencyConflict.
func (f *Record) Find(ctx context.Context, q *db.Queries, out any) (bool, error) {
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

// Keep records answer. Only the answers of successful calls are kept: a repetition
// of a call that failed or lost its race is made anew.
func (f *Record) Keep(ctx context.Context, q *db.Queries, answer any) error {
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
