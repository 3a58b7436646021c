package mlstest

import (
	"maps"
	"slices"

	"catbird.blue/mls/mls"
)

// Plan describes a commit to make.
type Plan struct {
	// Add and Remove become proposals by value. Remove holds leaf indexes.
	// RemoveDIDs removes all leaves of the given DIDs.
	Add        []*mls.KeyPackage
	Remove     []uint32
	RemoveDIDs []string
	// Refs are earlier sent proposals, which the commit includes by reference.
	Refs []*Proposal
	// Extra are additional proposals by value.
	Extra []mls.Proposal
	// Public makes the commit a PublicMessage. The default is a PrivateMessage
	// with a random ciphertext.
	Public bool
	// NoPath leaves out the UpdatePath.
	NoPath bool
	// Rotate is the client whose signature key the committer's new leaf
	// carries. If it is nil, the key stays the same.
	Rotate *Client
	// EditPath changes the path before leaf and message are signed.
	EditPath func(*mls.UpdatePath)
}

// Commit is a commit together with the objects that are sent with it.
type Commit struct {
	// Message is the MLSMessage that holds the commit.
	Message []byte
	// Welcome is nil if the commit adds nobody.
	Welcome []byte
	// GroupInfo is an MLSMessage that contains the tree; GroupInfoNoTree is the
	// same without the tree. Bare removes the MLSMessage header.
	GroupInfo, GroupInfoNoTree []byte
	RatchetTree                []byte
	// Next is the group of the new epoch. By is the client that has the
	// committer's key in it.
	Next *Group
	By   *Client
}

// Commit makes a commit by a member. Before clients that it adds can act in
// Next, With must register them.
func (g *Group) Commit(by *Client, p Plan) *Commit {
	index := g.Index(by)
	tree := g.Tree.Clone()
	commit := &mls.Commit{}
	for _, did := range p.RemoveDIDs {
		p.Remove = append(p.Remove, g.LeavesOf(did)...)
	}
	for _, i := range p.Remove {
		commit.Proposals = append(commit.Proposals, mls.ProposalOrRef{Proposal: &mls.Remove{Removed: i}})
	}
	for _, k := range p.Add {
		commit.Proposals = append(commit.Proposals, mls.ProposalOrRef{Proposal: &mls.Add{KeyPackage: k}})
	}
	for _, e := range p.Extra {
		commit.Proposals = append(commit.Proposals, mls.ProposalOrRef{Proposal: e})
	}
	for _, r := range p.Refs {
		commit.Proposals = append(commit.Proposals, mls.ProposalOrRef{Ref: r.Ref})
	}
	extensions, fresh, added := g.apply(tree, commit, p)
	next := &Group{members: maps.Clone(g.members), Tag: Random(hashSize(by.Suite))}
	next.Tree, next.Context = tree, g.Context
	next.Context.Extensions = extensions
	signer := by
	if !p.NoPath {
		if p.Rotate != nil {
			signer = p.Rotate
			next.members[string(signer.public)] = signer
		}
		commit.Path = g.path(tree, signer, index, fresh, p.EditPath)
	}
	m := &mls.PublicMessage{Sender: mls.Sender{Type: mls.SenderMember, Index: index}, Commit: commit, MembershipTag: Random(hashSize(by.Suite))}
	out := g.finish(m, by, signer, index, next, p.Public)
	if len(added) > 0 {
		refs := make([][]byte, len(added))
		for i, k := range added {
			ref, err := k.Ref()
			check(err)
			refs[i] = ref
		}
		out.Welcome = RandomWelcome(by.Suite, refs...)
	}
	return out
}

// apply applies the proposals to the tree, in the order of RFC 9420 §12.3. It
// returns the new group extensions, the new leaves and the added key packages.
func (g *Group) apply(tree *mls.RatchetTree, c *mls.Commit, p Plan) (mls.Extensions, []uint32, []*mls.KeyPackage) {
	extensions := g.Context.Extensions
	type item struct {
		value  mls.Proposal
		sender uint32
	}
	var items []item
	for _, e := range c.Proposals {
		if e.Proposal != nil {
			items = append(items, item{value: e.Proposal})
		}
	}
	for _, r := range p.Refs {
		items = append(items, item{r.value, r.sender})
	}
	order := []mls.ProposalType{mls.ProposalGroupContextExtensions, mls.ProposalUpdate, mls.ProposalRemove, mls.ProposalAdd}
	var fresh []uint32
	var added []*mls.KeyPackage
	for _, t := range order {
		for _, it := range items {
			if it.value.Type() != t {
				continue
			}
			switch v := it.value.(type) {
			case *mls.GroupContextExtensions:
				extensions = v.Extensions
			case *mls.Update:
				tree.Update(it.sender, reread(&v.LeafNode))
			case *mls.Remove:
				tree.Remove(v.Removed)
			case *mls.Add:
				fresh = append(fresh, tree.Add(&v.KeyPackage.LeafNode))
				added = append(added, v.KeyPackage)
			}
		}
	}
	return extensions, fresh, added
}

