package group

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// packageReader reads the key packages that a Welcome names.
type packageReader struct {
	q       *db.Queries
	convoID xrpc.ConvoID
	caller  string
	// question is whether the caller may add the accounts that it declares as added.
	question *consent.Question
	now      time.Time
	// field is the lexicon's name for the Welcome.
	field string
}

// read returns the packages, and sets the question about the accounts that have them
// too. refused is set where one is not known to the caller, or where they are too large
// together.
func (r *packageReader) read(ctx context.Context, w *mls.Welcome) (out []*mls.KeyPackage, refused, err error) {
	if w == nil {
		return nil, nil, nil
	}
	found, err := r.q.PackageBytesByRef(ctx, w.Refs())
	if err != nil {
		return nil, nil, fmt.Errorf("measure key packages: %w", err)
	}
	r.question = r.question.With(found.Owners)
	answers, err := r.question.Early(ctx, r.q, r.convoID)
	if err != nil {
		return nil, nil, err
	}
	if found.Bytes > limit.MaxNamed {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: names key packages of %d bytes together; this service accepts %d", r.field, found.Bytes, limit.MaxNamed), nil
	}
	rows, err := r.q.PackagesByRef(ctx, db.PackagesByRefParams{Refs: w.Refs(), Hidden: answers.Refused(), Caller: r.caller, Now: r.now})
	if err != nil {
		return nil, nil, fmt.Errorf("read key packages: %w", err)
	}
	known := make(map[string]bool, len(rows))
	out = make([]*mls.KeyPackage, len(rows))
	for i, row := range rows {
		known[string(row.Ref)] = true
		if out[i], err = mls.ParseKeyPackage(row.KeyPackage); err != nil {
			return nil, nil, fmt.Errorf("stored key package does not parse: %w", err)
		}
	}
	for _, ref := range w.Refs() {
		if !known[string(ref)] {
			return nil, packageRefused(r.field, ref, unknownPackage), nil
		}
	}
	return out, nil, nil
}

// unknownPackage is why a key package is refused that does not exist, or that belongs
// to an account that the caller may not add: the caller cannot tell which.
const unknownPackage = "is not known"

func packageRefused(field string, ref []byte, why string) error {
	return gen.Errorf(gen.ErrKeyPackageNotFound, "%s: key package %s: %s", field, hex.EncodeToString(ref), why)
}

// checkNamed requires that the key packages that a PublicMessage adds are those
// that the Welcome names.
func checkNamed(req *commitRequest, w *mls.Welcome, added []mls.AddedLeaf) error {
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

// checkNewLeaves refuses a tree with more new leaves than the Welcome names key
// packages, before any of their signatures is verified. old reports whether the
// leaf at an index need not come from a key package.
func checkNewLeaves(tree *mls.RatchetTree, old func(index uint32) bool, packages []*mls.KeyPackage) error {
	named := make(map[string]bool, len(packages))
	for _, k := range packages {
		named[string(k.LeafNode.Raw)] = true
	}
	added, unnamed := 0, -1
	for i := range uint32(tree.Width()) {
		leaf := tree.Leaf(i)
		if leaf == nil || old(i) {
			continue
		}
		added++
		if unnamed < 0 && !named[string(leaf.Raw)] {
			unnamed = int(i)
		}
		delete(named, string(leaf.Raw)) // a key package stands for one leaf only
	}
	if added <= len(packages) {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo,
		"groupInfo: leaf[%d]: found a new leaf that is not the leaf_node of a key package that the Welcome names (RFC 9420 §12.4.3.1)", unnamed)
}
