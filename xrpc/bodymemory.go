package xrpc

import (
	"errors"
	"io"
)

// grow charges memory before it is allocated.
func (b *body) grow(n int64) error {
	if b.bodies == nil {
		return nil
	}
	b.begin()
	if err := b.room.Grow(n); err != nil {
		return err
	}
	b.held += n
	return nil
}

func (b *body) begin() {
	if b.room == nil {
		b.room = b.bodies.Begin(b.caller, b.lose)
	}
}

func (b *body) release(n int64) {
	if b.room != nil {
		b.room.Shrink(n)
		b.held -= n
	}
}

// stream charges what a body takes that is passed on while it is read.
func (b *body) stream() error {
	if b.bodies == nil {
		return nil
	}
	b.begin()
	return b.room.Stream()
}

// close gives all memory back. The body is not read any more.
func (b *body) close() {
	b.mu.Lock()
	b.over = true
	b.mu.Unlock()
	if b.room != nil {
		b.room.End()
	}
}

// all reads the whole body into memory. Memory grows with what arrives, not
// with what Content-Length promises, and is charged first.
func (b *body) all() ([]byte, error) {
	size := int64(512)
	if n := b.r.ContentLength; n > 0 {
		// One byte more, to see the end without growing.
		size = min(n+1, firstMemory)
	}
	var buf []byte
	for {
		if len(buf) == cap(buf) {
			if err := b.grow(size); err != nil {
				b.err = err
				return nil, err
			}
			buf = b.moved(buf, size)
			size = b.next(size)
		}
		n, err := b.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// moved gives a buffer of a larger size with the bytes of buf.
func (b *body) moved(buf []byte, size int64) []byte {
	larger := make([]byte, len(buf), size)
	copy(larger, buf)
	b.release(int64(cap(buf)))
	return larger
}

// next is the size of the buffer after one of this size: twice as much, but no
// more than the body can fill.
func (b *body) next(size int64) int64 {
	most := b.max + 1
	if n := b.r.ContentLength; n >= 0 {
		most = min(most, n+1)
	}
	if most <= size {
		return 2 * size // it was told wrong; Read bounds it
	}
	return min(2*size, most)
}
