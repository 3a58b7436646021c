package mls

import "fmt"

// WireFormat is the type of the structure in an MLSMessage (RFC 9420 §6).
type WireFormat uint16

// Wire formats of RFC 9420.
const (
	WireFormatPublicMessage  WireFormat = 1
	WireFormatPrivateMessage WireFormat = 2
	WireFormatWelcome        WireFormat = 3
	WireFormatGroupInfo      WireFormat = 4
	WireFormatKeyPackage     WireFormat = 5
)

// String returns the name of the structure.
func (f WireFormat) String() string {
	switch f {
	case WireFormatPublicMessage:
		return "PublicMessage"
	case WireFormatPrivateMessage:
		return "PrivateMessage"
	case WireFormatWelcome:
		return "Welcome"
	case WireFormatGroupInfo:
		return "GroupInfo"
	case WireFormatKeyPackage:
		return "KeyPackage"
	}
	return fmt.Sprintf("wire_format %d", uint16(f))
}

// Message is an MLSMessage. Exactly one pointer is set: the one for WireFormat.
type Message struct {
	WireFormat WireFormat
	Public     *PublicMessage
	Private    *PrivateMessage
	Welcome    *Welcome
	GroupInfo  *GroupInfo
	KeyPackage *KeyPackage
}

// ParseMessage parses an MLSMessage (RFC 9420 §6) and the structure inside it.
func ParseMessage(b []byte) (*Message, error) {
	return parseMessage(newReader("MLSMessage", b))
}

func parseMessage(r *reader) (*Message, error) {
	parseVersion(r)
	m := &Message{WireFormat: WireFormat(r.u16("wire_format"))}
	if r.err != nil {
		return nil, r.err
	}
	switch m.WireFormat {
	case WireFormatPublicMessage:
		r.object = "PublicMessage"
		m.Public = parsePublicMessage(r)
	case WireFormatPrivateMessage:
		r.object = "PrivateMessage"
		m.Private = parsePrivateMessage(r)
	case WireFormatWelcome:
		r.object = "Welcome"
		m.Welcome = parseWelcome(r)
	case WireFormatGroupInfo:
		r.object = "GroupInfo"
		m.GroupInfo = parseGroupInfo(r)
	case WireFormatKeyPackage:
		r.object = "KeyPackage"
		m.KeyPackage = parseKeyPackage(r)
	default:
		r.fail("wire_format", fmt.Sprint(uint16(m.WireFormat)), "1 to 5", "RFC 9420 §6")
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return m, nil
}

// Append appends the encoding of the MLSMessage to b.
func (m *Message) Append(b []byte) []byte {
	b = appendU16(appendU16(b, versionMLS10), uint16(m.WireFormat))
	switch m.WireFormat {
	case WireFormatPublicMessage:
		return m.Public.Append(b)
	case WireFormatPrivateMessage:
		return m.Private.Append(b)
	case WireFormatWelcome:
		return m.Welcome.Append(b)
	case WireFormatGroupInfo:
		return m.GroupInfo.Append(b)
	default:
		return m.KeyPackage.Append(b)
	}
}

// Framing is the visible part of a message that was sent within a group.
type Framing struct {
	WireFormat  WireFormat
	GroupID     []byte
	Epoch       uint64
	ContentType ContentType
	// Sender is nil for a PrivateMessage, because its sender is encrypted.
	Sender *Sender
}

// Framing returns the framing of a PublicMessage or PrivateMessage. It returns
// false for the other wire formats.
func (m *Message) Framing() (Framing, bool) {
	switch {
	case m.Public != nil:
		p := m.Public
		return Framing{m.WireFormat, p.GroupID, p.Epoch, p.ContentType, &p.Sender}, true
	case m.Private != nil:
		p := m.Private
		return Framing{m.WireFormat, p.GroupID, p.Epoch, p.ContentType, nil}, true
	}
	return Framing{}, false
}

func wrongFormat(object string, found, want WireFormat) error {
	return &Error{Kind: KindMalformed, Object: object, Field: "wire_format", Found: found.String(), Want: want.String(), Section: "RFC 9420 §6"}
}
