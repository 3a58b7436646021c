package attachments

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// GetBlob returns an attachment, or the part of it that start and length or the Range
// header select. The caller must be its owner, or may see a message that attached it.
func (s *Service) GetBlob(ctx context.Context, caller xrpc.Caller, p *gen.GetBlobParams) (*xrpc.Download, error) {
	b, err := db.New(s.Pool).FindBlob(ctx, p.ConvoID, caller.DID, p.CID)
	if err != nil {
		return nil, fmt.Errorf("find blob: %w", err)
	}
	if !b.Known {
		return nil, convo.NotFound()
	}
	if b.ObjectKey == "" {
		return nil, blobNotFound()
	}
	part, err := partOf(p, xrpc.RangeFromContext(ctx), b.Size)
	if err != nil {
		return nil, err
	}
	body, err := s.blobs.Read(ctx, b.ObjectKey, part.start, part.length)
	if blob.IsNotFound(err) {
		return nil, blobNotFound() // removed after the query
	}
	if err != nil {
		return nil, storeError(err)
	}
	return &xrpc.Download{Body: body, Status: part.status(), Header: part.header()}, nil
}

func blobNotFound() *xrpc.Error {
	return gen.Errorf(gen.ErrBlobNotFound, "no such blob in a message that the caller may read")
}

// part is the range of an object that an answer has. whole says that the answer is
// the whole object, with status 200.
type part struct {
	start, length, size int64
	whole               bool
}

// partOf returns the requested range. If the call has parameters, the header is
// ignored.
func partOf(p *gen.GetBlobParams, header string, size int64) (part, error) {
	whole := part{length: size, size: size, whole: true}
	var start, end int64 // end is exclusive
	switch {
	case p.Start != nil || p.Length != nil:
		start, end = 0, size
		if p.Start != nil {
			start = *p.Start
		}
		if p.Length != nil && *p.Length < size-start {
			end = start + *p.Length
		}
	default:
		var ok bool
		if start, end, ok = parseRange(header, size); !ok {
			return whole, nil
		}
	}
	if start >= size || start >= end {
		return part{}, xrpc.Errorf(http.StatusRequestedRangeNotSatisfiable, xrpc.InvalidRequest,
			"range: begins at %d, the blob has %d bytes", start, size)
	}
	return part{start: start, length: end - start, size: size}, nil
}

// parseRange parses a Range header with one range of bytes (RFC 9110, section 14.1.2).
// For any other header ok is false and the answer is the whole object, as that section
// allows.
func parseRange(header string, size int64) (start, end int64, ok bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dash {
		return 0, 0, false
	}
	if first == "" {
		n, ok := digits(last)
		if !ok {
			return 0, 0, false
		}
		if n == 0 {
			return size, size, true
		}
		return max(size-n, 0), size, true
	}
	start, ok = digits(first)
	if !ok || last == "" {
		return start, size, ok
	}
	end, ok = digits(last)
	if !ok || end < start {
		return 0, 0, false
	}
	return start, min(end, size-1) + 1, true
}

// digits parses a decimal number. A number above the largest int64 becomes that one,
// which is beyond the end of every object anyway.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1<<63 - 1, true
	}
	return n, true
}

func (p part) status() int {
	if p.whole {
		return http.StatusOK
	}
	return http.StatusPartialContent
}

func (p part) header() http.Header {
	h := http.Header{
		"Accept-Ranges":           {"bytes"},
		"Content-Type":            {anyBytes},
		"Content-Length":          {strconv.FormatInt(p.length, 10)},
		"Content-Disposition":     {"attachment"},
		"X-Content-Type-Options":  {"nosniff"},
		"Content-Security-Policy": {"default-src 'none'; sandbox"},
	}
	if !p.whole {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", p.start, p.start+p.length-1, p.size))
	}
	return h
}
