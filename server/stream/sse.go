package stream

import (
	"bytes"
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
	// endSize is how many bytes the last event and the end of the body have at
	// most.
	endSize = 2 << 10
	// endTimeout is how long a connection may take to accept them.
	endTimeout = 5 * time.Second
)

// sseConn is a connection taken over from net/http that carries server-sent
// events.
type sseConn struct {
	now           trywrite.Writer
	gzip, chunked bool
	trailer       gzipTrailer
	// maxBytes is the longest body; 0 for no bound. plainBytes and sentBytes are
	// its length before and after compression: a proxy may count either.
	maxBytes              int
	plainBytes, sentBytes int
	events                int
	outbox                outbox
	conn                  net.Conn
	timeout               time.Duration
}

var _ transport = (*sseConn)(nil)

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
	t.setHeader(h)
	_ = h.Write(&b)
	b.WriteString("\r\n")
	b.Write(t.first())
	if err := t.writeAll(t.timeout, b.Bytes()); err != nil {
		// The client is gone. listen finds that too and ends the stream.
		t.abort()
	}
	return nil
}

func (t *sseConn) setHeader(h http.Header) {
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

// first returns the first bytes of the body: the time after which a client
// reconnects. It is random, so that the clients of an instance that closes do not
// reconnect at the same moment.
func (t *sseConn) first() []byte {
	data := []byte("retry: " + strconv.Itoa(500+rand.IntN(2000)) + "\n\n")
	t.plainBytes += len(data)
	if t.gzip {
		t.trailer.add(data)
		data = append(bytes.Clone(gzipHeader), deflate(data)...)
	}
	t.sentBytes += len(data)
	return t.bytesOf(newChunk(data))
}

// bytesOf returns a chunk as it is written to this connection: HTTP/1.0 has no
// chunked coding.
func (t *sseConn) bytesOf(c chunk) []byte {
	if t.chunked {
		return c.raw
	}
	return c.data()
}

// encode returns the bytes of an event on this connection.
func (t *sseConn) encode(ev *Event) []byte {
	if t.gzip {
		return t.bytesOf(ev.deflated())
	}
	return t.bytesOf(ev.sse())
}

// size implements transport.
func (t *sseConn) size(ev *Event) int { return len(t.encode(ev)) }

// admit implements transport.
func (t *sseConn) admit(ev *Event) bool {
	data := ev.sse().data()
	plain, sent := t.plainBytes+len(data), t.sentBytes+len(t.encode(ev))
	if t.maxBytes > 0 && t.events > 0 && max(plain, sent) > t.maxBytes-endSize {
		return false
	}
	t.plainBytes, t.sentBytes = plain, sent
	t.events++
	if t.gzip {
		t.trailer.add(data)
	}
	return true
}

// try implements transport.
func (t *sseConn) try(ev *Event) ([]byte, error) {
	p := t.encode(ev)
	n, err := t.now.Write(p)
	t.outbox.counts.bytes.Add(float64(n))
	return p[n:], err
}

// write implements transport.
func (t *sseConn) write(rest []byte, events []*Event) error {
	all := make([][]byte, 0, len(events)+1)
	if len(rest) > 0 {
		all = append(all, rest)
	}
	for _, ev := range events {
		all = append(all, t.encode(ev))
	}
	return t.writeAll(t.timeout, all...)
}

// writeAll writes and waits for the connection, for timeout and the time that the
// bytes take at writeMinRate.
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
	t.outbox.counts.bytes.Add(float64(n))
	return err
}

// finish implements transport.
func (t *sseConn) finish(cursor string, cause *xrpc.Error, _ bool) {
	var b []byte
	if cursor != "" {
		info := "closing"
		if cause != nil {
			info = cause.Name
		}
		ev := NewEvent(&gen.InfoEvent{Cursor: cursor, Info: info}, nil)
		b = append(b, t.encode(ev)...)
		t.trailer.add(ev.sse().data())
	}
	if t.gzip {
		b = append(b, t.bytesOf(newChunk(t.trailer.end()))...)
	}
	if t.chunked {
		b = append(b, "0\r\n\r\n"...)
	}
	// A client that does not get these bytes has its last cursor all the same.
	_ = t.writeAll(endTimeout, b)
	t.abort()
}

// abort implements transport.
func (t *sseConn) abort() {
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// listen reads until the client leaves, and then calls left. A client has nothing
// to send: one that sends much is treated as if it had left.
func (t *sseConn) listen(left func()) {
	const maxRead = 4 << 10
	var b [64]byte
	for read := 0; read < maxRead; {
		n, err := io.ReadFull(t.conn, b[:])
		if read += n; err != nil {
			break
		}
	}
	left()
}

// acceptsGzip tells whether a request accepts an answer compressed with gzip (RFC
// 9110, section 12.5.3).
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
