package mls

import (
	"bytes"
	"fmt"
)

// Verify checks a GroupInfo together with the group's tree (RFC 9420
// §12.4.3.1). The tree is the one in the ratchet_tree extension, unless tree is
// given. Verify checks the signer's signature, the tree hash, the parent
// hashes, the unmerged leaves, that no key appears twice, and the form,
// capabilities and signature of every leaf. It does not check the lifetimes of
// leaves: RFC 9420 §7.3 leaves that open, and a group must stay valid while
// nobody commits. RatchetTree.Members checks that credentials hold DIDs.
//
// Of the confirmation tag and the key in external_pub, only the form can be
// checked. cache may be nil.
func (g *GroupInfo) Verify(tree *RatchetTree, cache *LeafCache) (*Group, error) {
	out, err := g.verify(tree, cache)
	if err != nil {
		return nil, within("GroupInfo", "", err)
	}
	return out, nil
}

func (g *GroupInfo) verify(tree *RatchetTree, cache *LeafCache) (*Group, error) {
	c := &g.Context
	if err := c.CipherSuite.Supported(); err != nil {
		return nil, err
	}
	if err := g.checkForm(); err != nil {
		return nil, err
	}
	tree, err := g.chooseTree(tree)
	if err != nil {
		return nil, err
	}
	signer := tree.Leaf(g.Signer)
	if signer == nil {
		return nil, invalid("signer", fmt.Sprintf("leaf %d, which is blank", g.Signer), "a leaf of the tree", "RFC 9420 §12.4.3.1")
	}
	if err := cache.payFor(c.CipherSuite, 1); err != nil {
		return nil, err
	}
	if err := VerifyWithLabel(c.CipherSuite, signer.SignatureKey, LabelGroupInfo, g.Raw[:g.signed:g.signed], g.Signature); err != nil {
		return nil, err
	}
	if err := tree.verify(c, cache); err != nil {
		return nil, err
	}
	return g.toGroup(tree), nil
}

// Group returns the group that an earlier verified GroupInfo describes. tree is
// the tree that was sent beside it, or nil when the GroupInfo contains the
// tree.
func (g *GroupInfo) Group(tree *RatchetTree) (*Group, error) {
	tree, err := g.chooseTree(tree)
	if err != nil {
		return nil, within("GroupInfo", "", err)
	}
	return g.toGroup(tree), nil
}

// GroupOf returns the group that an earlier verified GroupInfo describes, with its
// tree: the one inside the GroupInfo, or the one that was sent beside it.
func (g *GroupInfo) GroupOf(tree *RatchetTree) *Group { return g.toGroup(tree) }

func (g *GroupInfo) toGroup(tree *RatchetTree) *Group {
	c := g.Context
	return &Group{Context: c, Tree: tree, Interim: InterimTranscriptHash(c.CipherSuite, c.ConfirmedTranscriptHash, g.ConfirmationTag)}
}

