package server

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// visibleChanges is what the proposals of a readable commit do to the leaves.
type visibleChanges struct {
	// adds are the KeyPackageRefs of added packages.
	adds    map[string]bool
	removes int
}

// visibleChanges reads a PublicMessage commit's proposals, those by reference
// included; nil for a PrivateMessage.
func (c *commitTx) visibleChanges(ctx context.Context) (*visibleChanges, error) {
	if c.public == nil {
		return nil, nil
	}
	v := &visibleChanges{adds: make(map[string]bool)}
	for i, p := range c.public.Commit.Proposals {
		proposal := p.Proposal
		if proposal == nil {
			var err error
			if proposal, err = c.proposal(ctx, i, p.Ref); err != nil {
				return nil, err
			}
		}
		switch p := proposal.(type) {
		case *mls.Remove:
			v.removes++
		case *mls.Add:
			ref, err := p.KeyPackage.Ref()
			if err != nil {
				return nil, gen.Errorf(gen.ErrInvalidCommit, "%s: proposals[%d]: %v", c.commitField, i, err)
			}
			v.adds[string(ref)] = true
		}
	}
	return v, nil
}

// proposal finds a proposal of this epoch by its reference. Proposals that were
// sent as PrivateMessage have no reference that an outsider could compute.
func (c *commitTx) proposal(ctx context.Context, i int, ref []byte) (mls.Proposal, error) {
	b, err := c.q.FindProposal(ctx, c.convoID, c.epoch, ref)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, gen.Errorf(gen.ErrInvalidCommit, "%s: proposals[%d]: no PublicMessage proposal of epoch %d has this reference", c.commitField, i, c.epoch)
	}
	if err != nil {
		return nil, fmt.Errorf("read proposal: %w", err)
	}
	m, err := mls.ParseMessage(b)
	if err != nil || m.Public == nil || m.Public.Proposal == nil {
		return nil, fmt.Errorf("stored proposal does not parse: %w", err)
	}
	return m.Public.Proposal, nil
}

// matches holds the packages that a readable commit adds against those that the
// Welcome names: they are the same.
func (v *visibleChanges) matches(w *mls.Welcome, commitField, welcomeField string) error {
	if v == nil {
		return nil
	}
	named := make(map[string]bool)
	if w != nil {
		for _, ref := range w.Refs() {
			named[string(ref)] = true
			if !v.adds[string(ref)] {
				return gen.Errorf(gen.ErrInvalidWelcome, "%s: names the key package %x, which the %s does not add", welcomeField, ref, commitField)
			}
		}
	}
	for ref := range v.adds {
		if !named[ref] {
			return gen.Errorf(gen.ErrInvalidWelcome, "%s: does not name the key package %s, which the %s adds", welcomeField, hex.EncodeToString([]byte(ref)), commitField)
		}
	}
	return nil
}
