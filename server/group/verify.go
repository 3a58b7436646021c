package group

import (
	"context"
	"errors"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// verifiedCommit is what a commit does to its group, as far as an outsider can
// see. It is made outside the transaction, since it costs signature checks.
type verifiedCommit struct {
	// base is the group that the commit was made in. It is nil where the
	// conversation was in another epoch, or the caller not a member.
	base *storedGroup
	// next is the group that the commit leads to, and members are its leaves.
	next    *mls.Group
	members []mls.Member
	// tree is the tree of next as it is stored.
	tree *newTree
	// signer is the index of the committer's leaf in next.
	signer uint32
	// packages are the key packages that the Welcome names, as they were
	// published.
	packages []*mls.KeyPackage
	// question is whether the committer may add the accounts that it declares as added,
	// and those of the packages.
	question *consent.Question
	// refused is the error of what was found wrong. It is returned under the lock,
	// after the checks that come first.
	refused error
}

// check refuses a commit that was not verified, or with an error.
func (v *verifiedCommit) check() error {
	if v.base == nil {
		return errGroupChanged
	}
	return v.refused
}

// verifyCommit does everything about a commit that costs signature checks.
func (s *Service) verifyCommit(ctx context.Context, caller xrpc.Caller, req *commitRequest, parsed *parsedCommit) (*verifiedCommit, error) {
	v := &verifiedCommit{refused: req.addRefused, question: req.question}
	var err error
	v.base, err = s.groupOf(ctx, caller.DID, req, parsed.epoch)
	if err != nil || v.base == nil || v.refused != nil {
		return v, err
	}
	q := db.New(s.Pool)
	if err := req.checkRate(ctx, q, caller.DID); err != nil {
		return nil, req.waitsByLink(err, parsed.epoch, parsed.epoch)
	}
	if w := parsed.welcome; w != nil && w.CipherSuite != v.base.Context.CipherSuite {
		v.refused = otherSuite(req.welcomeField, w, v.base.Context.CipherSuite)
		return v, nil
	}
	named := packageReader{q: q, convoID: req.convoID, caller: caller.DID, question: req.question, now: s.Now(), field: req.welcomeField}
	v.packages, v.refused, err = named.read(ctx, parsed.welcome)
	if v.question = named.question; err != nil || v.refused != nil {
		return v, err
	}
	c := &commitVerifier{
		q: q, caller: caller.DID, req: req, parsed: parsed, result: v, cache: s.VerifierFor(ctx, caller.DID),
	}
	return v, c.verify(ctx)
}

// commitVerifier computes or reads the group that a commit leads to, and fills
// in result. Its errors are those of the service; what is wrong with the commit
// goes to result.refused.
type commitVerifier struct {
	q      *db.Queries
	caller string
	req    *commitRequest
	parsed *parsedCommit
	result *verifiedCommit
	// cache has the leaves that were verified before.
	cache *mls.LeafCache
}

// verify returns an error only where the service itself fails.
func (c *commitVerifier) verify(ctx context.Context) error {
	proposals, refused, err := c.readProposals(ctx)
	if c.result.refused = refused; err != nil || refused != nil {
		return err
	}
	if c.result.refused = c.findNext(proposals); c.result.refused == nil {
		c.result.tree = c.result.base.next(c.result.next, c.result.signer)
	}
	return nil
}

// findNext fills in the next group and its members, or returns what is wrong with
// the commit.
func (c *commitVerifier) findNext(proposals map[string]*mls.PublicMessage) (err error) {
	if c.parsed.public == nil {
		err = c.takeGroupInfo()
	} else {
		err = c.applyPublic(proposals)
	}
	if err != nil {
		return err
	}
	if c.result.members, err = c.result.next.Tree.Members(); err != nil {
		return c.parsed.refuse(c.req, err)
	}
	return nil
}

// takeGroupInfo takes the next epoch of a commit that was sent as PrivateMessage
// from the GroupInfo, since nobody outside the group can read the commit.
func (c *commitVerifier) takeGroupInfo() (err error) {
	v, stated := c.result, c.parsed.groupInfo
	// The lengths of the ciphertext depend on the group's cipher suite.
	if err := c.parsed.private.Verify(v.base.Context.CipherSuite); err != nil {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", c.req.commitField, err)
	}
	had := func(index uint32) bool { return v.base.Tree.Leaf(index) != nil }
	if err := checkNewLeaves(stated.tree, had, v.packages); err != nil {
		if c.parsed.welcome == nil && len(c.req.added) > 0 {
			return welcomeMissing(c.req.welcomeField)
		}
		return err
	}
	v.signer = stated.info.Signer
	v.next, err = stated.verify(stated.tree, c.cache)
	return err
}

// readProposals reads the proposals that the commit refers to, by reference.
// Those that were sent as PrivateMessage have no reference that an outsider
// could compute. refused is set where they are too large together.
func (c *commitVerifier) readProposals(ctx context.Context) (out map[string]*mls.PublicMessage, refused, err error) {
	refs := c.parsed.proposalRefs()
	if len(refs) == 0 {
		return nil, nil, nil
	}
	bytes, err := c.q.ProposalBytesByRef(ctx, c.req.convoID, c.parsed.epoch, refs)
	if err != nil {
		return nil, nil, fmt.Errorf("measure proposals: %w", err)
	}
	if bytes > limit.MaxNamed {
		return nil, gen.Errorf(gen.ErrInvalidCommit, "%s: refers to proposals of %d bytes together; this service accepts %d", c.req.commitField, bytes, limit.MaxNamed), nil
	}
	rows, err := c.q.ProposalsByRef(ctx, c.req.convoID, c.parsed.epoch, refs)
	if err != nil {
		return nil, nil, fmt.Errorf("read proposals: %w", err)
	}
	out = make(map[string]*mls.PublicMessage, len(rows))
	for _, r := range rows {
		m, err := mls.ParseMessage(r.Ciphertext)
		if err != nil {
			return nil, nil, fmt.Errorf("stored proposal does not parse: %w", err)
		}
		out[string(r.ProposalRef)] = m.Public
	}
	return out, nil, nil
}

// applyPublic computes the next epoch from a commit that was sent as
// PublicMessage. The GroupInfo must state the same.
func (c *commitVerifier) applyPublic(proposals map[string]*mls.PublicMessage) error {
	v, field := c.result, c.req.commitField
	next, effect, err := v.base.ApplyCommit(c.parsed.public, func(ref []byte) *mls.PublicMessage { return proposals[string(ref)] }, c.cache)
	if err != nil {
		return convo.RefusedObject(gen.ErrInvalidCommit, field, err)
	}
	if id, err := next.Tree.Leaf(effect.Committer).Identity(); err != nil || id.DID != c.caller {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: its sender, leaf %d, is not the caller's", field, effect.Committer)
	}
	if err := checkNamed(c.req, c.parsed.welcome, effect.Added); err != nil {
		return err
	}
	v.next, v.signer = next, effect.Committer
	if signer := c.parsed.groupInfo.info.Signer; signer != effect.Committer {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: signer: found leaf %d, want leaf %d, the committer's", signer, effect.Committer)
	}
	return c.matchGroupInfo(effect.Alternative)
}

// matchGroupInfo requires that the GroupInfo states the computed group. After
// epoch 0 there are two candidates (mls.Effect.Alternative): the GroupInfo shows
// which of them the clients use.
func (c *commitVerifier) matchGroupInfo(alternative *mls.Group) error {
	what := "that the " + c.req.commitField + " leads to"
	if alternative != nil {
		err := c.parsed.groupInfo.checkStates(alternative, what, c.cache)
		if err == nil {
			c.result.next = alternative
		}
		var limited *xrpc.Error
		if err == nil || errors.As(err, &limited) && limited.Name == xrpc.RateLimitExceeded {
			return err
		}
	}
	return c.parsed.groupInfo.checkStates(c.result.next, what, c.cache)
}
