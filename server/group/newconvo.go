package group

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// newConvo is a conversation that is about to be created, parsed and verified.
type newConvo struct {
	// in is the input with each initial member once.
	in      *gen.CreateConvoInput
	creator string
	suite   mls.CipherSuite
	// welcome is nil where there is none.
	welcome   *mls.Welcome
	groupInfo *groupInfoAndTree
	// group is what the GroupInfo states, and members are its leaves.
	group   *mls.Group
	members []mls.Member
	// question is whether the creator may add the initial members.
	question *consent.Question
	// refused is the error of what was found wrong in verification. It is returned
	// inside the transaction, so that a repeated call gets its recorded answer
	// before.
	refused error
}

// parseNewConvo parses the input and makes all checks that need nothing stored.
func parseNewConvo(caller xrpc.Caller, in *gen.CreateConvoInput) (*newConvo, error) {
	content := *in
	content.InitialMembers = convo.Unique(in.InitialMembers)
	n := &newConvo{in: &content, creator: caller.DID}
	var err error
	if n.suite, err = mls.ParseCipherSuite(in.CipherSuite); err != nil {
		return nil, gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: %v", err)
	}
	if i := slices.Index(in.InitialMembers, caller.DID); i >= 0 {
		return nil, xrpc.Invalid(fmt.Sprintf("initialMembers[%d]", i), "is the creator, who is a member without being named")
	}
	if len(content.InitialMembers)+1 > limit.MaxMembers {
		return nil, tooManyMembers(int64(len(content.InitialMembers) + 1))
	}
	if n.welcome, err = parseWelcome("welcomeMessage", in.WelcomeMessage); err != nil {
		return nil, err
	}
	if n.welcome == nil && len(content.InitialMembers) > 0 {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "welcomeMessage: missing; initialMembers need one")
	}
	n.groupInfo, err = parseGroupInfoAndTree(in.GroupID, in.GroupInfo, in.RatchetTree, "a conversation begins with the GroupInfo of the group's current epoch, and its ratchet_tree")
	if err != nil {
		return nil, err
	}
	if err := n.groupInfo.requireTree("a conversation begins with the tree of its group"); err != nil {
		return nil, err
	}
	if err := n.checkSuites(); err != nil {
		return nil, err
	}
	return n, n.checkEpoch()
}

// checkSuites requires one cipher suite in the input and its objects.
func (n *newConvo) checkSuites() error {
	if n.welcome != nil && n.welcome.CipherSuite != n.suite {
		return gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: declared is %v, the Welcome states %v", n.suite, n.welcome.CipherSuite)
	}
	if stated := n.groupInfo.info.Context.CipherSuite; stated != n.suite {
		return gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: declared is %v, the GroupInfo states %v", n.suite, stated)
	}
	return nil
}

// epoch returns the epoch that the GroupInfo states.
func (n *newConvo) epoch() int64 { return n.groupInfo.epoch() }

// checkEpoch compares the declared epoch and the Welcome with the GroupInfo.
func (n *newConvo) checkEpoch() error {
	if d := n.in.CurrentEpoch; d != nil && *d != n.epoch() {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: is of epoch %d, currentEpoch says %d", n.epoch(), *d)
	}
	if n.welcome != nil && n.epoch() == 0 {
		return gen.Errorf(gen.ErrInvalidWelcome, "welcomeMessage: a Welcome comes from a commit, so the epoch it joins is not 0")
	}
	return nil
}

// verify makes the checks that cost signature checks, outside the transaction.
func (n *newConvo) verify(ctx context.Context, s *Service) error {
	named := packageReader{
		q: db.New(s.Pool), convoID: n.in.GroupID, caller: n.creator, question: n.question, now: s.Now(), field: "welcomeMessage",
	}
	packages, refused, err := named.read(ctx, n.welcome)
	n.question = named.question
	if n.refused = refused; err != nil || refused != nil {
		return err
	}
	n.refused = n.verifyGroup(packages, s.VerifierFor(ctx, n.creator))
	return nil
}

// verifyGroup verifies the group that the GroupInfo states. Its leaves have to be
// one of the creator and one for each key package that the Welcome names.
func (n *newConvo) verifyGroup(packages []*mls.KeyPackage, cache *mls.LeafCache) (err error) {
	own := func(index uint32) bool { return index == n.groupInfo.info.Signer }
	if err := checkNewLeaves(n.groupInfo.tree, own, packages); err != nil {
		return err
	}
	if n.group, err = n.groupInfo.verify(n.groupInfo.tree, cache); err != nil {
		return err
	}
	n.members, err = n.group.Tree.Members()
	if err == nil {
		err = n.checkLeaves(packages)
	}
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	return nil
}

// checkLeaves matches the leaves with the creator and the key packages.
func (n *newConvo) checkLeaves(packages []*mls.KeyPackage) error {
	missing := make(map[string]*mls.KeyPackage, len(packages))
	for _, k := range packages {
		missing[string(k.LeafNode.Raw)] = k
	}
	for _, m := range n.members {
		if m.Index == n.groupInfo.info.Signer {
			if m.DID != n.creator {
				return fmt.Errorf("leaf[%d], its signer's: found another DID, want the creator's", m.Index)
			}
			continue
		}
		if missing[string(m.Leaf.Raw)] == nil {
			return fmt.Errorf("leaf[%d]: found a leaf that is neither the creator's nor the leaf_node of a key package that the Welcome names (RFC 9420 §12.4.3.1)", m.Index)
		}
		delete(missing, string(m.Leaf.Raw))
	}
	for _, k := range missing {
		ref, err := k.RefHex()
		if err != nil {
			return err
		}
		return fmt.Errorf("the tree has no leaf with the leaf_node of key package %s, which the Welcome names (RFC 9420 §12.4.3.1)", ref)
	}
	return nil
}
