package stream

import (
	"compress/flate"
	"hash/crc32"
	"strconv"
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Event is an event for any number of streams. It is encoded when the first of
// them needs it, once in each form; all of them write the same bytes.
type Event struct {
	value   gen.ConvoEvent
	metrics *Metrics

	plainOnce sync.Once
	plain     chunk
	gzipOnce  sync.Once
	gzip      gzipChunk
	frameOnce sync.Once
	frame     []byte
}

// NewEvent makes an Event of v, which must not change any more. m counts how
// often events are encoded, and may be nil.
func NewEvent(v gen.ConvoEvent, m *Metrics) *Event {
	return &Event{value: v, metrics: m.orUnregistered()}
}

// Value is the event itself.
func (e *Event) Value() gen.ConvoEvent { return e.value }

// Cursor is the event's position, "" for what is none.
func (e *Event) Cursor() string {
	if e.value == nil {
		return ""
	}
	return e.value.EventCursor()
}

// heartbeat is a comment, which keeps proxies from closing a quiet connection.
var heartbeat = func() *Event {
	e := &Event{metrics: unregistered}
	e.plainOnce.Do(func() { e.plain = newChunk([]byte(":\n\n")) })
	return e
}()

// chunk is a piece of a body in HTTP/1.1's chunked coding (RFC 9112, section
// 7.1): its size, the piece, a line break.
type chunk struct {
	raw  []byte
	head int // bytes before the piece
}

// newChunk makes one of a piece in parts.
func newChunk(parts ...[]byte) chunk {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	raw := make([]byte, 0, size+12)
	raw = strconv.AppendUint(raw, uint64(size), 16)
	raw = append(raw, '\r', '\n')
	head := len(raw)
	for _, p := range parts {
		raw = append(raw, p...)
	}
	return chunk{raw: append(raw, '\r', '\n'), head: head}
}

// piece is the body's part of a chunk.
func (c chunk) piece() []byte { return c.raw[c.head : len(c.raw)-2] }

// gzipChunk is a piece of a compressed body, and what the trailer of the whole
// must know of it (RFC 1952).
type gzipChunk struct {
	chunk
	// plain is what was compressed.
	plain []byte
}

// sse gives the event as server-sent events have it: its cursor as id, and
// JSON as data. It has no name, so that a browser's onmessage gets all events.
func (e *Event) sse() chunk {
	e.plainOnce.Do(func() {
		data := xrpc.EventJSON(gen.NSIDStreamConvoEvents, e.value)
		e.plain = newChunk([]byte("id: "), []byte(e.Cursor()), []byte("\ndata: "), data, []byte("\n\n"))
		e.metrics.Encoded.WithLabelValues("json").Inc()
	})
	return e.plain
}

// deflated gives the same, compressed (RFC 1951). Every event is compressed for
// itself and ends on a byte, so events can follow one another in any stream.
func (e *Event) deflated() gzipChunk {
	e.gzipOnce.Do(func() {
		plain := e.sse().piece()
		e.gzip = gzipChunk{chunk: newChunk(deflate(plain)), plain: plain}
		e.metrics.Encoded.WithLabelValues("gzip").Inc()
	})
	return e.gzip
}

// cbor gives the event as a frame.
func (e *Event) cbor() []byte {
	e.frameOnce.Do(func() {
		e.frame = xrpc.EventFrame(e.value)
		e.metrics.Encoded.WithLabelValues("cbor").Inc()
	})
	return e.frame
}

// deflaters are large, so they are used again.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// deflate compresses p as deflate blocks that refer to nothing before them and
// do not end the stream.
func deflate(p []byte) []byte {
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	out := buffer{make([]byte, 0, len(p)/2+64)}
	w.Reset(&out)
	// A buffer takes everything.
	_, _ = w.Write(p)
	_ = w.Flush()
	return out.buf
}

// buffer collects bytes.
type buffer struct{ buf []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.buf = append(b.buf, p...)
	return len(p), nil
}

// Parts of a gzip member around the blocks (RFC 1952, section 2.3).
var (
	gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}
	// gzipLast is an empty last block.
	gzipLast = []byte{0x03, 0x00}
)

// gzipTail sums up what a stream has compressed so far.
type gzipTail struct{ sum, size uint32 }

func (t *gzipTail) add(plain []byte) {
	t.sum = crc32.Update(t.sum, crc32.IEEETable, plain)
	t.size += uint32(len(plain))
}
