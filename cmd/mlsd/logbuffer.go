package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// logDelay is the longest time that a line waits.
	logDelay = 100 * time.Millisecond
	// logPiece is the largest amount of waiting bytes. Linux writes this much
	// to a pipe atomically. Larger writes of processes that share a pipe could
	// be interleaved in the middle of a line.
	logPiece = 4096
)

// logBuffer collects log lines and writes several of them together, so that few
// requests pay for a system call. Each Write must be one line. The order of
// lines is kept, and the timer runs only while lines wait. If the process is
// killed (by a panic, a second signal or the kernel), at most the info lines of
// the last logDelay are lost.
type logBuffer struct {
	to io.Writer

	mu    sync.Mutex
	lines []byte
	timer *time.Timer
	ended bool
}

func newLogBuffer(to io.Writer) *logBuffer {
	b := &logBuffer{to: to, lines: make([]byte, 0, logPiece)}
	b.timer = time.AfterFunc(logDelay, b.flush)
	b.timer.Stop()
	return b
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines)+len(line) > logPiece {
		b.write()
	}
	if b.ended || len(line) > logPiece {
		return b.to.Write(line)
	}
	if len(b.lines) == 0 {
		b.timer.Reset(logDelay)
	}
	b.lines = append(b.lines, line...)
	return len(line), nil
}

// flush writes the waiting lines. It does nothing if another flush was faster.
func (b *logBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
}

// end writes the waiting lines and turns off buffering, so that lines logged
// while the process ends are not lost.
func (b *logBuffer) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
	b.ended = true
}

// write writes the waiting lines. Lines that cannot be written are dropped, as
// slog does, because the buffer must not grow without limit.
func (b *logBuffer) write() {
	if len(b.lines) == 0 {
		return
	}
	b.timer.Stop()
	_, _ = b.to.Write(b.lines)
	b.lines = b.lines[:0]
}

// promptHandler flushes the buffer after every record of level warn or above.
type promptHandler struct {
	slog.Handler
	lines *logBuffer
}

func (h promptHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		h.lines.flush()
	}
	return err
}

func (h promptHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return promptHandler{h.Handler.WithAttrs(attrs), h.lines}
}

func (h promptHandler) WithGroup(name string) slog.Handler {
	return promptHandler{h.Handler.WithGroup(name), h.lines}
}
