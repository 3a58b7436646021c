package server

import (
	"context"
	"errors"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// verifierFor gives the memory of verified leaves. What is checked with it is
// paid by an account, before it is checked.
func (s *base) verifierFor(ctx context.Context, did string) *mls.Memory {
	if s.pace == nil {
		return s.memory
	}
	return s.memory.Paid(func(suite mls.CipherSuite, signatures int) error {
		return s.payChecks(ctx, did, time.Duration(signatures)*suite.CheckTime())
	})
}

// payChecks takes CPU time of an account that its signature checks are about to
// cost, in whole milliseconds.
func (s *base) payChecks(ctx context.Context, did string, cost time.Duration) error {
	if s.pace == nil || cost == 0 {
		return nil
	}
	ms := (cost + time.Millisecond - 1) / time.Millisecond
	return s.pace.Take(ctx, limit.Verification, did, int64(ms))
}

// payKeyPackages pays for the two signatures of each package, nil ones apart.
func (s *keyPackagesService) payKeyPackages(ctx context.Context, did string, packages ...*newKeyPackage) error {
	var cost time.Duration
	for _, p := range packages {
		if p != nil {
			cost += 2 * p.parsed.CipherSuite.CheckTime()
		}
	}
	return s.payChecks(ctx, did, cost)
}

// refusedObject makes the lexicon's error of what was found wrong with a field.
// The error of a limit stays what it is: nothing was found wrong.
func refusedObject(name, field string, err error) error {
	var limited *xrpc.Error
	if errors.As(err, &limited) {
		return limited
	}
	return gen.Errorf(name, "%s: %v", field, err)
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
