package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream/trywrite"
	"catbird.blue/mls/xrpc"
)

const (
	// lastWords is how long the last event and the end of the body may be.
	lastWords = 2 << 10
	// goodbye is how long a connection may take for them.
	goodbye = 5 * time.Second
)

// SSE answers a request with server-sent events. It returns when the stream
// runs, or with an *xrpc.Error and nothing written. Last-Event-ID wins over
// want.Cursor.
//
// The stream is compressed where the request accepts gzip: a PDS holds back
// what it would compress itself. Where the request does not say that it wants
// events (a PDS drops Accept), the stream ends below MaxProxied.
func (s *Streams) SSE(ctx context.Context, want Want, out *xrpc.Stream) error {
	if id := out.R.Header.Get("Last-Event-ID"); id != "" {
		if len(id) > MaxCursor {
			return gen.Errorf(gen.ErrInvalidCursor, "Last-Event-ID: must have at most %d bytes", MaxCursor)
		}
		want.Cursor = id
	}
	t := &sseConn{timeout: s.writeTimeout, gzip: acceptsGzip(out.R.Header), chunked: out.R.ProtoAtLeast(1, 1)}
	if !strings.Contains(strings.Join(out.R.Header.Values("Accept"), ","), xrpc.EventStream) {
		t.most = s.proxied
	}
	o := &t.box
	if err := s.open(o, want.DID, "sse", t); err != nil {
		return err
	}
	o.cursor = want.Cursor
	detach, err := s.source.Attach(ctx, want, o)
	if err != nil {
		s.discard(o)
		return err
	}
	o.detach = detach
	if err := t.open(out); err != nil {
		s.discard(o)
		return err
	}
	// From here on the client is told by events.
	go t.listen(o.gone)
	o.start(detach)
	return nil
}

// sseConn is a connection taken from net/http that carries server-sent events.
type sseConn struct {
	now           trywrite.Writer
	gzip, chunked bool
	tail          gzipTail
	// most bytes of the body, 0 for any number. What came so far, as events
	// and compressed; a proxy may count either.
	most          int
	plain, packed int
	events        int
	box           outbox
	conn          net.Conn
	timeout       time.Duration
}

// open takes over the connection and begins the answer.
func (t *sseConn) open(out *xrpc.Stream) error {
	h := out.W.Header()
	conn, _, err := http.NewResponseController(out.W).Hijack()
	if err != nil {
		return fmt.Errorf("take over the connection: %w", err)
	}
	out.Begin(http.StatusOK)
	t.conn = conn
	t.now.Init(conn)
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	t.header(h)
	_ = h.Write(&b)
	b.WriteString("\r\n")
	b.Write(t.first())
	if err := t.writeAll(t.timeout, b.Bytes()); err != nil {
		// The client is gone, which the reader finds as well.
		t.abort()
	}
	return nil
}

func (t *sseConn) header(h http.Header) {
	h.Del("Content-Length")
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Content-Type", xrpc.EventStream)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	h.Add("Vary", "Accept-Encoding")
	h.Set("Connection", "close")
	if t.gzip {
		h.Set("Content-Encoding", "gzip")
	}
	if t.chunked {
		h.Set("Transfer-Encoding", "chunked")
	}
}

// first gives the first bytes of the body: after what time to come back. The
// clients of an instance that closes do not come at the same moment.
func (t *sseConn) first() []byte {
	piece := []byte("retry: " + strconv.Itoa(500+rand.IntN(2000)) + "\n\n")
	t.plain += len(piece)
	if t.gzip {
		t.tail.add(piece)
		piece = append(bytes.Clone(gzipHead), deflate(piece)...)
	}
	t.packed += len(piece)
	return t.bytes(newChunk(piece))
}

func (t *sseConn) bytes(c chunk) []byte {
	if t.chunked {
		return c.raw
	}
	return c.piece()
}

// of gives the bytes of an event.
func (t *sseConn) of(ev *Event) []byte {
	if t.gzip {
		return t.bytes(ev.deflated().chunk)
	}
	return t.bytes(ev.sse())
}

func (t *sseConn) size(ev *Event) int { return len(t.of(ev)) }

func (t *sseConn) admit(ev *Event) bool {
	piece := ev.sse().piece()
	plain, packed := t.plain+len(piece), t.packed+len(t.of(ev))
	if t.most > 0 && t.events > 0 && max(plain, packed) > t.most-lastWords {
		return false
	}
	t.plain, t.packed = plain, packed
	t.events++
	if t.gzip {
		t.tail.add(piece)
	}
	return true
}

func (t *sseConn) try(ev *Event) ([]byte, error) {
	p := t.of(ev)
	n, err := t.now.Write(p)
	t.box.counts.bytes.Add(float64(n))
	return p[n:], err
}

func (t *sseConn) write(rest []byte, events []*Event) error {
	all := make([][]byte, 0, len(events)+1)
	if len(rest) > 0 {
		all = append(all, rest)
	}
	for _, ev := range events {
		all = append(all, t.of(ev))
	}
	return t.writeAll(t.timeout, all...)
}

func (t *sseConn) writeAll(timeout time.Duration, all ...[]byte) error {
	size := 0
	for _, p := range all {
		size += len(p)
	}
	until := time.Now().Add(timeout + time.Duration(size)*time.Second/writeMinRate)
	if err := t.conn.SetWriteDeadline(until); err != nil {
		return err
	}
	buffers := net.Buffers(all)
	n, err := buffers.WriteTo(t.conn)
	t.box.counts.bytes.Add(float64(n))
	return err
}

func (t *sseConn) finish(cursor string, why *xrpc.Error, _ bool) {
	var b []byte
	if cursor != "" {
		info := "closing"
		if why != nil {
			info = why.Name
		}
		ev := NewEvent(&gen.InfoEvent{Cursor: cursor, Info: info}, nil)
		b = append(b, t.of(ev)...)
		t.tail.add(ev.sse().piece())
	}
	if t.gzip {
		end := binary.LittleEndian.AppendUint32(bytes.Clone(gzipLast), t.tail.sum)
		b = append(b, t.bytes(newChunk(binary.LittleEndian.AppendUint32(end, t.tail.size)))...)
	}
	if t.chunked {
		b = append(b, "0\r\n\r\n"...)
	}
	// Who does not take it comes back by its own last cursor.
	_ = t.writeAll(goodbye, b)
	t.abort()
}

func (t *sseConn) abort() {
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// listen waits for the client to leave. It has nothing more to say.
func (t *sseConn) listen(gone func()) {
	const most = 4 << 10
	var b [64]byte
	for read := 0; read < most; {
		n, err := io.ReadFull(t.conn, b[:])
		if read += n; err != nil {
			break
		}
	}
	gone()
}

// acceptsGzip tells whether a request lets the answer be compressed so
// (RFC 9110, section 12.5.3).
func acceptsGzip(h http.Header) bool {
	for _, v := range h.Values("Accept-Encoding") {
		for one := range strings.SplitSeq(v, ",") {
			name, args, _ := strings.Cut(one, ";")
			if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") {
				continue
			}
			q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(args), " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !ok || err == nil && weight > 0
		}
	}
	return false
}
