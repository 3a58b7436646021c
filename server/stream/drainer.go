package stream

import (
	"context"
	"errors"
	"os"
)

// drainer is the goroutine of an outbox that writes the waiting events. An idle
// stream has none.
type drainer struct{ *outbox }

// run writes until no event waits or the stream is over.
func (d drainer) run() {
	for {
		rest, batch, last := d.take()
		if last {
			return
		}
		if len(rest) == 0 && len(batch) == 0 {
			continue
		}
		err := d.t.write(rest, batch)
		d.mu.Lock()
		if err == nil {
			d.batchWritten(rest, batch)
		} else {
			d.writeFailed(err)
		}
		d.mu.Unlock()
	}
}

// take returns what is written next. last: it has made the stream idle or closed
// it.
func (d drainer) take() (rest []byte, batch []*Event, last bool) {
	d.mu.Lock()
	switch {
	case d.broken:
		d.mu.Unlock()
		d.t.abort()
		d.close()
		return nil, nil, true
	case !d.pending.isEmpty():
		defer d.mu.Unlock()
		batch, full := d.pending.next(d.t)
		if full && !d.ending {
			d.end(nil, reasonClosing)
		}
		return d.pending.rest, batch, false
	case d.ending:
		cursor, cause, complete := d.cursor, d.cause, d.complete
		d.mu.Unlock()
		d.t.finish(cursor, cause, complete)
		d.close()
		return nil, nil, true
	}
	d.pending.events, d.state = nil, idle
	d.mu.Unlock()
	return nil, nil, true
}

// batchWritten notes what was written.
func (d drainer) batchWritten(rest []byte, batch []*Event) {
	if len(rest) > 0 {
		d.countWritten(d.pending.restWritten())
	}
	for _, ev := range batch {
		d.pending.size -= d.t.size(ev)
		d.countWritten(ev)
	}
	d.signalSpace()
}

// writeFailed notes that the connection takes nothing more.
func (d drainer) writeFailed(err error) {
	d.broken = true
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		// The reason is replaced too: a WebSocket closes its connection at the
		// deadline, so its reader may have reported first that the client left.
		d.reason = reasonSlow
	case d.reason == "":
		d.reason = reasonClient
	}
}
