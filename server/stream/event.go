package stream

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Event is an event for any number of streams. The first stream that needs a
// form of it encodes that form; all streams write the same bytes.
type Event struct {
	value   gen.ConvoEvent
	metrics *Metrics

	plainOnce sync.Once
	plain     chunk
	gzipOnce  sync.Once
	gzip      chunk
	frameOnce sync.Once
	frame     []byte
	textOnce  sync.Once
	text      []byte
}

// NewEvent makes an Event of v, which must not change any more. m counts the
// encodings, and may be nil.
func NewEvent(v gen.ConvoEvent, m *Metrics) *Event {
	return &Event{value: v, metrics: m.orUnregistered()}
}

// Value returns the event of the lexicon.
func (e *Event) Value() gen.ConvoEvent { return e.value }

// Cursor returns the cursor of the event, "" for a heartbeat.
func (e *Event) Cursor() string {
	if e.value == nil {
		return ""
	}
	return e.value.EventCursor()
}

// heartbeat is a comment in the syntax of server-sent events. It keeps proxies
// from closing a quiet connection.
var heartbeat = func() *Event {
	e := &Event{metrics: unregistered}
	e.plainOnce.Do(func() { e.plain = newChunk([]byte(":\n\n")) })
	return e
}()

// chunk is data of a body in the chunked coding of HTTP/1.1 (RFC 9112, section
// 7.1): the size of the data, the data, a line break.
type chunk struct {
	raw  []byte
	head int // bytes before the data
}

// newChunk makes a chunk of data that is given in parts.
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

// data returns the data of the chunk.
func (c chunk) data() []byte { return c.raw[c.head : len(c.raw)-2] }

// sse returns the event as a server-sent event: the cursor as id, JSON as data.
// It has no event name, so that onmessage of a browser gets all events.
func (e *Event) sse() chunk {
	e.plainOnce.Do(func() {
		data := xrpc.EventJSON(gen.NSIDStreamConvoEvents, e.value)
		e.plain = newChunk([]byte("id: "), []byte(e.Cursor()), []byte("\ndata: "), data, []byte("\n\n"))
		e.metrics.Encoded.WithLabelValues("json").Inc()
	})
	return e.plain
}

// deflated returns the same, compressed (RFC 1951). Every event is compressed by
// itself and ends at a byte boundary, so any event can follow any other.
func (e *Event) deflated() chunk {
	e.gzipOnce.Do(func() {
		e.gzip = newChunk(deflate(e.sse().data()))
		e.metrics.Encoded.WithLabelValues("gzip").Inc()
	})
	return e.gzip
}

// cbor returns the event as a frame of an AT Protocol event stream.
func (e *Event) cbor() []byte {
	e.frameOnce.Do(func() {
		e.frame = xrpc.EventFrame(e.value)
		e.metrics.Encoded.WithLabelValues("cbor").Inc()
	})
	return e.frame
}

// textFrame returns the event as a text frame.
func (e *Event) textFrame() []byte {
	e.textOnce.Do(func() {
		e.text = xrpc.EventText(gen.NSIDSubscribeConvoEvents, e.value)
		e.metrics.Encoded.WithLabelValues("text").Inc()
	})
	return e.text
}

// deflaters are large, so they are reused.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// deflate compresses p to deflate blocks that do not refer to anything before
// them and do not end the deflate stream.
func deflate(p []byte) []byte {
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	var out bytes.Buffer
	out.Grow(len(p)/2 + 64)
	w.Reset(&out)
	// Writing to a buffer does not fail.
	_, _ = w.Write(p)
	_ = w.Flush()
	return out.Bytes()
}

// Parts of a gzip member around the deflate blocks (RFC 1952, section 2.3).
var (
	gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}
	// gzipLastBlock is an empty last block.
	gzipLastBlock = []byte{0x03, 0x00}
)

// gzipTrailer is computed from what a stream has compressed so far.
type gzipTrailer struct{ sum, size uint32 }

// add counts data before it is compressed.
func (t *gzipTrailer) add(plain []byte) {
	t.sum = crc32.Update(t.sum, crc32.IEEETable, plain)
	t.size += uint32(len(plain))
}

// end returns the end of the gzip member: the last block and the trailer.
func (t *gzipTrailer) end() []byte {
	b := binary.LittleEndian.AppendUint32(bytes.Clone(gzipLastBlock), t.sum)
	return binary.LittleEndian.AppendUint32(b, t.size)
}
