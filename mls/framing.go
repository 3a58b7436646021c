package mls

import "fmt"

// ContentType is the kind of content of a framed message (RFC 9420 §6).
type ContentType uint8

// Content types of RFC 9420.
const (
	ContentTypeApplication ContentType = 1
	ContentTypeProposal    ContentType = 2
	ContentTypeCommit      ContentType = 3
)

// String returns the name that RFC 9420 uses.
func (t ContentType) String() string {
	switch t {
	case ContentTypeApplication:
		return "application"
	case ContentTypeProposal:
		return "proposal"
	case ContentTypeCommit:
		return "commit"
	}
	return fmt.Sprintf("content_type %d", uint8(t))
}

// SenderType is the kind of sender of a message (RFC 9420 §6).
type SenderType uint8

// Sender types of RFC 9420.
const (
	SenderMember            SenderType = 1
	SenderExternal          SenderType = 2
	SenderNewMemberProposal SenderType = 3
	SenderNewMemberCommit   SenderType = 4
)

// String returns the name that RFC 9420 uses.
func (t SenderType) String() string {
	switch t {
	case SenderMember:
		return "member"
	case SenderExternal:
		return "external"
	case SenderNewMemberProposal:
		return "new_member_proposal"
	case SenderNewMemberCommit:
		return "new_member_commit"
	}
	return fmt.Sprintf("sender_type %d", uint8(t))
}

// Sender is the sender that a PublicMessage claims. For a member, Index is its
// leaf index; for an external sender, it is an index into external_senders; for
// the other types it is 0.
type Sender struct {
	Type  SenderType
	Index uint32
}

func parseSender(r *reader) Sender {
	s := Sender{Type: SenderType(r.u8("sender.sender_type"))}
	switch s.Type {
	case SenderMember:
		s.Index = r.u32("sender.leaf_index")
	case SenderExternal:
		s.Index = r.u32("sender.sender_index")
	case SenderNewMemberProposal, SenderNewMemberCommit:
	default:
		r.fail("sender.sender_type", fmt.Sprint(uint8(s.Type)), "1 to 4", "RFC 9420 §6")
	}
	return s
}

func (s Sender) append(b []byte) []byte {
	b = append(b, byte(s.Type))
	if s.Type == SenderMember || s.Type == SenderExternal {
		b = appendU32(b, s.Index)
	}
	return b
}

func parseContentType(r *reader) ContentType {
	t := ContentType(r.u8("content_type"))
	if r.err == nil && (t < ContentTypeApplication || t > ContentTypeCommit) {
		r.fail("content_type", fmt.Sprint(uint8(t)), "1 to 3", "RFC 9420 §6")
	}
	return t
}

// PublicMessage is a signed message that is not encrypted (RFC 9420 §6.2).
type PublicMessage struct {
	GroupID           []byte
	Epoch             uint64
	Sender            Sender
	AuthenticatedData []byte
	ContentType       ContentType
	// Exactly one of these three is set, according to ContentType.
	Application []byte
	Proposal    Proposal
	Commit      *Commit

	Signature       []byte
	ConfirmationTag []byte // present in a commit
	MembershipTag   []byte // present when a member sent it; a MAC that only members can check

	content []byte // encoded FramedContent as received
	auth    []byte // encoded FramedContentAuthData as received
}

func parsePublicMessage(r *reader) *PublicMessage {
	m := &PublicMessage{}
	start := r.b
	m.parseContent(r)
	m.content = r.since(start)
	start = r.b
	m.Signature = r.opaque("signature")
	if m.ContentType == ContentTypeCommit {
		m.ConfirmationTag = r.opaque("confirmation_tag")
	}
	m.auth = r.since(start)
	if m.Sender.Type == SenderMember {
		m.MembershipTag = r.opaque("membership_tag")
	}
	return m
}

func (m *PublicMessage) parseContent(r *reader) {
	m.GroupID = r.opaque("group_id")
	m.Epoch = r.u64("epoch")
	m.Sender = parseSender(r)
	m.AuthenticatedData = r.opaque("authenticated_data")
	m.ContentType = parseContentType(r)
	switch m.ContentType {
	case ContentTypeApplication:
		m.Application = r.opaque("application_data")
	case ContentTypeProposal:
		r.push("proposal")
		m.Proposal = parseProposal(r)
		r.pop()
	case ContentTypeCommit:
		r.push("commit")
		m.Commit = parseCommit(r)
		r.pop()
	}
}

