package group

import (
	"context"
	"fmt"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
)

// erasedAccounts translates between the DIDs in a ratchet tree and the pseudonyms
// that the database has for erased accounts whose leaves await removal. A
// pseudonym cannot be turned into a DID, but the leaves have the DIDs: the service
// compares their pseudonyms.
type erasedAccounts struct {
	pseudonyms convo.Pseudonyms
	// found has the pseudonyms of erased accounts that were found, by DID.
	found map[string]string
}

// with returns dids and their pseudonyms.
func (e *erasedAccounts) with(dids []string) []string {
	out := make([]string, 0, 2*len(dids))
	for _, did := range dids {
		out = append(out, did, e.pseudonyms.Of(did))
	}
	return out
}

func (e *erasedAccounts) note(did, pseudonym string) {
	if e.found == nil {
		e.found = map[string]string{}
	}
	e.found[did] = pseudonym
}

// public returns the name by which events tell of an account: the pseudonym of an
// erased one, since the log must not name it again.
func (e *erasedAccounts) public(did string) string {
	if p, ok := e.found[did]; ok {
		return p
	}
	return did
}

// memberships is convo.Memberships, with the pending removals of erased accounts
// under the DIDs that the caller used.
func (h *handshakeTx) memberships(ctx context.Context, dids []string) (map[string]convo.Membership, error) {
	all, err := convo.Memberships(ctx, h.q, h.convoID, h.erased.with(dids))
	if err != nil {
		return nil, err
	}
	for _, did := range dids {
		p := h.erased.pseudonyms.Of(did)
		if state, ok := all[p]; ok {
			delete(all, p)
			h.erased.note(did, p)
			if all[did] == convo.NonMember {
				all[did] = state
			}
		}
	}
	return all, nil
}

// reveal replaces the pseudonyms of a member set by the DIDs that the leaves of
// the tree have. A pseudonym without a leaf stays.
func (h *handshakeTx) reveal(all memberSet, tree *mls.RatchetTree) error {
	hidden := map[string]bool{}
	for did := range all {
		if convo.IsPseudonym(did) {
			hidden[did] = true
		}
	}
	for i := uint32(0); len(hidden) > 0 && i < uint32(tree.Width()); i++ {
		leaf := tree.Leaf(i)
		if leaf == nil {
			continue
		}
		id, err := leaf.Identity()
		if err != nil {
			return fmt.Errorf("leaf[%d]: %w", i, err)
		}
		p := h.erased.pseudonyms.Of(id.DID)
		if !hidden[p] {
			continue
		}
		h.erased.note(id.DID, p)
		state := all[p]
		delete(all, p)
		delete(hidden, p)
		if all[id.DID] == convo.NonMember {
			all[id.DID] = state
		}
	}
	return nil
}
