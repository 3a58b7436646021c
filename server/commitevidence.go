package server

import (
	"encoding/hex"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// evidence is what a GroupInfo states of the epoch that a request leads to, or
// that a group is in.
type evidence struct {
	// groupInfo and ratchetTree are stored as they came; nil for none.
	groupInfo, ratchetTree []byte
	// info is nil without GroupInfo, tree without a tree, inside or beside it.
	info *mls.GroupInfo
	tree *mls.RatchetTree
	// knownTree is the group's, where the GroupInfo came without one.
	knownTree *mls.RatchetTree
	// devices counts the tree's leaves, once asked for.
	devices map[string]int
}

// checkEvidence reads a GroupInfo and its ratchet tree, and holds them against
// the conversation and the epoch they must be of. Everything that is known of a
// group's tree comes through here. A negative epoch takes any.
func checkEvidence(convoID string, epoch int64, groupInfo, ratchetTree []byte) (*evidence, error) {
	e := &evidence{groupInfo: groupInfo, ratchetTree: ratchetTree}
	if err := e.parseInfo(convoID, epoch); err != nil {
		return nil, err
	}
	return e, e.parseTree()
}

func (e *evidence) parseInfo(convoID string, epoch int64) (err error) {
	if e.groupInfo == nil {
		return nil
	}
	if err := checkSize(gen.ErrInvalidGroupInfo, "groupInfo", e.groupInfo, MaxGroupInfo); err != nil {
		return err
	}
	if e.info, err = mls.ParseGroupInfo(e.groupInfo); err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	context := &e.info.Context
	switch {
	case hex.EncodeToString(context.GroupID) != convoID:
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: its group_id is not that of the conversation")
	case context.Epoch > maxEpoch+1:
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: epoch %d is beyond what this service counts to", context.Epoch)
	case epoch >= 0 && context.Epoch != uint64(epoch):
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: is of epoch %d, want %d: the epoch the commit leads to", context.Epoch, epoch)
	}
	return nil
}

func (e *evidence) parseTree() (err error) {
	if e.ratchetTree != nil {
		if err := checkSize(gen.ErrInvalidGroupInfo, "ratchetTree", e.ratchetTree, MaxRatchetTree); err != nil {
			return err
		}
		if e.tree, err = mls.ParseRatchetTree(e.ratchetTree); err != nil {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "ratchetTree: %v", err)
		}
		return nil
	}
	if e.info == nil {
		return nil
	}
	if e.tree, err = e.info.RatchetTree(); err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	return nil
}

// epoch is what the GroupInfo states.
func (e *evidence) epoch() int64 { return int64(e.info.Context.Epoch) }

// fits holds the GroupInfo against what only the stored conversation says.
func (e *evidence) fits(suite mls.CipherSuite) error {
	if e.info == nil || e.info.Context.CipherSuite == suite {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: is of cipher suite %v, the conversation of %v", e.info.Context.CipherSuite, suite)
}

// signedBy gives the leaf whose owner signed the GroupInfo, which must be the
// caller; nil where it cannot be seen.
func (e *evidence) signedBy(caller string) (*mls.LeafNode, error) {
	if e.info == nil || e.tree == nil {
		return nil, nil
	}
	leaf := e.tree.Leaf(e.info.Signer)
	if leaf == nil {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: its signer, leaf %d, is blank", e.info.Signer)
	}
	identity, err := leaf.Identity()
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: its signer, leaf %d: %v", e.info.Signer, err)
	}
	if identity.DID != caller {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: the credential of its signer, leaf %d, is not the caller's", e.info.Signer)
	}
	return leaf, nil
}

// leavesOf counts the leaves of a device in the tree; -1 where there is none.
func (e *evidence) leavesOf(deviceID string) int {
	if e.tree == nil {
		return -1
	}
	if e.devices == nil {
		e.devices = make(map[string]int)
		for i := range uint32(e.tree.Width()) {
			if l := e.tree.Leaf(i); l != nil {
				e.devices[l.DeviceID()]++
			}
		}
	}
	return e.devices[deviceID]
}