// reread parses a leaf from its own encoding, which sets Raw.
func reread(l *mls.LeafNode) *mls.LeafNode {
	b := mls.AppendProposal(nil, &mls.Update{LeafNode: *l})
	p, err := mls.ParseProposal(b)
	check(err)
	return &p.(*mls.Update).LeafNode
}

// path makes an UpdatePath for the leaf at index and installs it in the tree.
func (g *Group) path(tree *mls.RatchetTree, signer *Client, index uint32, fresh []uint32, edit func(*mls.UpdatePath)) *mls.UpdatePath {
	nodes := tree.FilteredPath(index, fresh)
	path := &mls.UpdatePath{LeafNode: signer.Leaf(mls.SourceCommit)}
	keys := make([][]byte, len(nodes))
	for i, n := range nodes {
		keys[i] = HPKEKey(signer.Suite)
		path.Nodes = append(path.Nodes, pathNode(signer.Suite, keys[i], n.Recipients))
	}
	path.LeafNode.ParentHash = tree.SetPath(signer.Suite, index, nodes, keys)
	if edit != nil {
		edit(path)
	}
	signer.SignLeaf(&path.LeafNode, g.Context.GroupID, index)
	tree.SetLeaf(index, reread(&path.LeafNode))
	return path
}

func pathNode(s mls.CipherSuite, key []byte, recipients int) mls.UpdatePathNode {
	n := mls.UpdatePathNode{EncryptionKey: key, Ciphertexts: recipients}
	for range recipients {
		n.Encrypted = append(n.Encrypted, opaque(kemOutput(s))...)
		n.Encrypted = append(n.Encrypted, opaque(Random(hashSize(s)+16))...)
	}
	return n
}

// finish signs a commit and computes the next epoch. author signs the message
// and signer, which has the new leaf, signs the GroupInfo. The two differ when
// the commit rotates the key.
func (g *Group) finish(m *mls.PublicMessage, author, signer *Client, index uint32, next *Group, public bool) *Commit {
	s := g.Context.CipherSuite
	m.GroupID, m.Epoch, m.ContentType = g.Context.GroupID, g.Context.Epoch, mls.ContentTypeCommit
	m.Signature = author.Sign(mls.LabelFramedContent, m.AppendTBS(nil, &g.Context))
	m.ConfirmationTag = next.Tag
	format := mls.WireFormatPublicMessage
	encoded := message(m)
	if !public {
		format = mls.WireFormatPrivateMessage
		encoded = g.private(mls.ContentTypeCommit, len(encoded)+32)
	}
	next.Context.Epoch++
	next.external = HPKEKey(s)
	next.Context.TreeHash = next.treeHash()
	next.Context.ConfirmedTranscriptHash = mls.ConfirmedTranscriptHash(s, g.Interim, format, m.AppendContent(nil), m.Signature)
	next.Interim = mls.InterimTranscriptHash(s, next.Context.ConfirmedTranscriptHash, next.Tag)
	return &Commit{Message: encoded, Next: next, By: signer, RatchetTree: next.Tree.Bytes(),
		GroupInfo: message(next.groupInfo(signer, index, true)), GroupInfoNoTree: message(next.groupInfo(signer, index, false))}
}

// ExternalCommit makes the PublicMessage by which a client joins without a
// Welcome. It removes the leaves in remove; the service accepts at most one.
func (g *Group) ExternalCommit(joiner *Client, remove ...uint32) *Commit {
	commit := &mls.Commit{Proposals: []mls.ProposalOrRef{{Proposal: &mls.ExternalInit{KEMOutput: kemOutput(joiner.Suite)}}}}
	tree := g.Tree.Clone()
	for _, i := range slices.Sorted(slices.Values(remove)) {
		commit.Proposals = append(commit.Proposals, mls.ProposalOrRef{Proposal: &mls.Remove{Removed: i}})
		tree.Remove(i)
	}
	next := g.With(joiner)
	next.Tag = Random(hashSize(joiner.Suite))
	next.Tree = tree
	blank := joiner.Leaf(mls.SourceCommit)
	index := tree.Place(&blank)
	commit.Path = g.path(tree, joiner, index, nil, nil)
	m := &mls.PublicMessage{Sender: mls.Sender{Type: mls.SenderNewMemberCommit}, Commit: commit}
	return g.finish(m, joiner, joiner, index, next, true)
}

// RandomWelcome makes a Welcome that names the given KeyPackageRefs.
func RandomWelcome(s mls.CipherSuite, refs ...[]byte) []byte {
	w := &mls.Welcome{CipherSuite: s, EncryptedGroupInfo: Random(300 + 3*hashSize(s))}
	secrets := len(opaque(make([]byte, hashSize(s)))) // joiner_secret and path_secret
	for _, ref := range refs {
		w.Secrets = append(w.Secrets, mls.EncryptedGroupSecrets{NewMember: ref,
			Secrets: mls.HPKECiphertext{KEMOutput: kemOutput(s), Ciphertext: Random(2*secrets + 2 + 16)}})
	}
	return message(w)
}
