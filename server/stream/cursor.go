package stream

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
)

// MaxCursor is the longest cursor there is, in bytes, as the lexicons have it.
const MaxCursor = 256

// Why a cursor is not one of this generation.
var (
	// ErrMalformedCursor: this service never made it.
	ErrMalformedCursor = errors.New("not a cursor")
	// ErrOutdatedCursor: it is of another generation or another service, or
	// retention has removed something after it.
	ErrOutdatedCursor = errors.New("outdated cursor")
	// ErrFutureCursor: it is ahead of what the database has.
	ErrFutureCursor = errors.New("future cursor")
)

// Cursor is what a client gives back to go on.
type Cursor struct {
	Position
	// After is set while sync tells of many conversations in parts: those up to
	// this id have been told, as far as the log went at the first part, which
	// is to the end of Until. A stream has no use for them.
	After Lane
	Until int64
}

// EndOf is the position behind all that the log has at pos.
func EndOf(pos int64) Position { return Position{Pos: pos, Lane: lastLane} }

// Codec writes and reads the cursors of one generation. A cursor is unpadded
// base64url of
//
//	version (1) · gen · { Pos · Lane · Seq · N · After · Until } · check value (8 bytes)
//
// with numbers as varints, and Lane and After each behind a byte with its
// length. The check value is HMAC-SHA256 under the generation's secret: two
// databases that went different ways from one backup do not take each other's
// cursors, and a cursor beyond the newest transaction proves that the database
// was taken back, since nobody else can have made it.
//
// What is in braces is encrypted, since the newest row of the log may be of a
// conversation that whoever gets its position is not in. The check value is the
// nonce (as in SIV, RFC 5297), so the same cursor is always the same text.
type Codec struct {
	gen  int64
	hide cipher.Block
	// macs are keyed and used again: there is one for each event.
	macs sync.Pool
}

// NewCodec makes the codec of a generation.
func NewCodec(gen int64, secret [16]byte) *Codec {
	h := hmac.New(sha256.New, secret[:])
	h.Write([]byte("hide positions"))
	hide, err := aes.NewCipher(h.Sum(nil)[:16])
	if err != nil {
		panic(err) // the length of the key is a constant
	}
	return &Codec{gen: gen, hide: hide, macs: sync.Pool{New: func() any { return hmac.New(sha256.New, secret[:]) }}}
}

const (
	cursorVersion = 1
	checkLength   = 8
)

// Encode writes a cursor. The same cursor is always the same text.
func (c *Codec) Encode(v Cursor) string {
	b := make([]byte, 0, 128)
	b = append(b, cursorVersion)
	b = binary.AppendUvarint(b, uint64(c.gen))
	head := len(b)
	b = binary.AppendUvarint(b, uint64(v.Pos))
	b = appendLane(b, v.Lane)
	b = binary.AppendUvarint(b, uint64(v.Seq))
	b = binary.AppendUvarint(b, uint64(v.N))
	b = appendLane(b, v.After)
	b = binary.AppendUvarint(b, uint64(v.Until))
	body := len(b)
	b = c.appendCheck(b)
	c.crypt(b[head:body], b[body:])
	return base64.RawURLEncoding.EncodeToString(b)
}

// crypt encrypts b, or decrypts it.
func (c *Codec) crypt(b, nonce []byte) {
	var iv [aes.BlockSize]byte
	copy(iv[:], nonce)
	cipher.NewCTR(c.hide, iv[:]).XORKeyStream(b, b)
}

// appendCheck appends the check value of b.
func (c *Codec) appendCheck(b []byte) []byte {
	h := c.macs.Get().(hash.Hash)
	defer c.macs.Put(h)
	h.Reset()
	h.Write(b)
	return h.Sum(b)[:len(b)+checkLength]
}

// Decode reads a cursor: ErrMalformedCursor, or ErrOutdatedCursor for one that
// another generation or another service made.
func (c *Codec) Decode(s string) (Cursor, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > MaxCursor || len(b) < 1+checkLength || b[0] != cursorVersion {
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
	v := Cursor{Position: Position{Pos: r.number(), Lane: r.lane(), Seq: r.number(), N: r.number()}, After: r.lane(), Until: r.number()}
	if r.bad || len(r.b) > 0 {
		return Cursor{}, ErrMalformedCursor
	}
	return v, nil
}

func appendLane(b []byte, lane Lane) []byte {
	return append(append(b, byte(len(lane))), lane...)
}

// cursorReader reads fields until one is bad.
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

func (r *cursorReader) lane() Lane {
	if len(r.b) == 0 || len(r.b) < 1+int(r.b[0]) {
		r.bad = true
		return ""
	}
	lane := Lane(r.b[1 : 1+int(r.b[0])])
	r.b = r.b[1+len(lane):]
	return lane
}
