package eventlog

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"slices"
	"sync"

	"catbird.blue/mls/server/stream"
)

// Why a stream cannot go on from a cursor.
var (
	// ErrMalformedCursor: this service did not make the cursor.
	ErrMalformedCursor = errors.New("not a cursor")
	// ErrOutdatedCursor: the cursor is of another generation or another service,
	// or retention has removed rows after it.
	ErrOutdatedCursor = errors.New("outdated cursor")
	// ErrFutureCursor: the cursor is ahead of the newest row of the database.
	ErrFutureCursor = errors.New("future cursor")
)

// Cursor is what a client sends to go on from a position.
type Cursor struct {
	Position
	// After is set while sync reports many conversations in parts: the
	// conversations up to this id were reported, as of the end of the log at the
	// first part, which is EndOf(Until). A stream ignores After and Until.
	After StreamKey
	Until int64
}

// Codec writes and reads the cursors of one generation. A cursor is unpadded
// base64url of
//
//	version (1) · gen · { Pos · StreamKey · Seq · N · After · Until } · check value (8 bytes)
//
// with numbers as varints, and StreamKey and After each behind a byte with their
// length. The check value is HMAC-SHA256 under the secret of the generation. So two databases that were restored from one backup refuse each
// other's cursors. And a cursor beyond the newest transaction proves that the
// database was set back to an earlier state, since only this service can have
// made it.
//
// The fields in braces are encrypted, since the newest row of the log may be of
// a conversation of which the reader of the cursor is not a member. The check
// value is the nonce (as in SIV, RFC 5297), so equal cursors are equal texts.
type Codec struct {
	gen   int64
	block cipher.Block
	// macs are keyed hashes. They are reused, since each event needs one.
	macs sync.Pool
}

// NewCodec makes the codec of a generation from its number and secret.
func NewCodec(gen int64, secret [16]byte) *Codec {
	h := hmac.New(sha256.New, secret[:])
	h.Write([]byte("hide positions"))
	block, err := aes.NewCipher(h.Sum(nil)[:16])
	if err != nil {
		panic(err) // the length of the key is a constant
	}
	return &Codec{gen: gen, block: block, macs: sync.Pool{New: func() any { return hmac.New(sha256.New, secret[:]) }}}
}

const (
	cursorVersion = 1
	checkLength   = 8
)

// Encode returns a cursor as text. Equal cursors are equal texts.
func (c *Codec) Encode(v Cursor) string {
	b := make([]byte, 0, 128)
	b = append(b, cursorVersion)
	b = binary.AppendUvarint(b, uint64(c.gen))
	head := len(b)
	b = binary.AppendUvarint(b, uint64(v.Pos))
	b = appendStreamKey(b, v.StreamKey)
	b = binary.AppendUvarint(b, uint64(v.Seq))
	b = binary.AppendUvarint(b, uint64(v.N))
	b = appendStreamKey(b, v.After)
	b = binary.AppendUvarint(b, uint64(v.Until))
	body := len(b)
	b = c.appendCheck(b)
	c.crypt(b[head:body], b[body:])
	return base64.RawURLEncoding.EncodeToString(b)
}

// crypt encrypts or decrypts b in place.
func (c *Codec) crypt(b, nonce []byte) {
	var iv [aes.BlockSize]byte
	copy(iv[:], nonce)
	cipher.NewCTR(c.block, iv[:]).XORKeyStream(b, b)
}

// appendCheck appends the check value of b.
func (c *Codec) appendCheck(b []byte) []byte {
	h := c.macs.Get().(hash.Hash)
	defer c.macs.Put(h)
	h.Reset()
	h.Write(b)
	return h.Sum(b)[:len(b)+checkLength]
}

// Decode reads a cursor. It returns ErrMalformedCursor, or ErrOutdatedCursor for
// a cursor that another generation or another service made.
func (c *Codec) Decode(s string) (Cursor, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > stream.MaxCursor || len(b) < 1+checkLength || b[0] != cursorVersion {
		return Cursor{}, ErrMalformedCursor
	}
	body, check := b[:len(b)-checkLength], b[len(b)-checkLength:]
	r := cursorReader{b: body[1:]}
	gen := r.number()
	if r.bad {
		return Cursor{}, ErrMalformedCursor
	}
	c.crypt(r.b, check)
	if gen != c.gen || !hmac.Equal(c.appendCheck(slices.Clone(body)), b) {
		return Cursor{}, ErrOutdatedCursor
	}
	v := Cursor{Position: Position{Pos: r.number(), StreamKey: r.streamKey(), Seq: r.number(), N: r.number()}, After: r.streamKey(), Until: r.number()}
	if r.bad || len(r.b) > 0 {
		return Cursor{}, ErrMalformedCursor
	}
	return v, nil
}

func appendStreamKey(b []byte, key StreamKey) []byte {
	return append(append(b, byte(len(key))), key...)
}

// cursorReader reads the fields of a cursor. After a bad field, bad is set.
type cursorReader struct {
	b   []byte
	bad bool
}

func (r *cursorReader) number() int64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > 1<<63-1 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return int64(v)
}

func (r *cursorReader) streamKey() StreamKey {
	if len(r.b) == 0 || len(r.b) < 1+int(r.b[0]) {
		r.bad = true
		return ""
	}
	key := StreamKey(r.b[1 : 1+int(r.b[0])])
	r.b = r.b[1+len(key):]
	return key
}
