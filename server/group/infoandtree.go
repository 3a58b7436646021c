package group

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// groupInfoAndTree is a GroupInfo with its ratchet tree. It states the epoch
// that a commit leads to, or the one that a group is in. The service has no
// other source for the state of a group.
type groupInfoAndTree struct {
	// raw is the GroupInfo as it was sent, info the same parsed.
	raw  []byte
	info *mls.GroupInfo
	// tree comes from the GroupInfo's ratchet_tree extension or from the field
	// beside it; nil where both are absent.
	tree *mls.RatchetTree
}

// parseGroupInfoAndTree parses a GroupInfo and its ratchet tree, and checks that
// they are of the conversation. needed says in an error what has to be sent.
func parseGroupInfoAndTree(convoID xrpc.ConvoID, groupInfo, ratchetTree []byte, needed string) (*groupInfoAndTree, error) {
	if groupInfo == nil {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: missing; %s", needed)
	}
	if err := checkSize(gen.ErrInvalidGroupInfo, "groupInfo", groupInfo, limit.MaxGroupInfo); err != nil {
		return nil, err
	}
	info, err := mls.ParseGroupInfo(groupInfo)
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	if xrpc.ConvoIDOf(info.Context.GroupID) != convoID {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: its group_id is not that of the conversation")
	}
	if info.Context.Epoch > maxEpoch+1 {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: epoch %d is beyond what this service counts to", info.Context.Epoch)
	}
	g := &groupInfoAndTree{raw: groupInfo, info: info}
	return g, g.parseTree(ratchetTree)
}

// parseTree takes the tree from the field beside the GroupInfo, where that is
// present, and otherwise from inside the GroupInfo.
func (g *groupInfoAndTree) parseTree(ratchetTree []byte) (err error) {
	if ratchetTree == nil {
		if g.tree, err = g.info.RatchetTree(); err != nil {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
		}
		return nil
	}
	if err := checkSize(gen.ErrInvalidGroupInfo, "ratchetTree", ratchetTree, limit.MaxRatchetTree); err != nil {
		return err
	}
	if g.tree, err = mls.ParseRatchetTree(ratchetTree); err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "ratchetTree: %v", err)
	}
	return nil
}

// requireTree refuses a GroupInfo without a tree. why says in the error what the
// tree is needed for.
func (g *groupInfoAndTree) requireTree(why string) error {
	if g.tree != nil {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: has no ratchet_tree, and none came beside it; %s (RFC 9420 §12.4.3.3)", why)
}

// epoch returns the epoch that the GroupInfo states.
func (g *groupInfoAndTree) epoch() int64 { return int64(g.info.Context.Epoch) }

// verify checks the signatures of the GroupInfo and of the tree's leaves, and
// returns the group that they state. cache has the leaves that were verified
// before.
func (g *groupInfoAndTree) verify(tree *mls.RatchetTree, cache *mls.LeafCache) (*mls.Group, error) {
	group, err := g.info.Verify(tree, cache)
	if err != nil {
		return nil, convo.RefusedObject(gen.ErrInvalidGroupInfo, "groupInfo", err)
	}
	return group, nil
}

// checkStates refuses a GroupInfo that does not describe group. The GroupInfo may
// come without its tree. what names the group in the error.
func (g *groupInfoAndTree) checkStates(group *mls.Group, what string, cache *mls.LeafCache) error {
	tree := g.tree
	if tree == nil {
		tree = group.Tree
	}
	stated, err := g.info.Group(tree)
	if err != nil {
		return convo.RefusedObject(gen.ErrInvalidGroupInfo, "groupInfo", err)
	}
	// This comes before the signatures: to verify those of a tree that is not the
	// group's would cost much CPU time, and the result would not matter.
	if field := firstDifference(stated, group); field != "" {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %s: is not that of the epoch %s", field, what)
	}
	_, err = g.verify(tree, cache)
	return err
}

// bytes returns the size of the GroupInfo and, where it was sent beside it, its
// tree.
func (g *groupInfoAndTree) bytes(tree []byte) int64 {
	rest, _ := g.split()
	return int64(len(rest) + len(tree))
}

// split returns the GroupInfo without its tree, and where that belongs; nil if it
// does not contain it.
func (g *groupInfoAndTree) split() (rest []byte, treeAt *int64) {
	rest, at, inside := g.info.WithoutTree(g.raw)
	if !inside {
		return rest, nil
	}
	return rest, new(int64(at))
}

// store stores the GroupInfo and the tree as those of the conversation's current
// epoch.
func (g *groupInfoAndTree) store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, tree *newTree, at time.Time) error {
	change := tree.change
	if tree.whole {
		change = nil
		if err := q.PutTree(ctx, convoID, tree.bytes); err != nil {
			return fmt.Errorf("store tree: %w", err)
		}
	}
	rest, treeAt := g.split()
	if err := q.AddGroupInfo(ctx, db.AddGroupInfoParams{
		ConvoID: convoID, Epoch: g.epoch(), GroupInfo: rest, TreeAt: treeAt, TreeChange: change, At: at,
	}); err != nil {
		return fmt.Errorf("store GroupInfo: %w", err)
	}
	return nil
}

// replace stores the GroupInfo in place of another one of the current epoch.
func (g *groupInfoAndTree) replace(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, at time.Time) error {
	rest, treeAt := g.split()
	if err := q.ReplaceGroupInfo(ctx, db.ReplaceGroupInfoParams{
		ConvoID: convoID, Epoch: g.epoch(), GroupInfo: rest, TreeAt: treeAt, At: at,
	}); err != nil {
		return fmt.Errorf("store GroupInfo: %w", err)
	}
	return nil
}

// firstDifference names the first field in which two groups of one epoch differ.
// It returns "" where they are the same.
func firstDifference(a, b *mls.Group) string {
	x, y := &a.Context, &b.Context
	switch {
	case x.CipherSuite != y.CipherSuite:
		return "group_context.cipher_suite"
	case x.Epoch != y.Epoch:
		return "group_context.epoch"
	case !bytes.Equal(x.TreeHash, y.TreeHash):
		if i := firstLeafDifference(a.Tree, b.Tree); i >= 0 {
			return fmt.Sprintf("group_context.tree_hash (the trees differ at leaf[%d])", i)
		}
		return "group_context.tree_hash"
	case !bytes.Equal(x.ConfirmedTranscriptHash, y.ConfirmedTranscriptHash):
		return "group_context.confirmed_transcript_hash"
	case !bytes.Equal(x.Bytes(), y.Bytes()):
		return "group_context.extensions"
	case !bytes.Equal(a.Interim, b.Interim):
		return "confirmation_tag"
	}
	return ""
}

// firstLeafDifference returns the index of the first leaf in which two trees
// differ, -1 where only parent nodes differ.
func firstLeafDifference(a, b *mls.RatchetTree) int {
	for i := range uint32(max(a.Width(), b.Width())) {
		x, y := a.Leaf(i), b.Leaf(i)
		if (x == nil) != (y == nil) || x != nil && !bytes.Equal(x.Raw, y.Raw) {
			return int(i)
		}
	}
	return -1
}
