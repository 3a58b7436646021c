package mls

import "fmt"

// ContentType says what a framed message carries (RFC 9420 §6).
type ContentType uint8

// The three content types.
const (
	ContentTypeApplication ContentType = 1
	ContentTypeProposal    ContentType = 2
	ContentTypeCommit      ContentType = 3
)

// String gives the name of RFC 9420.
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

// SenderType says where a message comes from (RFC 9420 §6).
type SenderType uint8

// The four kinds of sender.
const (
	SenderMember            SenderType = 1
	SenderExternal          SenderType = 2
	SenderNewMemberProposal SenderType = 3
	SenderNewMemberCommit   SenderType = 4
)

// String gives the name of RFC 9420.
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

// Sender is the claimed origin of a PublicMessage. Index is a leaf index for
// a member, an index into external_senders for an external sender, else 0.
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

// PublicMessage is a signed and readable message (RFC 9420 §6.2).
type PublicMessage struct {
	GroupID           []byte
	Epoch             uint64
	Sender            Sender
	AuthenticatedData []byte
	ContentType       ContentType
	// One of the three, by ContentType.
	Application []byte
	Proposal    Proposal
	Commit      *Commit

	Signature       []byte
	ConfirmationTag []byte // of a commit
	MembershipTag   []byte // from a member; a MAC only members can check

	content []byte // the FramedContent as it came
	auth    []byte // the FramedContentAuthData as it came
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

// Append writes the message from its fields.
func (m *PublicMessage) Append(b []byte) []byte {
	b = m.appendAuth(m.AppendContent(b))
	if m.Sender.Type == SenderMember {
		b = appendOpaque(b, m.MembershipTag)
	}
	return b
}

// AppendContent writes the FramedContent from its fields.
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

// AppendTBS writes FramedContentTBS (RFC 9420 §6.1): what the signature is
// over. The context counts for members and for joiners by external commit.
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

// ProposalRef is the reference (RFC 9420 §5.2) by which a commit names the
// proposal this message carries; s is the group's suite.
func (m *PublicMessage) ProposalRef(s CipherSuite) ([]byte, error) {
	if m.ContentType != ContentTypeProposal {
		return nil, within("PublicMessage", "", invalid("content_type", m.ContentType.String(), "proposal", "RFC 9420 §5.2"))
	}
	b := appendU16(nil, uint16(WireFormatPublicMessage))
	return s.refHash("Proposal Reference", m.appendAuth(m.AppendContent(b)))
}

// PrivateMessage is an encrypted message (RFC 9420 §6.3). Sender and content
// cannot be seen from outside.
type PrivateMessage struct {
	GroupID             []byte
	Epoch               uint64
	ContentType         ContentType
	AuthenticatedData   []byte
	EncryptedSenderData []byte
	Ciphertext          []byte
}

// parsePrivateMessage also checks the lengths that hold in every suite; those
// of the group's suite are Verify's.
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

// Append writes the bare message.
func (m *PrivateMessage) Append(b []byte) []byte {
	b = appendU64(appendOpaque(b, m.GroupID), m.Epoch)
	b = appendOpaque(append(b, byte(m.ContentType)), m.AuthenticatedData)
	return appendOpaque(appendOpaque(b, m.EncryptedSenderData), m.Ciphertext)
}
