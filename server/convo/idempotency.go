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

// idempotency names and hashes what is recorded of calls. Both are keyed by a
// secret that the database does not have: the caller and the content of a call
// can be guessed, so that an unkeyed hash would tell a thief of the database
// which account sent which message.
type Idempotency struct{ key []byte }

func NewIdempotency(key []byte) *Idempotency { return &Idempotency{key} }

// firstAnswer is one caller's one write: what its answer is recorded under, and
// the hash of what it asked. Records are read and written inside the
// transaction of the write, after the row that decides it is locked, so that of
// two concurrent repetitions one finds the other's record.
type Record struct {
	id, content []byte
	at          time.Time
}

// firstAnswer names the record of caller's call of nsid with key. in is the
// decoded input: what differs only in encoding is the same content. A nil key
// gives nil, and a nil *firstAnswer finds and keeps nothing.
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

// contentHash is over the canonical JSON of a decoded input.
func (i *Idempotency) ContentHash(in any) ([]byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode content: %w", err)
	}
	return i.Hash("content", string(b)), nil
}

// messageID is the id of a message whose sender gave an idempotency key and no
// id: a UUID of version 8 (RFC 9562) that follows from the record and the
// content, so that it need not be stored with the record.
func (i *Idempotency) MessageID(f *Record) xrpc.MessageID {
	id := uuid.UUID(i.Hash("message id", string(f.id), string(f.content))[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return xrpc.MessageID(id.String())
}

// hash is HMAC-SHA-256 over the parts with their lengths, so that no two lists
// of parts run together.
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

// find decodes the recorded answer into out and reports whether there is one.
// A record of other content is an IdempotencyConflict.
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

// keep records answer. Only successes are kept: a lost race or an error is not.
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
