package xrpc

import (
	"bytes"
	"encoding/base64"
	"errors"
	"time"
)

// Bytes is a lexicon value of type bytes. In JSON it is {"$bytes": …} with
// standard base64 (https://atproto.com/specs/data-model#bytes): written padded,
// read with or without padding, in the standard or the url alphabet. nil means
// absent where the field is optional.
type Bytes []byte

// Base64 is a lexicon string that carries bytes as base64: written in the
// standard alphabet with padding, read in the standard or the url alphabet,
// padded or not (RFC 4648, sections 4 and 5). nil means absent where the field
// is optional.
type Base64 []byte

// CIDLink is a lexicon value of type cid-link, the CID in its string form. In
// JSON it is {"$link": …}.
type CIDLink string

// Blob is a lexicon value of type blob: a reference to bytes stored elsewhere
// (https://atproto.com/specs/data-model#blob-type).
type Blob struct {
	// Ref is the CID of the bytes: CIDv1, raw, SHA-256.
	Ref CIDLink
	// MimeType as the uploader gave it.
	MimeType string
	// Size in bytes.
	Size int64
}

var errBase64 = errors.New("not base64")

// DecodeBase64 reads base64 in the standard or the url alphabet, with or
// without padding. Line breaks and a mix of the alphabets are refused, and so
// is padding of the wrong length. The answer is never nil.
func DecodeBase64(src []byte) ([]byte, error) {
	enc := base64.RawStdEncoding
	if bytes.IndexByte(src, '-') >= 0 || bytes.IndexByte(src, '_') >= 0 {
		enc = base64.RawURLEncoding
	}
	if n := len(src); n > 0 && src[n-1] == '=' {
		if n%4 != 0 {
			return nil, errBase64
		}
		src = src[:n-1]
		if src[n-2] == '=' {
			src = src[:n-2]
		}
	}
	// The decoder of the standard library skips line breaks.
	if bytes.IndexByte(src, '\n') >= 0 || bytes.IndexByte(src, '\r') >= 0 {
		return nil, errBase64
	}
	out := make([]byte, enc.DecodedLen(len(src)))
	if _, err := enc.Decode(out, src); err != nil {
		return nil, errBase64
	}
	return out, nil
}

// timeLayout is RFC 3339 in UTC with milliseconds, always three digits, so
// that equal moments have equal strings.
const timeLayout = "2006-01-02T15:04:05.000Z"

// FormatTime writes a moment as lexicon strings of format datetime have it
// here: RFC 3339, UTC, milliseconds.
func FormatTime(t time.Time) string {
	return t.UTC().Format(timeLayout)
}
