package xrpc

import (
	"encoding/base64"
	"errors"
	"time"
)

// Bytes is a lexicon value of type bytes. In JSON it is {"$bytes": …} with
// standard base64 (https://atproto.com/specs/data-model#bytes). It is written
// without padding, as the reference implementations do and indigo requires. It
// is accepted with or without padding, in the standard or the URL alphabet. nil
// means that an optional field is absent.
type Bytes []byte

// Base64 is a lexicon string that holds bytes as base64. It is written in the
// standard alphabet with padding. It is accepted with or without padding, in
// the standard or the URL alphabet (RFC 4648 §4, §5). nil means that an
// optional field is absent.
type Base64 []byte

// CIDLink is a lexicon value of type cid-link: a CID as a string. In JSON it is
// {"$link": …}.
type CIDLink string

// Blob is a lexicon value of type blob: a reference to bytes stored elsewhere
// (https://atproto.com/specs/data-model#blob-type).
type Blob struct {
	// Ref is the CID of the bytes: CIDv1 with codec raw and hash SHA-256.
	Ref CIDLink
	// MimeType is the MIME type that the uploader gave.
	MimeType string
	// Size is the number of bytes.
	Size int64
}

var errBase64 = errors.New("not base64")

// DecodeBase64 decodes base64 in the standard or the URL alphabet, with or
// without padding. It refuses line breaks, a mix of both alphabets, and padding
// of the wrong length. The result is never nil.
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
	// The standard library skips line breaks. The result is then shorter than
	// expected.
	if err != nil || n != len(out) {
		return nil, errBase64
	}
	return out, nil
}

// FormatTime formats a time as a lexicon string of format datetime: RFC 3339 in
// UTC, always with three digits of milliseconds, so that equal times have equal
// strings.
func FormatTime(t time.Time) string {
	// The time package has a fast path for RFC 3339. It matters because a page
	// of messages contains a time for each message.
	t = t.UTC()
	b := make([]byte, 0, len("2006-01-02T15:04:05.000Z"))
	b = t.AppendFormat(b, time.RFC3339)
	ms := t.Nanosecond() / int(time.Millisecond)
	b = append(b[:len(b)-1], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
	return string(b)
}
