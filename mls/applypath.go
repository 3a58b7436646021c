package mls

import (
	"bytes"
	"fmt"
)

// applyPath installs the UpdatePath after the proposals were applied (RFC 9420
// §12.4.2).
func (a *commitApplier) applyPath() error {
	a.effect.Committer = a.message.Sender.Index
	p := a.message.Commit.Path
	if p == nil {
		return nil
	}
	if p.LeafNode.Source != SourceCommit {
		return invalid("leaf_node.leaf_node_source", p.LeafNode.Source.String(), SourceCommit.String(), sectionLeaf)
	}
	if a.message.Sender.Type == SenderNewMemberCommit {
		if a.tree.Leaves() >= MaxLeaves {
			return invalid("leaf_node", fmt.Sprintf("a member beyond %d", MaxLeaves), fmt.Sprintf("at most %d leaves", MaxLeaves), "")
		}
		a.effect.Joined = true
		a.effect.Committer = a.tree.Place(&p.LeafNode)
	} else if bytes.Equal(p.LeafNode.EncryptionKey, a.group.Tree.Leaf(a.effect.Committer).EncryptionKey) {
		return invalid("leaf_node.encryption_key", "the leaf's old key", "a fresh key", "RFC 9420 §12.4.2")
	}
	index := a.effect.Committer
	nodes := a.tree.FilteredPath(index, a.addedLeaves())
	if len(p.Nodes) != len(nodes) {
		return invalid("nodes", fmt.Sprint(len(p.Nodes)), fmt.Sprintf("%d, the length of the filtered direct path", len(nodes)), "RFC 9420 §7.5")
	}
	keys := make([][]byte, len(nodes))
	for i, n := range p.Nodes {
		if n.Ciphertexts != nodes[i].Recipients {
			return invalid(fmt.Sprintf("nodes[%d].encrypted_path_secret", i), fmt.Sprint(n.Ciphertexts),
				fmt.Sprintf("%d, one per node of the copath resolution", nodes[i].Recipients), "RFC 9420 §7.6")
		}
		keys[i] = n.EncryptionKey
	}
	want := a.tree.SetPath(a.group.Context.CipherSuite, index, nodes, keys)
	if !bytes.Equal(p.LeafNode.ParentHash, want) {
		return invalid("leaf_node.parent_hash", short(p.LeafNode.ParentHash), short(want), "RFC 9420 §7.9")
	}
	a.tree.SetLeaf(index, &p.LeafNode)
	return nil
}

// addedLeaves lists the indexes of the leaves that this commit added.
func (a *commitApplier) addedLeaves() []uint32 {
	out := make([]uint32, len(a.effect.Added))
	for i, l := range a.effect.Added {
		out[i] = l.Index
	}
	return out
}

// nextGroup returns the group of the next epoch.
func (a *commitApplier) nextGroup() (*Group, error) {
	if a.message.Epoch == ^uint64(0) {
		return nil, invalid("epoch", fmt.Sprint(a.message.Epoch), "an epoch with a successor", "RFC 9420 §8.1")
	}
	if a.group.Interim == nil {
		return nil, invalid("interim_transcript_hash", "not known", "a GroupInfo of the current epoch first", "RFC 9420 §8.2")
	}
	hash, err := a.tree.Hash(a.group.Context.CipherSuite)
	if err != nil {
		return nil, err
	}
	if a.message.Epoch == 0 {
		a.effect.Alternative = a.nextWithInterim(hash, nil)
	}
	return a.nextWithInterim(hash, a.group.Interim), nil
}

// nextWithInterim returns the group of the next epoch, given the interim
// transcript hash of the current one.
func (a *commitApplier) nextWithInterim(treeHash, interim []byte) *Group {
	m, s := a.message, a.group.Context.CipherSuite
	next := &Group{Context: a.group.Context, Tree: a.tree}
	c := &next.Context
	c.Epoch++
	c.Extensions, c.TreeHash = a.extensions, treeHash
	c.ConfirmedTranscriptHash = ConfirmedTranscriptHash(s, interim, WireFormatPublicMessage, m.AppendContent(nil), m.Signature)
	next.Interim = InterimTranscriptHash(s, c.ConfirmedTranscriptHash, m.ConfirmationTag)
	return next
}
