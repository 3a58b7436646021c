package server

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// After any calls of members in any order, with lost races and killed connections,
// the stored roster is the tree of the group.
func TestRosterModel(t *testing.T) {
	t.Parallel()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		// Each check is a conversation of about thirty steps.
		if err := f.Value.Set("25"); err != nil {
			t.Fatal(err)
		}
	}
	s := newTestServer(t)
	second := secondInstance(t, s)
	rapid.Check(t, func(r *rapid.T) {
		m := newRosterModel(t, s, second)
		r.Repeat(map[string]func(*rapid.T){
			"":                 m.check,
			"add accounts":     m.addAccounts,
			"add device":       m.addDevice,
			"add device again": m.addAgain,
			"remove account":   m.removeAccount,
			"remove device":    m.removeDevice,
			"update":           m.update,
			"update proposed":  m.updateProposed,
			"rotate key":       m.rotate,
			"leave":            m.leave,
			"join":             m.join,
			"GroupInfo":        m.giveInfo,
		})
	})
}

// rosterModel is a conversation and the expected state of it.
type rosterModel struct {
	t *testing.T
	// s and second are two instances.
	s, second *Server
	g         *mlstest.Group
	// sent is the GroupInfo that was sent last, nil for that of the creation.
	sent []byte
	// accounts has the words of members. The first created the conversation and
	// stays. pending has former members with leaves.
	accounts, pending []string
	devices           map[string][]*mlstest.Client
	made              int
	// id distinguishes the accounts of this conversation from those of others.
	id string
}

