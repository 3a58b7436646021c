package mls_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// anyone allows every removal.
func anyone(mls.Member) error { return nil }

// summary formats changes as "added 3, removed 1".
func summary(changes []mls.LeafChange) string {
	var out []string
	for _, c := range changes {
		switch c.Kind {
		case mls.LeafAdded:
			out = append(out, fmt.Sprintf("added %d", c.New.Index))
		case mls.LeafRemoved:
			out = append(out, fmt.Sprintf("removed %d", c.Old.Index))
		case mls.LeafCommitted:
			out = append(out, fmt.Sprintf("committed %d", c.New.Index))
		case mls.LeafUpdated:
			out = append(out, fmt.Sprintf("updated %d", c.New.Index))
		}
	}
	return strings.Join(out, ", ")
}

// TestCompareRoster compares the tree before a private commit with the tree in
// the GroupInfo after it.
func TestCompareRoster(t *testing.T) {
	a, b, c, d, e := mlstest.NewClient(did(1)), mlstest.NewClient(did(2)), mlstest.NewClient(did(3)), mlstest.NewClient(did(4)), mlstest.NewClient(did(5))
	first := mlstest.NewGroupWith(a, mlstest.Random(16), b, c)
	g := first.Next.With(d, e)
	o := follow(t, first.GroupInfo)
	kd, ke := d.KeyPackage(), e.KeyPackage(mlstest.LastResort())
	stranger := mlstest.NewClient(did(1))
	others := func(m mls.Member) error {
		if m.DID == b.DID {
			return nil
		}
		return errors.New("only the second member leaves")
	}
	joined := g.ExternalCommit(stranger, g.Index(a))
	withUpdate := g.Commit(a, mlstest.Plan{Refs: []*mlstest.Proposal{g.ProposeUpdate(c, false)}})
	another := mlstest.NewClient(did(9))
	for _, tc := range []struct {
		name   string
		commit *mlstest.Commit
		claim  mls.RosterChange
		want   string // the summary, or the start of the error
	}{
		{"a path", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID}, "committed 0"},
		{"one added", g.Commit(b, mlstest.Plan{Add: []*mls.KeyPackage{kd}}), mls.RosterChange{Signer: 1, Committer: b.DID, Added: []*mls.KeyPackage{kd}}, "committed 1, added 3"},
		{"added without path", g.Commit(b, mlstest.Plan{NoPath: true, Add: []*mls.KeyPackage{kd, ke}}),
			mls.RosterChange{Signer: 1, Committer: b.DID, Added: []*mls.KeyPackage{ke, kd}}, "added 3, added 4"},
		{"one removed", g.Commit(a, mlstest.Plan{Remove: []uint32{1}}), mls.RosterChange{Committer: a.DID, MayRemove: others, Gone: []string{b.DID}}, "committed 0, removed 1"},
		{"replaced in its place", g.Commit(a, mlstest.Plan{Remove: []uint32{1}, Add: []*mls.KeyPackage{kd}}),
			mls.RosterChange{Committer: a.DID, MayRemove: others, Added: []*mls.KeyPackage{kd}, Gone: []string{b.DID}}, "committed 0, removed 1, added 1"},
		{"another's update", withUpdate, mls.RosterChange{Committer: a.DID}, "committed 0, updated 2"},
		{"a rotated key", g.Commit(a, mlstest.Plan{Rotate: a.Rotate()}), mls.RosterChange{Committer: a.DID}, "committed 0"},
		{"joined alone", joined, mls.RosterChange{Committer: a.DID, Joiner: joiner(t, joined), MayRemove: anyone}, "removed 0, added 0"},

		{"removal not allowed", g.Commit(a, mlstest.Plan{Remove: []uint32{2}}), mls.RosterChange{Committer: a.DID, MayRemove: others}, "roster: leaf[2]: found removed, want the leaf unchanged: only the second"},
		{"removal where none may be", g.Commit(a, mlstest.Plan{Remove: []uint32{2}}), mls.RosterChange{Committer: a.DID}, "roster: leaf[2]: found removed"},
		{"removed member still there", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID, Gone: []string{b.DID}}, "roster: leaf[1]: found a leaf of a member that is removed"},
		{"added but not in the Welcome", g.Commit(a, mlstest.Plan{Add: []*mls.KeyPackage{kd}}), mls.RosterChange{Committer: a.DID}, "roster: leaf[3]: found a new leaf"},
		{"in the Welcome but not added", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID, Added: []*mls.KeyPackage{kd}}, "roster: found 1 key packages of the Welcome without a leaf"},
		{"another package added", g.Commit(a, mlstest.Plan{Add: []*mls.KeyPackage{d.KeyPackage()}}), mls.RosterChange{Committer: a.DID, Added: []*mls.KeyPackage{kd}}, "roster: leaf[3]: found a new leaf"},
		{"committer's DID", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: b.DID}, "roster: signer: found leaf 0 of another DID"},
		{"signed by another leaf", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Signer: 1, Committer: b.DID}, "roster: leaf[0].leaf_node_source: found commit, want update"},
		{"signed by who was just added", g.Commit(a, mlstest.Plan{NoPath: true, Add: []*mls.KeyPackage{kd}}),
			mls.RosterChange{Signer: 3, Committer: d.DID, Added: []*mls.KeyPackage{kd}}, "roster: signer: found leaf 3, which this commit added"},
		{"leaf that changes its DID", g.Commit(a, mlstest.Plan{Rotate: another}), mls.RosterChange{Committer: another.DID}, "roster: leaf[0].credential.identity: found another DID"},
		{"joiner not in the tree", g.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID, Joiner: joiner(t, joined)}, "roster: leaf[0]: found changed"},
		{"joiner is not the caller", joined, mls.RosterChange{Committer: b.DID, Joiner: joiner(t, joined), MayRemove: anyone}, "roster: leaf[0]: found a joiner that is not"},
		{"two epochs at once", g.Commit(a, mlstest.Plan{}).Next.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID}, "GroupInfo: group_context.epoch: found 3, want 2"},
		{"another group", mlstest.NewGroupWith(a, mlstest.Random(16), b, c).Next.Commit(a, mlstest.Plan{}), mls.RosterChange{Committer: a.DID}, "GroupInfo: group_context.group_id"},
		{"one package twice in the Welcome", g.Commit(a, mlstest.Plan{Add: []*mls.KeyPackage{kd}}), mls.RosterChange{Committer: a.DID, Added: []*mls.KeyPackage{kd, kd}}, "Welcome: secrets: found two"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			changes, err := o.g.CompareRoster(o.verify(tc.commit.GroupInfo), tc.claim)
			if err != nil {
				if !strings.HasPrefix(err.Error(), tc.want) {
					t.Errorf("error %q, want %q", err, tc.want)
				}
				return
			}
			if got := summary(changes); got != tc.want {
				t.Errorf("changes %q, want %q", got, tc.want)
			}
		})
	}
}

