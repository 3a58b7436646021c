package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// logDelay is how long a line waits at most.
	logDelay = 100 * time.Millisecond
	// logPiece is how much waits at most: what Linux writes to a pipe in one
	// piece. Processes that share a pipe would cut the lines of larger ones.
	logPiece = 4096
)

// logBuffer collects lines, each of one Write, and writes them together, so
// that few requests pay for a system call. It keeps their order. Its timer runs
// only while something waits. A process that is killed, by a panic, a second
// signal or the kernel, loses at most the info lines of the last logDelay.
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

// flush writes what waits. A flush that comes late finds lines that could have
// waited longer, or none.
func (b *logBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
}

// end is a flush after which nothing waits any more: whoever still logs while
// the process ends is heard.
func (b *logBuffer) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
	b.ended = true
}

// write forgets what could not be written, as slog forgets a line: a log that
// cannot be written must not grow.
func (b *logBuffer) write() {
	if len(b.lines) == 0 {
		return
	}
	b.timer.Stop()
	_, _ = b.to.Write(b.lines)
	b.lines = b.lines[:0]
}

// promptHandler has warnings and what is worse written at once, after all that
// came before them.
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
