package mlstest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"

	"catbird.blue/mls/mls"
)

// Group is a group in one epoch, with the signature keys of its members. It is
// immutable: a commit returns the group of the next epoch. A test can therefore
// make commits that race, and members that stay in an old epoch.
type Group struct {
	mls.Group
	// Tag is the confirmation tag of the epoch.
	Tag []byte
	// external is the key in external_pub.
	external []byte
	members  map[string]*Client // by signature key
}

// NewGroup returns a group of epoch 0 with one member: the state that a creator
// has before its first commit.
func NewGroup(creator *Client, groupID []byte, extensions ...mls.Extension) *Group {
	kp := creator.KeyPackage()
	g := &Group{members: map[string]*Client{string(creator.public): creator}, Tag: Random(hashSize(creator.Suite))}
	g.Tree = mls.NewTree(&kp.LeafNode)
	g.Context = mls.GroupContext{CipherSuite: creator.Suite, GroupID: groupID, Extensions: extensions}
	g.Context.TreeHash = g.treeHash()
	g.Interim, g.external = mls.InterimTranscriptHash(creator.Suite, nil, g.Tag), HPKEKey(creator.Suite)
	return g
}

// NewGroupWith returns a commit of epoch 0 in which the creator adds the
// others. Its Next is the group of epoch 1.
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

// ID returns the group id in lower-case hex.
func (g *Group) ID() string { return hex.EncodeToString(g.Context.GroupID) }

// Epoch returns the current epoch.
func (g *Group) Epoch() uint64 { return g.Context.Epoch }

// With registers the keys of clients, so that they can act once a commit adds
// them. It does not change the epoch.
func (g *Group) With(clients ...*Client) *Group {
	n := *g
	n.members = maps.Clone(g.members)
	for _, c := range clients {
		n.members[string(c.public)] = c
	}
	return &n
}

// Index returns the leaf index of a client. It panics if the client has no
// leaf.
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

// LeavesOf lists the leaf indexes of an account.
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

// Application makes an application message with a random ciphertext. Its length
// is size bytes, or the least that the suite allows if that is more.
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

// Proposal is a standalone proposal, which a commit may name.
type Proposal struct {
	// Message is the MLSMessage that holds the proposal.
	Message []byte
	// Ref is the ProposalRef.
	Ref    []byte
	value  mls.Proposal
	sender uint32
}

// Propose makes a standalone proposal as a PublicMessage or a PrivateMessage.
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

// ProposeUpdate makes an Update proposal for the client's own leaf.
func (g *Group) ProposeUpdate(by *Client, public bool) *Proposal {
	l := by.Leaf(mls.SourceUpdate)
	by.SignLeaf(&l, g.Context.GroupID, g.Index(by))
	return g.Propose(by, &mls.Update{LeafNode: l}, public)
}

// SignGroupInfo makes a GroupInfo of the epoch in an MLSMessage, signed by a
// member. tree says whether it contains the tree. The edits are applied before
// it is signed.
func (g *Group) SignGroupInfo(by *Client, tree bool, edits ...func(*mls.GroupInfo)) []byte {
	return message(g.groupInfo(by, g.Index(by), tree, edits...))
}

// Bare removes the four bytes of MLSMessage header from a GroupInfo or
// KeyPackage.
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

// FromGroupInfo returns the group that a GroupInfo states, as a client sees it that joins
// by an external commit. ratchetTree is nil where the tree is inside.
func FromGroupInfo(groupInfo, ratchetTree []byte) *Group {
	info, err := mls.ParseGroupInfo(groupInfo)
	check(err)
	var tree *mls.RatchetTree
	if ratchetTree != nil {
		tree, err = mls.ParseRatchetTree(ratchetTree)
		check(err)
	}
	stated, err := info.Group(tree)
	check(err)
	return &Group{Group: *stated, Tag: info.ConfirmationTag, members: map[string]*Client{}}
}
