package xrpc

import (
	"encoding/base64"
	"errors"
	"time"
)

// Bytes is a lexicon value of type bytes. In JSON it is {"$bytes": …} with
// standard base64 (https://atproto.com/specs/data-model#bytes): written without
// padding, as the reference implementations do and indigo requires; read with
// or without, in the standard or the url alphabet. nil means absent where the
// field is optional.
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
	if n := len(src); n > 0 && src[n-1] == '=' {
		if n%4 != 0 {
			return nil, errBase64
		}
		src = src[:n-1]
		if src[n-2] == '=' {
			src = src[:n-2]
		}
	}
	if len(src)%4 == 1 {
		return nil, errBase64
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(src)))
	n, err := base64.RawStdEncoding.Decode(out, src)
	if err != nil {
		n, err = base64.RawURLEncoding.Decode(out, src)
	}
	// The standard library skips line breaks, so fewer bytes come out.
	if err != nil || n != len(out) {
		return nil, errBase64
	}
	return out, nil
}

// FormatTime writes a moment as lexicon strings of format datetime have it
// here: RFC 3339, UTC, milliseconds, always three digits, so that equal moments
// have equal strings.
func FormatTime(t time.Time) string {
	// RFC 3339 is the layout that the time package writes fast: a page of
	// messages has a time for each.
	t = t.UTC()
	b := make([]byte, 0, len("2006-01-02T15:04:05.000Z"))
	b = t.AppendFormat(b, time.RFC3339)
	ms := t.Nanosecond() / int(time.Millisecond)
	b = append(b[:len(b)-1], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
	return string(b)
}