// Append appends the encoding of the message's fields to b.
func (m *PublicMessage) Append(b []byte) []byte {
	b = m.appendAuth(m.AppendContent(b))
	if m.Sender.Type == SenderMember {
		b = appendOpaque(b, m.MembershipTag)
	}
	return b
}

// AppendContent appends the encoding of the message's FramedContent to b.
func (m *PublicMessage) AppendContent(b []byte) []byte {
	b = appendU64(appendOpaque(b, m.GroupID), m.Epoch)
	b = appendOpaque(m.Sender.append(b), m.AuthenticatedData)
	b = append(b, byte(m.ContentType))
	switch m.ContentType {
	case ContentTypeApplication:
		b = appendOpaque(b, m.Application)
	case ContentTypeProposal:
		b = AppendProposal(b, m.Proposal)
	case ContentTypeCommit:
		b = m.Commit.Append(b)
	}
	return b
}

func (m *PublicMessage) appendAuth(b []byte) []byte {
	b = appendOpaque(b, m.Signature)
	if m.ContentType == ContentTypeCommit {
		b = appendOpaque(b, m.ConfirmationTag)
	}
	return b
}

// AppendTBS appends FramedContentTBS (RFC 9420 §6.1), the bytes that the
// signature covers. context is part of it when the sender is a member or an
// external joiner; otherwise it is ignored.
func (m *PublicMessage) AppendTBS(b []byte, context *GroupContext) []byte {
	b = appendU16(appendU16(b, versionMLS10), uint16(WireFormatPublicMessage))
	if m.content != nil {
		b = append(b, m.content...)
	} else {
		b = m.AppendContent(b)
	}
	if m.Sender.Type == SenderMember || m.Sender.Type == SenderNewMemberCommit {
		b = context.Append(b)
	}
	return b
}

// ProposalRef returns the reference (RFC 9420 §5.2) by which a commit names the
// proposal in this message. s is the cipher suite of the group.
func (m *PublicMessage) ProposalRef(s CipherSuite) ([]byte, error) {
	if m.ContentType != ContentTypeProposal {
		return nil, within("PublicMessage", "", invalid("content_type", m.ContentType.String(), "proposal", "RFC 9420 §5.2"))
	}
	b := appendU16(nil, uint16(WireFormatPublicMessage))
	return s.refHash("Proposal Reference", m.appendAuth(m.AppendContent(b)))
}

// PrivateMessage is an encrypted message (RFC 9420 §6.3). The service cannot
// see its sender and content.
type PrivateMessage struct {
	GroupID             []byte
	Epoch               uint64
	ContentType         ContentType
	AuthenticatedData   []byte
	EncryptedSenderData []byte
	Ciphertext          []byte
}

// parsePrivateMessage checks only the lengths that hold in every suite.
// PrivateMessage.Verify checks those that depend on the group's suite.
func parsePrivateMessage(r *reader) *PrivateMessage {
	m := &PrivateMessage{
		GroupID:             r.opaque("group_id"),
		Epoch:               r.u64("epoch"),
		ContentType:         parseContentType(r),
		AuthenticatedData:   r.opaque("authenticated_data"),
		EncryptedSenderData: r.opaque("encrypted_sender_data"),
	}
	wantSize(r, "encrypted_sender_data", m.EncryptedSenderData, senderDataSize, "RFC 9420 §6.3.2")
	m.Ciphertext = r.opaque("ciphertext")
	wantLeast(r, "ciphertext", m.Ciphertext, CipherSuite(0).LeastCiphertext(m.ContentType), "RFC 9420 §6.3.1")
	return m
}

// Append appends the encoding of the message, without MLSMessage, to b.
func (m *PrivateMessage) Append(b []byte) []byte {
	b = appendU64(appendOpaque(b, m.GroupID), m.Epoch)
	b = appendOpaque(append(b, byte(m.ContentType)), m.AuthenticatedData)
	return appendOpaque(appendOpaque(b, m.EncryptedSenderData), m.Ciphertext)
}
