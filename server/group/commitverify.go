package group

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// verification is what a commit does to its group, as far as an outsider can
// tell. It is made outside the transaction; err is told under the lock, after
// what comes before it.
type verification struct {
	// base is the group that the commit was made in; nil where the conversation
	// was in another epoch, or the caller no member.
	base *storedGroup
	// next is the group that the commit leads to, and members are its leaves.
	next    *mls.Group
	members []mls.Member
	// signer is the committer's leaf in next.
	signer uint32
	// packages are those that the Welcome names, as they were published.
	packages []*mls.KeyPackage
	err      error
}

// verifyCommit does all that costs signature checks.
func (s *Service) verifyCommit(ctx context.Context, caller string, req *commitRequest, p *parsedCommit) (*verification, error) {
	v, mem := &verification{}, s.VerifierFor(ctx, caller)
	var err error
	v.base, err = s.groupIn(ctx, req.conversation, caller, p.epoch)
	if v.err = req.overdrawn; err != nil || v.base == nil || v.err != nil {
		return v, err
	}
	q := db.New(s.Pool)
	if err := req.waits(ctx, q, caller); err != nil {
		return nil, err
	}
	if v.packages, v.err, err = namedPackages(ctx, q, req.welcomeField, p.invite); err != nil || v.err != nil {
		return v, err
	}
	if p.public == nil {
		v.err = v.takePrivate(req, p, mem)
	} else {
		proposals, refused, err := readProposals(ctx, q, req, p)
		if err != nil {
			return nil, err
		}
		if v.err = refused; refused == nil {
			v.err = v.applyPublic(caller, req, p, proposals, mem)
		}
	}
	if v.err == nil {
		if v.members, err = v.next.Tree.Members(); err != nil {
			v.err = p.refuse(req, err)
		}
	}
	return v, nil
}

// check refuses a commit that was not verified.
func (v *verification) check() error {
	if v.base == nil {
		return errGroupMoved
	}
	return v.err
}

// namedPackages reads the packages that a Welcome names; unknown ones are left
// out. refused says that they are too large together.
func namedPackages(ctx context.Context, q *db.Queries, field string, w *mls.Welcome) (out []*mls.KeyPackage, refused, err error) {
	if w == nil {
		return nil, nil, nil
	}
	bytes, err := q.PackageBytesByRef(ctx, w.Refs())
	if err != nil {
		return nil, nil, fmt.Errorf("measure key packages: %w", err)
	}
	if bytes > limit.MaxNamed {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: names key packages of %d bytes together; this service accepts %d", field, bytes, limit.MaxNamed), nil
	}
	rows, err := q.PackagesByRef(ctx, w.Refs())
	if err != nil {
		return nil, nil, fmt.Errorf("read key packages: %w", err)
	}
	out = make([]*mls.KeyPackage, len(rows))
	for i, b := range rows {
		if out[i], err = mls.ParseKeyPackage(b); err != nil {
			return nil, nil, fmt.Errorf("stored key package does not parse: %w", err)
		}
	}
	return out, nil, nil
}