func newRosterModel(t *testing.T, s, second *Server) *rosterModel {
	m := &rosterModel{t: t, s: s, second: second, devices: make(map[string][]*mlstest.Client), id: string(servertest.NewConvoID()[:12])}
	m.accounts = []string{"creator"}
	creator := m.device("creator")
	m.devices["creator"] = []*mlstest.Client{creator}
	m.g = commitGroup(t, s, creator)
	// A long run has more than 50 accounts, which members may add.
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET add_by = 'members' WHERE convo_id = $1`, servertest.IDOf(m.g))
	return m
}

func (m *rosterModel) device(word string) *mlstest.Client { return mlstest.NewClient(m.did(word)) }

func (m *rosterModel) did(word string) string { return servertest.DID(word + "-" + m.id) }

// check compares the stored state with the model.
func (m *rosterModel) check(r *rapid.T) {
	if why := rosterDiffers(m.t, m.s, m.g); why != "" {
		r.Fatal(why)
	}
	m.checkGroupInfo(r)
	var want []string
	for _, w := range m.accounts {
		want = append(want, m.did(w))
	}
	slices.Sort(want)
	if got := membersOf(m.t, m.s, servertest.IDOf(m.g)); !slices.Equal(got, want) {
		r.Fatalf("members are %v, want %v", got, want)
	}
	pending := dbtest.Value[[]string](m.t, m.s.Pool, `SELECT coalesce(array_agg(did ORDER BY did), '{}') FROM memberships WHERE convo_id = $1 AND pending_removal`, servertest.IDOf(m.g))
	want = nil
	for _, w := range m.pending {
		want = append(want, m.did(w))
	}
	slices.Sort(want)
	if !slices.Equal(pending, want) {
		r.Fatalf("pending removals are of %v, want %v", pending, want)
	}
}

// anyDevice draws a device of a member.
func (m *rosterModel) anyDevice(r *rapid.T, label string) *mlstest.Client {
	word := rapid.SampledFrom(m.accounts).Draw(r, label)
	return rapid.SampledFrom(m.devices[word]).Draw(r, label+"'s device")
}

// other draws a member that is not the creator. It skips the step if there is none.
func (m *rosterModel) other(r *rapid.T) string {
	if len(m.accounts) == 1 {
		r.Skip("alone")
	}
	return rapid.SampledFrom(m.accounts[1:]).Draw(r, "member")
}

func (m *rosterModel) creator(r *rapid.T) *mlstest.Client {
	return rapid.SampledFrom(m.devices["creator"]).Draw(r, "creator's device")
}

func (m *rosterModel) addAccounts(r *rapid.T) {
	c := m.anyDevice(r, "committer")
	in, plan := &gen.SendCommitInput{}, mlstest.Plan{}
	for range rapid.IntRange(1, 3).Draw(r, "accounts") {
		word := fmt.Sprintf("m%d", m.made)
		m.made++
		for range rapid.IntRange(1, 2).Draw(r, "devices") {
			d := m.device(word)
			m.devices[word] = append(m.devices[word], d)
			m.g = m.g.With(d)
			plan.Add = append(plan.Add, commitPackage(m.t, m.s, d))
		}
		in.AddedDIDs = append(in.AddedDIDs, m.did(word))
		m.accounts = append(m.accounts, word)
	}
	m.send(r, c, plan, in)
}

func (m *rosterModel) addDevice(r *rapid.T) {
	c, word := m.anyDevice(r, "committer"), rapid.SampledFrom(m.accounts).Draw(r, "member")
	if len(m.devices[word]) > 4 {
		r.Skip("enough devices")
	}
	d := m.device(word)
	m.g = m.g.With(d)
	m.send(r, c, mlstest.Plan{Add: commitPackages(m.t, m.s, d)}, &gen.SendCommitInput{})
	m.devices[word] = append(m.devices[word], d)
}

// addAgain replaces a device's leaf by a new leaf of the same device.
func (m *rosterModel) addAgain(r *rapid.T) {
	word := m.other(r)
	d := rapid.SampledFrom(m.devices[word]).Draw(r, "device")
	c := m.anyDevice(r, "committer")
	if c == d {
		r.Skip("nobody removes itself")
	}
	m.send(r, c, mlstest.Plan{Add: commitPackages(m.t, m.s, d), Remove: []uint32{m.g.Index(d)}}, &gen.SendCommitInput{AddedDIDs: []string{d.DID}})
}

func (m *rosterModel) removeAccount(r *rapid.T) {
	if len(m.pending) > 0 && rapid.Bool().Draw(r, "pending leaver") {
		word := rapid.SampledFrom(m.pending).Draw(r, "leaver")
		in := &gen.SendCommitInput{}
		if rapid.Bool().Draw(r, "said so") {
			in.RemovedDIDs = []string{m.did(word)}
		}
		m.send(r, m.anyDevice(r, "committer"), mlstest.Plan{RemoveDIDs: []string{m.did(word)}}, in)
		m.pending = without(m.pending, word)
		return
	}
	word := m.other(r)
	m.send(r, m.creator(r), mlstest.Plan{RemoveDIDs: []string{m.did(word)}}, &gen.SendCommitInput{RemovedDIDs: []string{m.did(word)}})
	m.accounts = without(m.accounts, word)
}

// removeDevice makes an account remove another device of its own.
func (m *rosterModel) removeDevice(r *rapid.T) {
	word := rapid.SampledFrom(m.accounts).Draw(r, "member")
	all := m.devices[word]
	if len(all) < 2 {
		r.Skip("one device")
	}
	i := rapid.IntRange(1, len(all)-1).Draw(r, "device")
	m.send(r, all[0], mlstest.Plan{Remove: []uint32{m.g.Index(all[i])}}, &gen.SendCommitInput{})
	m.devices[word] = slices.Delete(slices.Clone(all), i, i+1)
}

func (m *rosterModel) update(r *rapid.T) {
	m.send(r, m.anyDevice(r, "committer"), mlstest.Plan{}, &gen.SendCommitInput{})
}

func (m *rosterModel) updateProposed(r *rapid.T) {
	c, d := m.anyDevice(r, "committer"), m.anyDevice(r, "proposer")
	if c == d {
		r.Skip("a committer's update is its path")
	}
	p := m.g.ProposeUpdate(d, true)
	if _, err := m.s.SendProposal(context.Background(), by(d), &gen.SendProposalInput{ConvoID: servertest.IDOf(m.g), Proposal: p.Message}); err != nil {
		r.Fatal(err)
	}
	m.send(r, c, mlstest.Plan{Refs: []*mlstest.Proposal{p}}, &gen.SendCommitInput{})
}

func (m *rosterModel) rotate(r *rapid.T) {
	word := rapid.SampledFrom(m.accounts).Draw(r, "member")
	i := rapid.IntRange(0, len(m.devices[word])-1).Draw(r, "device")
	fresh := m.devices[word][i].Rotate()
	m.send(r, m.devices[word][i], mlstest.Plan{Rotate: fresh}, &gen.SendCommitInput{})
	m.devices[word] = slices.Clone(m.devices[word])
	m.devices[word][i] = fresh
}

func (m *rosterModel) leave(r *rapid.T) {
	word := m.other(r)
	if _, err := m.s.LeaveConvo(context.Background(), servertest.As(m.did(word)), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(m.g)}); err != nil {
		r.Fatal(err)
	}
	m.accounts, m.pending = without(m.accounts, word), append(m.pending, word)
}

// join makes a device join by an external commit: a new device, or one that replaces
// another of its account, which may be the same device.
func (m *rosterModel) join(r *rapid.T) {
	word := rapid.SampledFrom(m.accounts).Draw(r, "member")
	all := slices.Clone(m.devices[word])
	if len(all) > 4 {
		r.Skip("enough devices")
	}
	joiner, remove := m.device(word), []uint32{}
	if rapid.Bool().Draw(r, "replaces one") {
		i := rapid.IntRange(0, len(all)-1).Draw(r, "device")
		remove = append(remove, m.g.Index(all[i]))
		if rapid.Bool().Draw(r, "same device") {
			joiner = all[i]
		}
		all[i] = joiner
	} else {
		all = append(all, joiner)
	}
	commit := m.g.ExternalCommit(joiner, remove...)
	in := joinInput(m.g, commit)
	if rapid.Bool().Draw(r, "no tree") {
		in.GroupInfo = commit.GroupInfoNoTree
	}
	m.deliver(r, commit, in.GroupInfo, func() (*gen.SendCommitOutput, error) {
		out, err := m.s.JoinConvo(context.Background(), by(joiner), in)
		return (*gen.SendCommitOutput)(out), err
	})
	m.devices[word] = all
}

func (m *rosterModel) giveInfo(r *rapid.T) {
	c := m.anyDevice(r, "member")
	in := &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(m.g), GroupInfo: m.g.SignGroupInfo(c, rapid.Bool().Draw(r, "tree"))}
	if _, err := m.s.UpdateGroupInfo(context.Background(), by(c), in); err != nil {
		r.Fatal(err)
	}
	m.sent = in.GroupInfo
}
