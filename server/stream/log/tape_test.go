package eventlog_test

import (
	"context"
	"sync"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// tape is a Sink that records what it gets. In a replay it waits before the message
// with the index stop until resume is closed.
type tape struct {
	stop    int
	stopped chan struct{}
	resume  chan struct{}
	done    chan struct{}

	mu    sync.Mutex
	seqs  []int64
	infos []string
	ended error
}

func newTape(stop int) *tape {
	return &tape{stop: stop, stopped: make(chan struct{}), resume: make(chan struct{}), done: make(chan struct{})}
}

func (t *tape) Deliver(ev *stream.Event) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch ev := ev.Value().(type) {
	case *gen.InfoEvent:
		t.infos = append(t.infos, ev.Info)
	case *gen.MessageEvent:
		t.seqs = append(t.seqs, ev.Message.Seq)
	}
	return true
}

func (t *tape) Send(_ context.Context, ev *stream.Event) error {
	t.mu.Lock()
	n := len(t.seqs)
	t.mu.Unlock()
	if n == t.stop && t.stopped != nil {
		close(t.stopped)
		t.stopped = nil
		<-t.resume
	}
	t.Deliver(ev)
	return nil
}

func (t *tape) End(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = err
}

func (t *tape) Done() <-chan struct{} { return t.done }

func (t *tape) delivered() (seqs []int64, infos []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]int64(nil), t.seqs...), append([]string(nil), t.infos...)
}

// now returns the cursor of the end of the log.
func (w *world) now() string {
	w.t.Helper()
	w.settle()
	at, err := db.New(w.pool).ReadPlace(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return w.codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: at.Pos, StreamKey: eventlog.StreamKey(at.StreamKey), Seq: at.Seq, N: at.N}})
}

// play attaches a tape to a hub.
func (w *world) play(hub *eventlog.Hub, did, cursor string, to *tape) {
	w.t.Helper()
	detach, err := hub.Attach(w.t.Context(), stream.Want{DID: did, Cursor: cursor}, to)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		close(to.done)
		detach()
	})
}

// live waits until the stream of a tape is live, and returns what the tape has.
func (w *world) live(to *tape) (seqs []int64, infos []string) {
	w.t.Helper()
	eventually(w.t, "the end of a replay", func() bool {
		seqs, infos = to.delivered()
		return len(infos) > 0 && infos[len(infos)-1] == "live"
	})
	return seqs, infos
}
