package mlstest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"

	"catbird.blue/mls/mls"
)

// Group is a group in one epoch, with the signature keys of its members. It
// is immutable: a commit gives the group of the next epoch, so that racing
// commits and members left behind are easily made.
type Group struct {
	mls.Group
	// Tag is the confirmation tag of the epoch.
	Tag []byte
	// external is the external_pub of the epoch.
	external []byte
	members  map[string]*Client // by signature key
}

// NewGroup makes a group of epoch 0 with one member, as its creator has it
// before the first commit.
func NewGroup(creator *Client, groupID []byte, extensions ...mls.Extension) *Group {
	kp := creator.KeyPackage()
	g := &Group{members: map[string]*Client{string(creator.public): creator}, Tag: Random(hashSize(creator.Suite))}
	g.Tree = mls.NewTree(&kp.LeafNode)
	g.Context = mls.GroupContext{CipherSuite: creator.Suite, GroupID: groupID, Extensions: extensions}
	g.Context.TreeHash = g.treeHash()
	g.Interim, g.external = mls.InterimTranscriptHash(creator.Suite, nil, g.Tag), HPKEKey(creator.Suite)
	return g
}

// NewGroupWith makes a group of epoch 1: the creator adds the others by one
// commit. It gives that commit too; its Next is the group.
func NewGroupWith(creator *Client, groupID []byte, others ...*Client) *Commit {
	var p Plan
	for _, c := range others {
		p.Add = append(p.Add, c.KeyPackage())
	}
	g := NewGroup(creator, groupID)
	g = g.With(others...)
	return g.Commit(creator, p)
}

func (g *Group) treeHash() []byte {
	h, err := g.Tree.Hash(g.Context.CipherSuite)
	check(err)
	return h
}

// ID is the group id in lower-case hex.
func (g *Group) ID() string { return hex.EncodeToString(g.Context.GroupID) }

// Epoch is the current epoch.
func (g *Group) Epoch() uint64 { return g.Context.Epoch }

// With makes the keys of clients known to the group, so that they can act
// once a commit adds them. It changes no epoch.
func (g *Group) With(clients ...*Client) *Group {
	n := *g
	n.members = maps.Clone(g.members)
	for _, c := range clients {
		n.members[string(c.public)] = c
	}
	return &n
}

// Index is the leaf index of a client; it panics when the client has no leaf.
func (g *Group) Index(c *Client) uint32 {
	i, ok := g.find(func(l *mls.LeafNode) bool { return bytes.Equal(l.SignatureKey, c.public) })
	if !ok {
		panic(fmt.Sprintf("mlstest: %s has no leaf in epoch %d", c.DID, g.Epoch()))
	}
	return i
}

// Has reports whether a client has a leaf.
func (g *Group) Has(c *Client) bool {
	_, ok := g.find(func(l *mls.LeafNode) bool { return bytes.Equal(l.SignatureKey, c.public) })
	return ok
}

// LeavesOf lists the leaf indexes of a DID.
func (g *Group) LeavesOf(did string) []uint32 {
	var out []uint32
	for i := range uint32(g.Tree.Width()) {
		if l := g.Tree.Leaf(i); l != nil {
			if id, err := l.Identity(); err == nil && id.DID == did {
				out = append(out, i)
			}
		}
	}
	return out
}

func (g *Group) find(match func(*mls.LeafNode) bool) (uint32, bool) {
	for i := range uint32(g.Tree.Width()) {
		if l := g.Tree.Leaf(i); l != nil && match(l) {
			return i, true
		}
	}
	return 0, false
}

// Application makes an application message with a random ciphertext of size
// bytes, or of the least that the suite allows.
func (g *Group) Application(size int) []byte {
	return g.private(mls.ContentTypeApplication, size)
}

// private makes a PrivateMessage of the current epoch.
func (g *Group) private(t mls.ContentType, size int) []byte {
	return message(&mls.PrivateMessage{GroupID: g.Context.GroupID, Epoch: g.Context.Epoch, ContentType: t,
		EncryptedSenderData: Random(28), Ciphertext: Random(max(size, g.Context.CipherSuite.LeastCiphertext(t)))})
}

func message(v any) []byte {
	m := &mls.Message{}
	switch v := v.(type) {
	case *mls.PublicMessage:
		m.WireFormat, m.Public = mls.WireFormatPublicMessage, v
	case *mls.PrivateMessage:
		m.WireFormat, m.Private = mls.WireFormatPrivateMessage, v
	case *mls.GroupInfo:
		m.WireFormat, m.GroupInfo = mls.WireFormatGroupInfo, v
	case *mls.Welcome:
		m.WireFormat, m.Welcome = mls.WireFormatWelcome, v
	}
	return m.Append(nil)
}

// Proposal is a proposal that was sent and that a commit may name.
type Proposal struct {
	// Message is the MLSMessage.
	Message []byte
	// Ref is its ProposalRef.
	Ref    []byte
	value  mls.Proposal
	sender uint32
}

// Propose sends a proposal, as a PublicMessage or a PrivateMessage.
func (g *Group) Propose(by *Client, p mls.Proposal, public bool) *Proposal {
	m := &mls.PublicMessage{GroupID: g.Context.GroupID, Epoch: g.Context.Epoch, ContentType: mls.ContentTypeProposal,
		Sender: mls.Sender{Type: mls.SenderMember, Index: g.Index(by)}, Proposal: p, MembershipTag: Random(hashSize(by.Suite))}
	m.Signature = by.Sign(mls.LabelFramedContent, m.AppendTBS(nil, &g.Context))
	out := &Proposal{Message: message(m), value: p, sender: m.Sender.Index}
	if !public {
		out.Message, out.Ref = g.private(mls.ContentTypeProposal, 100), Random(hashSize(by.Suite))
		return out
	}
	ref, err := m.ProposalRef(by.Suite)
	check(err)
	out.Ref = ref
	return out
}

// ProposeUpdate sends an update of the client's own leaf.
func (g *Group) ProposeUpdate(by *Client, public bool) *Proposal {
	l := by.Leaf(mls.SourceUpdate)
	by.SignLeaf(&l, g.Context.GroupID, g.Index(by))
	return g.Propose(by, &mls.Update{LeafNode: l}, public)
}

// SignGroupInfo makes a GroupInfo of the epoch, signed by a member, in an
// MLSMessage; tree says whether ratchet_tree is inside. The edits are made
// before it is signed.
func (g *Group) SignGroupInfo(by *Client, tree bool, edits ...func(*mls.GroupInfo)) []byte {
	return message(g.groupInfo(by, g.Index(by), tree, edits...))
}

// Bare takes the MLSMessage off a GroupInfo or KeyPackage, whose header is
// four bytes.
func Bare(message []byte) []byte { return message[4:] }

func (g *Group) groupInfo(by *Client, index uint32, tree bool, edits ...func(*mls.GroupInfo)) *mls.GroupInfo {
	gi := &mls.GroupInfo{Context: g.Context, ConfirmationTag: g.Tag, Signer: index}
	if tree {
		gi.Extensions = append(gi.Extensions, mls.Extension{Type: mls.ExtensionRatchetTree, Data: g.Tree.Bytes()})
	}
	gi.Extensions = append(gi.Extensions, mls.Extension{Type: mls.ExtensionExternalPub, Data: opaque(g.external)})
	for _, f := range edits {
		f(gi)
	}
	gi.Signature = by.Sign(mls.LabelGroupInfo, gi.AppendTBS(nil))
	return gi
}

// opaque encodes an opaque<V> (RFC 9420 §2.1.2).
func opaque(b []byte) []byte { return mls.AppendOpaque(nil, b) }
