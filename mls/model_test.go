package mls_test

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// Run a quarter of rapid's usual number of schedules: each has some 30 commits,
// which the race detector makes slow. -rapid.checks on the command line
// overrides this.
func init() {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
}

// model is a group together with an outsider that follows it: by public
// commits, or by GroupInfos when the commit was private.
type model struct {
	t      *testing.T
	g      *mlstest.Group
	o      *outsider
	stored storedTree
	inside []*mlstest.Client
	next   int
}

func (m *model) newClient() *mlstest.Client {
	m.next++
	c := mlstest.NewClient(did(m.next))
	m.g = m.g.With(c)
	return c
}

// accept follows the commit that won its epoch.
func (m *model) accept(r *rapid.T, c *mlstest.Commit, claim mls.RosterChange, public bool) {
	before, next := m.o.g, m.o.verify(c.GroupInfo)
	if public {
		m.o.commit(c)
	}
	gi, err := mls.ParseGroupInfo(c.GroupInfo)
	if err != nil {
		r.Fatal(err)
	}
	claim.Signer, claim.MayRemove = gi.Signer, anyone
	if _, err := before.CompareRoster(next, claim); err != nil {
		r.Fatal(err)
	}
	m.stored.follow(r, before, next, gi.Signer)
	m.o.g, m.g = next, c.Next
}

// TestModel runs random schedules of additions, removals, updates, external
// joins and lost races. After each step the outsider's roster must be the
// group's.
func TestModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &model{t: t, next: 1}
		first := mlstest.NewClient(did(1))
		m.g = mlstest.NewGroup(first, mlstest.Random(16))
		m.inside = []*mlstest.Client{first}
		m.o = follow(t, m.g.SignGroupInfo(first, true))
		m.stored.whole = m.g.Tree.Bytes()
		pick := func() int { return rapid.IntRange(0, len(m.inside)-1).Draw(r, "member") }
		public := func() bool { return rapid.Bool().Draw(r, "public") }
		r.Repeat(map[string]func(*rapid.T){
			"add": func(r *rapid.T) {
				by, p := m.inside[pick()], public()
				var kps []*mls.KeyPackage
				var added []*mlstest.Client
				for range rapid.IntRange(1, 3).Draw(r, "n") {
					c := m.newClient()
					added, kps = append(added, c), append(kps, c.KeyPackage())
				}
				plan := mlstest.Plan{Add: kps, Public: p, NoPath: rapid.Bool().Draw(r, "noPath")}
				m.accept(r, m.g.Commit(by, plan), mls.RosterChange{Committer: by.DID, Added: kps}, p)
				m.inside = append(m.inside, added...)
			},
			"remove": func(r *rapid.T) {
				i, j, p := pick(), pick(), public()
				if i == j {
					r.Skip("nobody removes itself")
				}
				by, gone := m.inside[i], m.inside[j]
				claim := mls.RosterChange{Committer: by.DID, Gone: []string{gone.DID}}
				c := m.g.Commit(by, mlstest.Plan{Remove: []uint32{m.g.Index(gone)}, Public: p})
				m.inside = slices.Delete(slices.Clone(m.inside), j, j+1)
				m.accept(r, c, claim, p)
			},
			"update": func(r *rapid.T) {
				by, p := m.inside[pick()], public()
				m.accept(r, m.g.Commit(by, mlstest.Plan{Public: p}), mls.RosterChange{Committer: by.DID}, p)
			},
			"update by proposal": func(r *rapid.T) {
				i, j, p := pick(), pick(), public()
				if i == j {
					r.Skip("the committer has its path")
				}
				up := m.g.ProposeUpdate(m.inside[j], p)
				if p {
					m.o.propose(up.Message)
				}
				by := m.inside[i]
				m.accept(r, m.g.Commit(by, mlstest.Plan{Public: p, Refs: []*mlstest.Proposal{up}}), mls.RosterChange{Committer: by.DID}, p)
			},
			"rotate": func(r *rapid.T) {
				i, p := pick(), public()
				by, fresh := m.inside[i], m.inside[i].Rotate()
				c := m.g.Commit(by, mlstest.Plan{Public: p, Rotate: fresh})
				m.accept(r, c, mls.RosterChange{Committer: by.DID}, p)
				m.inside[i] = fresh
			},
			"join alone": func(r *rapid.T) {
				i := pick()
				fresh := m.inside[i].Rotate()
				c := m.g.ExternalCommit(fresh, m.g.Index(m.inside[i]))
				e, err := publicOf(c).ExternalCommit()
				if err != nil {
					r.Fatal(err)
				}
				m.accept(r, c, mls.RosterChange{Committer: fresh.DID, Joiner: e.Joiner}, true)
				m.inside[i] = fresh
			},
			"race": func(r *rapid.T) {
				a, b := m.inside[pick()], m.inside[pick()]
				won, lost := m.g.Commit(a, mlstest.Plan{Public: true}), m.g.Commit(b, mlstest.Plan{Public: true})
				m.accept(r, won, mls.RosterChange{Committer: a.DID}, true)
				if _, _, err := m.o.g.ApplyCommit(publicOf(lost), nil, nil); err == nil {
					r.Fatal("the loser was applied to the winner's epoch")
				}
			},
			"": func(r *rapid.T) {
				if !bytes.Equal(m.o.g.Tree.Bytes(), m.g.Tree.Bytes()) || !bytes.Equal(m.o.g.Context.Bytes(), m.g.Context.Bytes()) {
					r.Fatal("the outsider has another group")
				}
				members, err := m.o.g.Tree.Members()
				if err != nil {
					r.Fatal(err)
				}
				var got, want []string
				for _, x := range members {
					got = append(got, x.DeviceID)
				}
				for _, c := range m.inside {
					want = append(want, c.DeviceID())
				}
				slices.Sort(got)
				slices.Sort(want)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					r.Fatalf("roster %v, want %v", got, want)
				}
			},
		})
	})
}

// publicOf returns the PublicMessage of a commit.
func publicOf(c *mlstest.Commit) *mls.PublicMessage {
	m, err := mls.ParseMessage(c.Message)
	if err != nil {
		panic(err)
	}
	return m.Public
}