func joiner(t *testing.T, c *mlstest.Commit) *mls.LeafNode {
	t.Helper()
	e, err := public(t, c.Message).ExternalCommit()
	if err != nil {
		t.Fatal(err)
	}
	return e.Joiner
}

// TestLastResortAddedAgain removes a leaf and adds it again by the same
// last-resort key package, so that the same bytes stand at the same index.
func TestLastResortAddedAgain(t *testing.T) {
	a, b := mlstest.NewClient(did(1)), mlstest.NewClient(did(2))
	kb := b.KeyPackage(mlstest.LastResort())
	first := mlstest.NewGroup(a, mlstest.Random(16)).With(b).Commit(a, mlstest.Plan{Add: []*mls.KeyPackage{kb}})
	o := follow(t, first.GroupInfo)
	again := first.Next.Commit(a, mlstest.Plan{Remove: []uint32{1}, Add: []*mls.KeyPackage{kb}})
	changes, err := o.g.CompareRoster(o.verify(again.GroupInfo), mls.RosterChange{Committer: a.DID, Added: []*mls.KeyPackage{kb}, MayRemove: anyone})
	if err != nil || summary(changes) != "committed 0, removed 1, added 1" {
		t.Errorf("changes %q, error %v", summary(changes), err)
	}
}

func TestMembers(t *testing.T) {
	a, b := mlstest.NewClient(did(1)), mlstest.NewClient(did(1), mlstest.Device("phone"))
	o := follow(t, mlstest.NewGroupWith(a, mlstest.Random(16), b).GroupInfo)
	members, err := o.g.Tree.Members()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []*mlstest.Client{a, b} {
		m := members[i]
		if m.Index != uint32(i) || m.DID != c.DID || m.Device != c.Device || m.DeviceID != c.DeviceID() || string(m.Leaf.SignatureKey) != string(c.SignatureKey()) {
			t.Errorf("member %d: %+v", i, m)
		}
	}
	mallory := mlstest.NewClient("mallory")
	g := follow(t, mlstest.NewGroupWith(a, mlstest.Random(16), mallory).GroupInfo)
	_, err = g.g.Tree.Members()
	wantError(t, err, "leaf[1].credential.identity", "want a DID")
}
