package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

// listener is an account that keeps a stream open, as a client does: it opens it
// again at its last cursor, and calls sync when that cursor is outdated.
type listener struct {
	load   *load
	who    *person
	frames bool // a WebSocket in place of server-sent events

	mu   sync.Mutex
	got  map[place]string
	last map[xrpc.ConvoID]int64
	// repeated counts messages that came more than once.
	repeated int
	// heard are the times at which messages came from the stream.
	heard []time.Time
	// resumed has an entry for each time at which a stream ended: how long it
	// took until another one delivered a message.
	resumed []resumption
	syncs   int

	cursor string
	cut    time.Time
	// diary says what the listener did, for a reader who looks for what is
	// missing.
	diary io.Writer
}

type resumption struct {
	at   time.Time
	took time.Duration
}

func newListener(l *load, p *person, frames bool, diary io.Writer) *listener {
	return &listener{load: l, who: p, frames: frames, got: map[place]string{}, last: map[xrpc.ConvoID]int64{}, diary: diary}
}

func (ear *listener) tell(format string, args ...any) {
	fmt.Fprintf(ear.diary, time.Now().Format("15:04:05.000 ")+format+"\n", args...)
}

// errOutdated says that the service cannot continue at the cursor.
var errOutdated = errors.New("the cursor is outdated")

func (ear *listener) follow(ctx context.Context) {
	outdated := true
	for ctx.Err() == nil {
		if outdated {
			if err := ear.sync(ctx); err != nil {
				time.Sleep(50 * time.Millisecond)
				continue
			}
		}
		err := ear.listen(ctx)
		ear.tell("the stream ended: %v", err)
		outdated = errors.Is(err, errOutdated)
		time.Sleep(50 * time.Millisecond)
	}
}

// sync fetches what the account has missed.
func (ear *listener) sync(ctx context.Context) error {
	in := &gen.SyncInput{Positions: ear.positions(), Limit: 500}
	for {
		out, err := ear.who.client(ear.load.calls).Sync(ctx, in)
		if err != nil {
			ear.tell("sync: %v", err)
			return err
		}
		more := false
		for _, c := range out.Convos {
			for i := range c.Messages {
				ear.add(&c.Messages[i])
			}
			more = more || c.More
		}
		ear.cursor = out.Cursor
		ear.tell("sync: %d conversations, %d new, more %t, cursor %s", len(out.Convos), len(out.NewConvos), more, out.Cursor)
		if !more && len(out.NewConvos) == 0 {
			return nil
		}
		in = &gen.SyncInput{Positions: ear.positions(), Limit: 500, Cursor: &out.Cursor}
	}
}

// positions returns what the account has of each conversation.
func (ear *listener) positions() []gen.SyncPosition {
	ear.mu.Lock()
	defer ear.mu.Unlock()
	ear.syncs++
	out := []gen.SyncPosition{}
	for id, seq := range ear.last {
		out = append(out, gen.SyncPosition{ConvoID: id, Seq: seq})
	}
	return out
}

func (ear *listener) add(m *gen.MessageView) {
	ear.mu.Lock()
	defer ear.mu.Unlock()
	at := place{m.ConvoID, m.Seq}
	was, there := ear.got[at]
	switch {
	case there && was != m.ID:
		ear.load.fail(fmt.Errorf("message %s/%d came as %q and as %q", at.convo, at.seq, was, m.ID))
	case there:
		ear.repeated++
	case m.Seq < ear.last[m.ConvoID]:
		ear.load.fail(fmt.Errorf("message %s/%d came after %d", at.convo, at.seq, ear.last[m.ConvoID]))
	}
	ear.tell("message %s/%d %s", at.convo, at.seq, m.ID)
	ear.got[at] = m.ID
	ear.last[m.ConvoID] = max(ear.last[m.ConvoID], m.Seq)
}

var streams = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: answerTime}}

// listen reads one stream until it ends.
func (ear *listener) listen(ctx context.Context) error {
	ear.tell("open a stream at %s", ear.cursor)
	events, err := ear.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_ = events.Close() // it has ended
		if ear.cut.IsZero() {
			ear.cut = time.Now()
		}
	}()
	for {
		ev, err := events.Next()
		if err != nil {
			return err
		}
		switch ev := ev.(type) {
		case *gen.InfoEvent:
			ear.tell("info %s, cursor %s", ev.Info, ev.Cursor)
			if ev.Info == "OutdatedCursor" {
				return errOutdated
			}
		case *gen.MessageEvent:
			ear.add(&ev.Message)
			ear.hear()
		}
		ear.cursor = ev.EventCursor()
	}
}

func (ear *listener) open(ctx context.Context) (*xrpc.Events[gen.ConvoEvent], error) {
	cl := ear.who.client(streams)
	if !ear.frames {
		return cl.StreamConvoEvents(ctx, &gen.StreamConvoEventsParams{Cursor: &ear.cursor})
	}
	out, err := ear.who.client(ear.load.calls).GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
	if err != nil {
		return nil, err
	}
	plain := &client.Client{Client: &xrpc.Client{Service: serviceURL, HTTP: streams}}
	return plain.SubscribeConvoEvents(ctx, &gen.SubscribeConvoEventsParams{Cursor: &ear.cursor, Ticket: &out.Ticket})
}

// hear records that the stream delivered a message, and if it is the first one
// after a stream ended, how long that took.
func (ear *listener) hear() {
	ear.mu.Lock()
	defer ear.mu.Unlock()
	ear.heard = append(ear.heard, time.Now())
	if !ear.cut.IsZero() {
		ear.resumed = append(ear.resumed, resumption{ear.cut, time.Since(ear.cut)})
		ear.cut = time.Time{}
	}
}

// missing returns an error if a message that was acknowledged did not come.
func (ear *listener) missing() error {
	ear.mu.Lock()
	defer ear.mu.Unlock()
	ear.load.ledger.mu.Lock()
	defer ear.load.ledger.mu.Unlock()
	for at, id := range ear.load.ledger.acknowledged {
		got, there := ear.got[at]
		if ear.load.hears(ear.who, at.convo) && (!there || id != "" && got != id) {
			return fmt.Errorf("message %s/%d was acknowledged and did not come to %s", at.convo, at.seq, ear.who.DID)
		}
	}
	return nil
}

// hears tells whether an account is a member of a conversation.
func (l *load) hears(who *person, id xrpc.ConvoID) bool {
	return slices.ContainsFunc(l.convos, func(co *convo) bool { return co.id == id && slices.Contains(co.members, who) })
}