// checkForm checks the lengths and the extensions.
func (g *GroupInfo) checkForm() error {
	info, _ := g.Context.CipherSuite.info()
	if n := len(g.ConfirmationTag); n != info.hashSize {
		return invalid("confirmation_tag", fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d bytes", info.hashSize), "RFC 9420 §8.1")
	}
	// Before the first commit the confirmed transcript hash is empty.
	n := len(g.Context.ConfirmedTranscriptHash)
	if n != info.hashSize && (n != 0 || g.Context.Epoch != 0) {
		return invalid("group_context.confirmed_transcript_hash", fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d bytes", info.hashSize), "RFC 9420 §8.2")
	}
	if _, err := g.Extensions.ExternalPub(g.Context.CipherSuite); err != nil {
		return within("", "extensions.external_pub", err)
	}
	return nil
}

// chooseTree returns the tree that was sent beside the GroupInfo or the one
// inside it. If both are present, they must be equal.
func (g *GroupInfo) chooseTree(separate *RatchetTree) (*RatchetTree, error) {
	inside, err := g.RatchetTree()
	switch {
	case err != nil:
		return nil, within("", "extensions.ratchet_tree", err)
	case inside == nil && separate == nil:
		return nil, invalid("extensions.ratchet_tree", "no tree", "the group's ratchet tree, here or beside the GroupInfo", "RFC 9420 §12.4.3.3")
	case inside == nil:
		return separate, nil
	case separate == nil || separate == inside:
		return inside, nil
	}
	if !bytes.Equal(inside.Bytes(), separate.Bytes()) {
		return nil, invalid("extensions.ratchet_tree", "a tree that differs from the one beside", "one tree", "RFC 9420 §12.4.3.3")
	}
	return inside, nil
}

// Member is one leaf of a group's tree.
type Member struct {
	Index uint32
	Identity
	DeviceID string
	// Leaf contains the member's signature key.
	Leaf *LeafNode
}

// Members lists the members in the order of their leaf indexes. It fails if the
// credential of a leaf does not hold a DID.
func (t *RatchetTree) Members() ([]Member, error) {
	var out []Member
	for i, l := range t.leaves {
		if l == nil {
			continue
		}
		m, err := l.member(uint32(i))
		if err != nil {
			return nil, within("ratchet_tree", fmt.Sprintf("leaf[%d].credential", i), err)
		}
		out = append(out, m)
	}
	return out, nil
}

func (l *LeafNode) member(index uint32) (Member, error) {
	id, err := l.Identity()
	return Member{Index: index, Identity: id, DeviceID: l.DeviceID(), Leaf: l}, err
}

// VerifyMessage checks a PublicMessage of this epoch that a member sent, or an
// external commit. It checks the group id, the epoch, the content type, the
// lengths of everything encrypted, and the sender's signature over the group
// context (RFC 9420 §6.1). It refuses external senders, proposals of new
// members, and application messages, which must be PrivateMessages. Only
// members can check the membership tag.
func (g *Group) VerifyMessage(m *PublicMessage) error {
	return within("PublicMessage", "", g.verifyMessage(m))
}

func (g *Group) verifyMessage(m *PublicMessage) error {
	if !bytes.Equal(m.GroupID, g.Context.GroupID) {
		return invalid("group_id", short(m.GroupID), short(g.Context.GroupID), "RFC 9420 §6")
	}
	if m.Epoch != g.Context.Epoch {
		return invalid("epoch", fmt.Sprint(m.Epoch), fmt.Sprint(g.Context.Epoch), "RFC 9420 §6")
	}
	if m.ContentType == ContentTypeApplication {
		return invalid("content_type", "application", "proposal or commit; application messages are private", "RFC 9420 §6")
	}
	key, err := g.senderKey(m)
	if err != nil {
		return err
	}
	if err := m.verifyLengths(g.Context.CipherSuite); err != nil {
		return err
	}
	info, _ := g.Context.CipherSuite.info()
	if n := len(m.ConfirmationTag); m.ContentType == ContentTypeCommit && n != info.hashSize {
		return invalid("confirmation_tag", fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d bytes", info.hashSize), "RFC 9420 §8.1")
	}
	if n := len(m.MembershipTag); m.Sender.Type == SenderMember && n != info.hashSize {
		return invalid("membership_tag", fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d bytes", info.hashSize), "RFC 9420 §6.2")
	}
	return VerifyWithLabel(g.Context.CipherSuite, key, LabelFramedContent, m.AppendTBS(nil, &g.Context), m.Signature)
}

// senderKey returns the signature key of the sender.
func (g *Group) senderKey(m *PublicMessage) ([]byte, error) {
	switch {
	case m.Sender.Type == SenderMember:
		l := g.Tree.Leaf(m.Sender.Index)
		if l == nil {
			return nil, invalid("sender.leaf_index", fmt.Sprintf("leaf %d, which is blank", m.Sender.Index), "the sender's leaf", "RFC 9420 §6.1")
		}
		return l.SignatureKey, nil
	case m.Sender.Type == SenderNewMemberCommit && m.ContentType == ContentTypeCommit && m.Commit.Path != nil:
		return m.Commit.Path.LeafNode.SignatureKey, nil
	}
	return nil, invalid("sender.sender_type", m.Sender.Type.String()+" with "+m.ContentType.String(),
		"member, or new_member_commit with a commit that has a path", "RFC 9420 §6")
}
