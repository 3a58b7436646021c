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

// evidence is a GroupInfo, with its ratchet tree, which states the epoch that a
// request leads to, or that a group is in. All that is known of a group comes
// from one.
type evidence struct {
	groupInfo []byte
	info      *mls.GroupInfo
	// tree is nil where there is none, neither inside nor beside.
	tree *mls.RatchetTree
}

// parseEvidence reads a GroupInfo and its ratchet tree, and holds them against
// the conversation. needed says for an error what has to be sent.
func parseEvidence(convoID xrpc.ConvoID, groupInfo, ratchetTree []byte, needed string) (*evidence, error) {
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
	e := &evidence{groupInfo: groupInfo, info: info}
	return e, e.parseTree(ratchetTree)
}

func (e *evidence) parseTree(ratchetTree []byte) (err error) {
	if ratchetTree == nil {
		if e.tree, err = e.info.RatchetTree(); err != nil {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
		}
		return nil
	}
	if err := checkSize(gen.ErrInvalidGroupInfo, "ratchetTree", ratchetTree, limit.MaxRatchetTree); err != nil {
		return err
	}
	if e.tree, err = mls.ParseRatchetTree(ratchetTree); err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "ratchetTree: %v", err)
	}
	return nil
}

// requireTree refuses a GroupInfo that leaves out the tree. why says why it is
// needed.
func (e *evidence) requireTree(why string) error {
	if e.tree != nil {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: has no ratchet_tree, and none came beside it; %s (RFC 9420 §12.4.3.3)", why)
}

// epoch is what the GroupInfo states.
func (e *evidence) epoch() int64 { return int64(e.info.Context.Epoch) }

// verify gives the group that the GroupInfo states.
func (e *evidence) verify(tree *mls.RatchetTree, mem *mls.LeafCache) (*mls.Group, error) {
	g, err := e.info.Verify(tree, mem)
	if err != nil {
		return nil, convo.RefusedObject(gen.ErrInvalidGroupInfo, "groupInfo", err)
	}
	return g, nil
}

// states checks that the GroupInfo is one of the group g, whose tree it may
// leave out. what says which group that is.
func (e *evidence) states(g *mls.Group, what string, mem *mls.LeafCache) error {
	tree := e.tree
	if tree == nil {
		tree = g.Tree
	}
	stated, err := e.info.Group(tree)
	if err != nil {
		return convo.RefusedObject(gen.ErrInvalidGroupInfo, "groupInfo", err)
	}
	// This comes before the signatures: those of a tree that is not the group's
	// would cost much and tell nothing.
	if field := differs(stated, g); field != "" {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %s: is not that of the epoch %s", field, what)
	}
	_, err = e.verify(tree, mem)
	return err
}

// treeBeside is the tree of the group g as it is stored beside the GroupInfo,
// which states g: nil where that has it inside.
func (e *evidence) treeBeside(g *mls.Group) []byte {
	if _, inside := e.info.Extensions.Find(mls.ExtensionRatchetTree); inside {
		return nil
	}
	return g.Tree.Bytes()
}

// bytes is how much store stores.
func (e *evidence) bytes(g *mls.Group) int64 { return int64(len(e.groupInfo) + len(e.treeBeside(g))) }

// store keeps the GroupInfo, which states the group g, as the conversation's.
func (e *evidence) store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, g *mls.Group, at time.Time) error {
	tree := e.treeBeside(g)
	if err := q.PutGroupInfo(ctx, db.PutGroupInfoParams{
		ConvoID: convoID, Epoch: e.epoch(), GroupInfo: e.groupInfo, RatchetTree: tree, At: at,
	}); err != nil {
		return fmt.Errorf("store GroupInfo: %w", err)
	}
	return nil
}

// differs names the first field in which two statements of an epoch are not
// the same, "" where they are.
func differs(a, b *mls.Group) string {
	x, y := &a.Context, &b.Context
	switch {
	case x.CipherSuite != y.CipherSuite:
		return "group_context.cipher_suite"
	case x.Epoch != y.Epoch:
		return "group_context.epoch"
	case !bytes.Equal(x.TreeHash, y.TreeHash):
		if i := firstLeaf(a.Tree, b.Tree); i >= 0 {
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

// firstLeaf finds the first leaf in which two trees differ; -1 where it is only
// parents.
func firstLeaf(a, b *mls.RatchetTree) int {
	for i := range uint32(max(a.Width(), b.Width())) {
		x, y := a.Leaf(i), b.Leaf(i)
		if (x == nil) != (y == nil) || x != nil && !bytes.Equal(x.Raw, y.Raw) {
			return int(i)
		}
	}
	return -1
}
