package stream

import (
	"encoding/json"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Kinds of events in the log that are not messages.
const (
	KindMembership      = "membership"
	KindWelcome         = "welcome"
	KindRejoinRequested = "rejoin-requested"
	KindConvoDamaged    = "convo-damaged"
	KindKeyPackagesLow  = "key-packages-low"
	KindRead            = "read"
)

// What happened to a membership. The first three begin and end windows.
const (
	ActionJoined         = "joined"
	ActionLeft           = "left"
	ActionRemoved        = "removed"
	ActionPendingRemoval = "pending-removal"
	ActionDeviceRemoved  = "device-removed"
)

// Body is what an event of the log says besides its place, by the names of the
// lexicon. It is stored as JSON.
type Body struct {
	ConvoID     xrpc.ConvoID `json:"convoId,omitempty"`
	DID         string       `json:"did,omitempty"`
	Action      string       `json:"action,omitempty"`
	Actor       string       `json:"actor,omitempty"`
	Epoch       int64        `json:"epoch,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	DeviceID    string       `json:"deviceId,omitempty"`
	CipherSuite string       `json:"cipherSuite,omitempty"`
	Available   int64        `json:"available,omitempty"`
	Seq         int64        `json:"seq,omitempty"`
}

// JSON is the stored form.
func (b Body) JSON() string {
	j, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings and numbers can be encoded
	}
	return string(j)
}

// entry is a row of the log and the event that it becomes.
type entry struct {
	Position
	// convo is the conversation it is about, "" for none; target the only
	// account that sees it, "" where windows decide.
	convo  xrpc.ConvoID
	target string
	// change is what it does to a window; nil for nothing.
	change *windowChange
	// event is nil where a server of a later version wrote a kind that this one
	// does not know: its place is passed, and nobody is told.
	event *Event
}

// message makes the entry of a message.
func (c *Codec) message(m db.ReplayMessagesRow, metrics *Metrics) entry {
	p := Position{Pos: m.Pos, Lane: LaneOf(m.ConvoID), Seq: m.Seq}
	kind := m.Kind
	view := gen.MessageView{
		ID: string(m.MessageID), ConvoID: m.ConvoID, Ciphertext: m.Ciphertext, Epoch: m.Epoch, Seq: m.Seq,
		CreatedAt: xrpc.FormatTime(m.CreatedAt), Sender: m.SenderDid, MessageType: &kind, Blobs: m.Blobs,
	}
	ev := NewEvent(&gen.MessageEvent{Cursor: c.Encode(Cursor{Position: p}), Message: view}, metrics)
	return entry{Position: p, convo: m.ConvoID, event: ev}
}

// logged is a row of events.
type logged struct {
	Position
	kind, target string
	convo        xrpc.ConvoID
	// edge is -1 for an event that neither begins nor ends a window.
	edge int64
	body []byte
}

// logged makes the entry of an event that is not a message.
func (c *Codec) logged(r logged, metrics *Metrics) (entry, error) {
	var b Body
	if err := json.Unmarshal(r.body, &b); err != nil {
		return entry{}, fmt.Errorf("event of kind %s: %w", r.kind, err)
	}
	e := entry{Position: r.Position, convo: r.convo, target: r.target}
	if r.target != "" {
		e.convo = b.ConvoID
	}
	if r.kind == KindMembership && r.edge >= 0 {
		e.change = &windowChange{convo: e.convo, did: b.DID, begins: b.Action == ActionJoined, seq: r.Seq, n: r.edge}
	}
	if v := r.value(c.Encode(Cursor{Position: r.Position}), e.convo, b); v != nil {
		e.event = NewEvent(v, metrics)
	}
	return e, nil
}

func (r logged) value(cursor string, convo xrpc.ConvoID, b Body) gen.ConvoEvent {
	switch r.kind {
	case KindMembership:
		ev := &gen.MembershipChangeEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Action: b.Action, Epoch: b.Epoch}
		if b.Actor != "" {
			ev.Actor = &b.Actor
		}
		return ev
	case KindWelcome:
		return &gen.WelcomeEvent{Cursor: cursor, ConvoID: convo}
	case KindRejoinRequested:
		return &gen.RejoinRequestedEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Reason: b.Reason}
	case KindConvoDamaged:
		return &gen.ConvoDamagedEvent{Cursor: cursor, ConvoID: convo, Epoch: b.Epoch}
	case KindKeyPackagesLow:
		return &gen.KeyPackagesLowEvent{Cursor: cursor, DeviceID: b.DeviceID, CipherSuite: b.CipherSuite, Available: b.Available}
	case KindRead:
		return &gen.ReadEvent{Cursor: cursor, ConvoID: convo, Seq: b.Seq}
	}
	return nil
}

// entry makes the entry of a row that ReadLog gave.
func (c *Codec) entry(r db.ReadLogRow, metrics *Metrics) (entry, error) {
	if r.N == 0 {
		m := db.ReplayMessagesRow{
			Pos: r.Pos, ConvoID: xrpc.ConvoIDOf(r.Lane), Seq: r.Seq, Kind: r.Kind, MessageID: r.MessageID, Epoch: r.Epoch,
			Ciphertext: r.Ciphertext, Blobs: r.Blobs, CreatedAt: r.CreatedAt,
		}
		if r.SenderDid != "" {
			m.SenderDid = &r.SenderDid
		}
		return c.message(m, metrics), nil
	}
	return c.logged(logged{
		Position: Position{Pos: r.Pos, Lane: Lane(r.Lane), Seq: r.Seq, N: r.N}, kind: r.Kind, convo: r.ConvoID, target: r.TargetDid,
		edge: r.Edge, body: r.Body,
	}, metrics)
}
