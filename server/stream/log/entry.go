package eventlog

import (
	"encoding/json"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// entry is a row of the log and the event that it becomes.
type entry struct {
	Position
	// convo is the conversation that the row is about, "" for none.
	convo xrpc.ConvoID
	// target is the only account that sees the event; "" if the windows of the
	// members decide.
	target string
	// change is what the row does to a window; nil for nothing.
	change *windowChange
	// event is nil if a server of a later version wrote a kind that this version
	// does not know. Such a row moves the position, and nothing is delivered.
	event *stream.Event
}

// size is about the memory that the entry takes, in bytes.
func (e *entry) size() int {
	if m, ok := e.event.Value().(*gen.MessageEvent); ok {
		return len(m.Message.Ciphertext) + 256
	}
	return 256
}

// eventRow is a row of the table events.
type eventRow struct {
	Position
	kind, target string
	convo        xrpc.ConvoID
	// boundary is the number at which the event begins or ends a window, -1 for
	// an event that does neither. The column is "edge".
	boundary int64
	body     []byte
}

// value returns the event of the lexicon, nil for an unknown kind.
func (r eventRow) value(cursor string, convo xrpc.ConvoID, b Body) gen.ConvoEvent {
	switch r.kind {
	case KindMembership:
		return &gen.MembershipChangeEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Action: b.Action, Epoch: b.Epoch, Actor: b.actor()}
	case KindWelcome:
		ev := &gen.WelcomeEvent{Cursor: cursor, ConvoID: convo}
		if b.DeviceID != "" {
			ev.DeviceID = &b.DeviceID
		}
		return ev
	case KindRejoinRequested:
		return &gen.RejoinRequestedEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Reason: b.Reason}
	case KindConvoDamaged:
		return &gen.ConvoDamagedEvent{Cursor: cursor, ConvoID: convo, Epoch: b.Epoch}
	case KindKeyPackagesLow:
		return &gen.KeyPackagesLowEvent{Cursor: cursor, DeviceID: b.DeviceID, CipherSuite: b.CipherSuite, Available: b.Available}
	case KindRead:
		return &gen.ReadEvent{Cursor: cursor, ConvoID: convo, Seq: b.Seq}
	case KindPreferences:
		return &gen.PreferencesEvent{Cursor: cursor, ConvoID: convo, Muted: b.Muted, Archived: b.Archived}
	case KindRole:
		return &gen.MemberRoleEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Role: b.Role, Actor: b.actor()}
	case KindPolicy:
		if b.Policy != nil {
			return &gen.ConvoPolicyEvent{Cursor: cursor, ConvoID: convo, Policy: *b.Policy, Actor: b.actor()}
		}
	case KindLock:
		return &gen.ConvoLockEvent{Cursor: cursor, ConvoID: convo, LockStatus: b.LockStatus, Actor: b.actor()}
	case KindRequest:
		return &gen.RequestEvent{Cursor: cursor, ConvoID: convo, AddedBy: b.actor(), AddedAt: b.At}
	case KindAccepted:
		return &gen.AcceptedEvent{Cursor: cursor, ConvoID: convo, JoinedSeq: b.JoinedSeq, LastSeq: b.LastSeq}
	case KindRequestEnded:
		return &gen.RequestEndedEvent{Cursor: cursor, ConvoID: convo}
	case KindInfo:
		return &gen.ConvoInfoEvent{Cursor: cursor, ConvoID: convo, Version: b.Version, KeyEpoch: b.KeyEpoch, Actor: b.actor()}
	case KindInfoKeyAsked:
		return &gen.InfoKeyRequestedEvent{Cursor: cursor, ConvoID: convo, DID: b.DID, Epoch: b.Epoch}
	case KindJoinRequests:
		return &gen.JoinRequestsEvent{Cursor: cursor, ConvoID: convo, Pending: b.Pending}
	case KindJoinAnswered:
		return &gen.JoinRequestAnsweredEvent{Cursor: cursor, ConvoID: convo, Status: b.Status}
	}
	return nil
}

// builder makes the entries and events of one generation.
type builder struct {
	codec   *Codec
	metrics *stream.Metrics
}

// cursor returns the cursor of a position.
func (b builder) cursor(at Position) string { return b.codec.Encode(Cursor{Position: at}) }

// info makes an infoEvent with the cursor of a position.
func (b builder) info(text string, at Position) *stream.Event {
	return stream.NewEvent(&gen.InfoEvent{Cursor: b.cursor(at), Info: text}, b.metrics)
}

// MessageView returns a stored message as clients get it, whichever query read
// it. The position is not needed.
func MessageView(m db.ReplayMessagesRow) gen.MessageView {
	kind := m.Kind // not &m.Kind, which would keep all of m
	return gen.MessageView{
		ID: string(m.MessageID), ConvoID: m.ConvoID, Ciphertext: m.Ciphertext, Epoch: m.Epoch, Seq: m.Seq,
		CreatedAt: xrpc.FormatTime(m.CreatedAt), Sender: m.SenderDid, MessageType: &kind, Blobs: m.Blobs,
	}
}

// message makes the entry of a message.
func (b builder) message(m db.ReplayMessagesRow) entry {
	p := Position{Pos: m.Pos, StreamKey: StreamKeyOf(m.ConvoID), Seq: m.Seq}
	ev := stream.NewEvent(&gen.MessageEvent{Cursor: b.cursor(p), Message: MessageView(m)}, b.metrics)
	return entry{Position: p, convo: m.ConvoID, event: ev}
}

// event makes the entry of an event that is not a message.
func (b builder) event(r eventRow) (entry, error) {
	var body Body
	if err := json.Unmarshal(r.body, &body); err != nil {
		return entry{}, fmt.Errorf("event of kind %s: %w", r.kind, err)
	}
	e := entry{Position: r.Position, convo: r.convo, target: r.target}
	if r.target != "" {
		e.convo = body.ConvoID
	}
	switch {
	case r.boundary < 0:
	case r.kind == KindMembership:
		e.change = &windowChange{convo: e.convo, did: body.DID, begins: body.Action == ActionJoined, seq: r.Seq, n: r.boundary}
	case r.kind == KindAccepted:
		e.change = &windowChange{convo: e.convo, did: r.target, begins: true, seq: r.Seq, n: r.boundary}
	}
	if v := r.value(b.cursor(r.Position), e.convo, body); v != nil {
		e.event = stream.NewEvent(v, b.metrics)
	}
	if r.kind == KindRequest || r.kind == KindRequestEnded || r.kind == KindJoinAnswered {
		e.convo = "" // a stream of the conversation alone does not get it
	}
	return e, nil
}

// logRow makes the entry of a row that ReadLog returned.
func (b builder) logRow(r db.ReadLogRow) (entry, error) {
	if r.N == 0 {
		m := db.ReplayMessagesRow{
			Pos: r.Pos, ConvoID: xrpc.ConvoIDOf(r.StreamKey), Seq: r.Seq, Kind: r.Kind, MessageID: r.MessageID, Epoch: r.Epoch,
			Ciphertext: r.Ciphertext, Blobs: r.Blobs, CreatedAt: r.CreatedAt,
		}
		if r.SenderDid != "" {
			m.SenderDid = &r.SenderDid
		}
		return b.message(m), nil
	}
	return b.event(eventRow{
		Position: Position{Pos: r.Pos, StreamKey: StreamKey(r.StreamKey), Seq: r.Seq, N: r.N}, kind: r.Kind, convo: r.ConvoID, target: r.TargetDid,
		boundary: r.Edge, body: r.Body,
	})
}