// readProposals reads the readable proposals that a commit refers to, by
// reference. Those that were sent as PrivateMessage have no reference that an
// outsider could compute. refused says that they are too large together.
func readProposals(ctx context.Context, q *db.Queries, req *commitRequest, p *parsedCommit) (out map[string]*mls.PublicMessage, refused, err error) {
	var refs [][]byte
	for _, x := range p.public.Commit.Proposals {
		if x.Proposal == nil {
			refs = append(refs, x.Ref)
		}
	}
	if len(refs) == 0 {
		return nil, nil, nil
	}
	bytes, err := q.ProposalBytesByRef(ctx, req.conversation, p.epoch, refs)
	if err != nil {
		return nil, nil, fmt.Errorf("measure proposals: %w", err)
	}
	if bytes > limit.MaxNamed {
		return nil, gen.Errorf(gen.ErrInvalidCommit, "%s: refers to proposals of %d bytes together; this service accepts %d", req.commitField, bytes, limit.MaxNamed), nil
	}
	rows, err := q.ProposalsByRef(ctx, req.conversation, p.epoch, refs)
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

// takePrivate takes the next epoch from the GroupInfo, since nobody outside can
// read the commit. Its lengths are those of the group's suite.
func (v *verification) takePrivate(req *commitRequest, p *parsedCommit, mem *mls.LeafCache) (err error) {
	if err := p.private.Verify(v.base.Context.CipherSuite); err != nil {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", req.commitField, err)
	}
	had := func(index uint32) bool { return v.base.Tree.Leaf(index) != nil }
	if err := checkNewLeaves(p.evidence.tree, had, v.packages); err != nil {
		if p.invite == nil && len(req.added) > 0 {
			return welcomeMissing(req.welcomeField)
		}
		return err
	}
	v.signer = p.evidence.info.Signer
	v.next, err = p.evidence.verify(p.evidence.tree, mem)
	return err
}

// applyPublic computes the next epoch from a readable commit. The GroupInfo must
// state the same.
func (v *verification) applyPublic(caller string, req *commitRequest, p *parsedCommit, proposals map[string]*mls.PublicMessage, mem *mls.LeafCache) error {
	next, effect, err := v.base.ApplyCommit(p.public, func(ref []byte) *mls.PublicMessage { return proposals[string(ref)] }, mem)
	if err != nil {
		return convo.RefusedObject(gen.ErrInvalidCommit, req.commitField, err)
	}
	if id, err := next.Tree.Leaf(effect.Committer).Identity(); err != nil || id.DID != caller {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: its sender, leaf %d, is not the caller's", req.commitField, effect.Committer)
	}
	if err := namesAdded(req, p.invite, effect.Added); err != nil {
		return err
	}
	e := p.evidence
	v.next, v.signer = next, effect.Committer
	if e.info.Signer != effect.Committer {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: signer: found leaf %d, want leaf %d, the committer's", e.info.Signer, effect.Committer)
	}
	what := "that the " + req.commitField + " leads to"
	// Clients start the transcript in two ways: the GroupInfo tells which.
	if effect.Alternative != nil {
		err := e.states(effect.Alternative, what, mem)
		if err == nil {
			v.next = effect.Alternative
		}
		var answer *xrpc.Error
		if err == nil || errors.As(err, &answer) && answer.Name == xrpc.RateLimitExceeded {
			return err
		}
	}
	return e.states(next, what, mem)
}

// namesAdded holds the packages that a readable commit adds against those that
// the Welcome names: they are the same.
func namesAdded(req *commitRequest, w *mls.Welcome, added []mls.AddedLeaf) error {
	missing := make(map[string]bool, len(added))
	for _, a := range added {
		ref, err := a.KeyPackage.Ref()
		if err != nil {
			return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", req.commitField, err)
		}
		missing[string(ref)] = true
	}
	if w != nil {
		for _, ref := range w.Refs() {
			if !missing[string(ref)] {
				return gen.Errorf(gen.ErrInvalidWelcome, "%s: names the key package %x, which the %s does not add", req.welcomeField, ref, req.commitField)
			}
			delete(missing, string(ref))
		}
	}
	for ref := range missing {
		return gen.Errorf(gen.ErrInvalidWelcome, "%s: does not name the key package %s, which the %s adds", req.welcomeField, hex.EncodeToString([]byte(ref)), req.commitField)
	}
	return nil
}

// checkNewLeaves refuses a tree with more new leaves than key packages are named,
// before any of their signatures is checked. old tells which indexes have a leaf
// that need not come from a package.
func checkNewLeaves(tree *mls.RatchetTree, old func(index uint32) bool, packages []*mls.KeyPackage) error {
	named := make(map[string]bool, len(packages))
	for _, k := range packages {
		named[string(k.LeafNode.Raw)] = true
	}
	added, first := 0, -1
	for i := range uint32(tree.Width()) {
		leaf := tree.Leaf(i)
		if leaf == nil || old(i) {
			continue
		}
		added++
		if first < 0 && !named[string(leaf.Raw)] {
			first = int(i)
		}
		delete(named, string(leaf.Raw)) // a second one is not named
	}
	if added <= len(packages) {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo,
		"groupInfo: leaf[%d]: found a new leaf that is not the leaf_node of a key package that the Welcome names (RFC 9420 §12.4.3.1)", first)
}
