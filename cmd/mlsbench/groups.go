package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// manyLeaves is the number of leaves of which the bounds speak.
const manyLeaves = 1000

// benchGroups measures createConvo with more and more members, each with one
// device, and commits in the groups: the time, and the WAL beside the bytes that
// the commit changes in the tree.
func benchGroups(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	people, err := w.newPeople(ctx, largest(w.sizes.leaves))
	if err != nil {
		return err
	}
	// Every turn adds the first accounts to a conversation of each size.
	packages, err := w.publishAll(ctx, people[1:], (1+w.sizes.turns)*len(w.sizes.leaves))
	if err != nil {
		return err
	}
	b := &groupBench{world: w, people: people, packages: packages}
	var line growthLine
	groups := make([]*mlstest.Group, len(w.sizes.leaves))
	for i, n := range w.sizes.leaves {
		line.add(r.figure(fmt.Sprintf("createConvo with %d members", n), millis), func() (took float64, err error) {
			groups[i], took, err = b.create(ctx, n)
			return took, err
		})
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	many := largest(w.sizes.leaves)
	line.report(r, fmt.Sprintf("createConvo, %d members / %d", many, w.sizes.leaves[0]))
	r.judgeAt("create-convo", line.figures[len(line.figures)-1], many, manyLeaves, "members")
	return b.benchCommits(ctx, r, groups)
}

// groupBench has the accounts of benchGroups. The first is the creator of every
// conversation.
type groupBench struct {
	*world
	people []*person
	// packages has the key packages that were published and not spent, by the
	// account after the creator.
	packages [][]*mls.KeyPackage
}

// create creates a conversation of n members and returns its group and the time
// in milliseconds.
func (b *groupBench) create(ctx context.Context, n int) (*mlstest.Group, float64, error) {
	creator := b.people[0]
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	in := &gen.CreateConvoInput{GroupID: xrpc.ConvoID(g.ID()), CipherSuite: mls.SuiteX25519AES128.String()}
	var add []*mls.KeyPackage
	for i, p := range b.people[1:n] {
		g = g.With(p.device)
		in.InitialMembers = append(in.InitialMembers, p.DID)
		add, b.packages[i] = append(add, b.packages[i][0]), b.packages[i][1:]
	}
	c := g.Commit(creator.device, mlstest.Plan{Add: add})
	in.WelcomeMessage, in.GroupInfo = c.Welcome, c.GroupInfo
	took, err := b.call(ctx, creator, gen.NSIDCreateConvo, in)
	return c.Next, float64(took.Nanoseconds()) / 1e6, err
}

// call calls a procedure on a connection of its own and returns the time.
func (b *groupBench) call(ctx context.Context, by *person, nsid string, in xrpc.Encodable) (time.Duration, error) {
	one := b.server.procedure(by.Account, nsid, xrpc.Marshal(in))
	conn, err := connect(ctx, b.addr())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return timed(func() error { return conn.do(one) })
}

// timed returns the time that f takes.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

// benchCommits measures commits in the groups: first while their trees are new
// and a commit is encrypted for every leaf, then after other members committed,
// so that it is encrypted for one node of each level.
func (b *groupBench) benchCommits(ctx context.Context, r *recorder, groups []*mlstest.Group) error {
	for _, stage := range []string{"new", "used"} {
		if stage == "used" {
			for i := range groups {
				if err := b.settleTree(ctx, &groups[i]); err != nil {
					return err
				}
			}
		}
		all := make([]*commitFigures, len(groups))
		for i, n := range b.sizes.leaves {
			all[i] = newCommitFigures(r, fmt.Sprintf("commit in a %s group of %d leaves", stage, n))
		}
		for turn := range 1 + b.sizes.turns { // the first is a warm-up
			for i := range groups {
				f := all[i]
				if turn == 0 {
					f = &commitFigures{}
				}
				if err := b.commit(ctx, &groups[i], 0, f); err != nil {
					return err
				}
			}
		}
		last := all[len(all)-1]
		for _, f := range all {
			r.print(f.took, f.wal, f.sent, f.changed)
		}
		ratio := r.ratio(last.name+", WAL / bytes changed in the tree", last.wal, last.changed)
		r.ratio(last.name+", WAL / commit and GroupInfo without tree", last.wal, last.sent)
		if many := largest(b.sizes.leaves); stage == "used" {
			r.judgeAt("commit-wal-path", ratio, many, manyLeaves, "leaves")
		} else {
			r.judgeAt("commit-wal", last.wal, many, manyLeaves, "leaves")
		}
	}
	return nil
}

// commitFigures are the figures of commits: the time, the WAL, the bytes of the
// commit with its GroupInfo without the tree, and the bytes that change in the
// tree.
type commitFigures struct {
	name                     string
	took, wal, sent, changed *figure
}

func newCommitFigures(r *recorder, name string) *commitFigures {
	return &commitFigures{name, r.figure(name, millis), r.figure(name+", WAL", bytesUnit),
		r.figure(name+", commit and GroupInfo without tree", bytesUnit), r.figure(name+", changed in the tree", bytesUnit)}
}

// commit lets a member commit, and moves the group on.
func (b *groupBench) commit(ctx context.Context, g **mlstest.Group, member int, f *commitFigures) error {
	by := b.people[member]
	var path *mls.UpdatePath
	c := (*g).Commit(by.device, mlstest.Plan{EditPath: func(p *mls.UpdatePath) { path = p }})
	in := &gen.SendCommitInput{ConvoID: xrpc.ConvoID((*g).ID()), Commit: c.Message, GroupInfo: c.GroupInfo}
	before, err := b.spent(ctx)
	if err != nil {
		return err
	}
	took, err := b.sendCommit(ctx, by, in)
	if err != nil {
		return err
	}
	after, err := b.spent(ctx)
	if err != nil {
		return err
	}
	*g = c.Next
	f.took.addTime(took)
	f.wal.add(after.wal - before.wal)
	f.sent.add(float64(len(c.Message) + len(c.GroupInfoNoTree)))
	f.changed.add(float64(changedBytes(c.Next.Tree.Leaf(c.Next.Index(by.device)), path)))
	return nil
}

// sendCommit sends a commit, which must be accepted.
func (b *groupBench) sendCommit(ctx context.Context, by *person, in *gen.SendCommitInput) (time.Duration, error) {
	conn, err := connect(ctx, b.addr())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	one := b.server.procedure(by.Account, gen.NSIDSendCommit, xrpc.Marshal(in))
	answer := &bytes.Buffer{}
	took, err := timed(func() error {
		_, err := conn.answer(one, answer)
		return err
	})
	if err != nil {
		return 0, err
	}
	var got struct{ Success bool }
	if err := json.Unmarshal(answer.Bytes(), &got); err != nil || !got.Success {
		return 0, fmt.Errorf("a commit was not accepted: %.200s, %w", answer.Bytes(), err)
	}
	return took, nil
}

// settleTree lets a member of each subtree beside the creator's path commit, so
// that no node of the creator's copath is blank.
func (b *groupBench) settleTree(ctx context.Context, g **mlstest.Group) error {
	for member := 1; member < (*g).Tree.Width() && (*g).Tree.Leaf(uint32(member)) != nil; member *= 2 {
		if err := b.commit(ctx, g, member, &commitFigures{}); err != nil {
			return err
		}
	}
	return nil
}

// changedBytes returns the size of the nodes of the tree that a commit replaces:
// the committer's leaf and the parents on its path (RFC 9420 §7.1, §7.6).
func changedBytes(leaf *mls.LeafNode, path *mls.UpdatePath) int {
	const present, kind, hash, noUnmerged = 1, 1, 1 + 32, 1
	n := present + kind + len(leaf.Append(nil))
	for _, p := range path.Nodes {
		n += present + kind + len(mls.AppendOpaque(nil, p.EncryptionKey)) + hash + noUnmerged
	}
	return n
}
