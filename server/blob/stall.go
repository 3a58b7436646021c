package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// stallTime bounds each wait for the bucket: the opening of an object, a read or
// a write of a piece, the end. A whole object may take longer, since clients may
// be slow.
const stallTime = time.Minute

// stall cancels a context if the bucket gives no answer.
type stall struct {
	timer *time.Timer
	limit time.Duration
	fired atomic.Bool
}

// newStall returns a context that the stall may cancel.
func newStall(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc, *stall) {
	ctx, cancel := context.WithCancel(ctx)
	s := &stall{limit: limit}
	s.timer = time.AfterFunc(limit, func() {
		s.fired.Store(true)
		cancel()
	})
	s.timer.Stop()
	return ctx, cancel, s
}

// during bounds f, a call of the bucket.
func (s *stall) during(f func() error) error {
	s.timer.Reset(s.limit)
	err := f()
	s.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) && s.fired.Load() {
		return fmt.Errorf("the blob store gave no answer for %s: %w", s.limit, context.DeadlineExceeded)
	}
	return err
}

// stallWriter bounds each write.
type stallWriter struct {
	io.Writer
	stall *stall
}

func (w stallWriter) Write(b []byte) (n int, err error) {
	err = w.stall.during(func() error {
		n, err = w.Writer.Write(b)
		return err
	})
	return n, err
}

// stallReader bounds each read. Close releases the context.
type stallReader struct {
	io.ReadCloser
	stall  *stall
	cancel context.CancelFunc
}

func (r *stallReader) Read(b []byte) (n int, err error) {
	err = r.stall.during(func() error {
		n, err = r.ReadCloser.Read(b)
		return err
	})
	return n, err
}

func (r *stallReader) Close() error {
	defer r.cancel()
	return r.ReadCloser.Close()
}
