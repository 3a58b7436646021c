package xrpc

import (
	"errors"
	"io"
)

// grow charges n bytes before they are allocated.
func (b *body) grow(n int64) error {
	if b.bodies == nil {
		return nil
	}
	b.begin()
	if err := b.memory.Grow(n); err != nil {
		return err
	}
	b.held += n
	return nil
}

func (b *body) begin() {
	if b.memory == nil {
		b.memory = b.bodies.Begin(b.caller, b.lose)
	}
}

func (b *body) release(n int64) {
	if b.memory != nil {
		b.memory.Shrink(n)
		b.held -= n
	}
}

// stream charges the buffers of a body that is passed on while it is read.
func (b *body) stream() error {
	if b.bodies == nil {
		return nil
	}
	b.begin()
	return b.memory.Stream()
}

// close returns all memory. The body is not read after this.
func (b *body) close() {
	b.mu.Lock()
	b.over = true
	b.mu.Unlock()
	if b.memory != nil {
		b.memory.End()
	}
}

// readAll reads the whole body into memory. The buffer grows with the bytes
// that arrive, not with the Content-Length that the client states, and is
// charged before it grows.
func (b *body) readAll() ([]byte, error) {
	size := int64(512)
	if n := b.r.ContentLength; n > 0 {
		// One byte more than the stated length, so that the end is seen without
		// another buffer.
		size = min(n+1, initialBuffer)
	}
	var buf []byte
	for {
		if len(buf) == cap(buf) {
			if err := b.grow(size); err != nil {
				b.err = err
				return nil, err
			}
			buf = b.copyTo(buf, size)
			size = b.nextSize(size)
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

// copyTo returns a buffer of a larger size that starts with the bytes of buf.
func (b *body) copyTo(buf []byte, size int64) []byte {
	larger := make([]byte, len(buf), size)
	copy(larger, buf)
	b.release(int64(cap(buf)))
	return larger
}

// nextSize returns the size of the next larger buffer: twice the current size,
// but no more than the body can fill.
func (b *body) nextSize(size int64) int64 {
	most := b.max + 1
	if n := b.r.ContentLength; n >= 0 {
		most = min(most, n+1)
	}
	if most <= size {
		return 2 * size // the stated length was wrong; Read enforces the limit
	}
	return min(2*size, most)
}
