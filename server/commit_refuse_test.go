package server

import (
	"bytes"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

// reframe changes a PublicMessage and writes it again, with the signature it had.
func reframe(t testing.TB, b []byte, edit func(*mls.PublicMessage)) []byte {
	t.Helper()
	m, err := mls.ParseMessage(bytes.Clone(b))
	if err != nil {
		t.Fatal(err)
	}
	edit(m.Public)
	return (&mls.Message{WireFormat: mls.WireFormatPublicMessage, Public: m.Public}).Append(nil)
}

// What is refused of a commit and of what comes with it.
func TestCommitRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	other := commitGroup(t, s, alice, bob)
	p256 := mlstest.NewClient(alice.DID, mlstest.Suite(mls.SuiteP256))
	foreign := mlstest.NewGroup(p256, g.Context.GroupID).Commit(p256, mlstest.Plan{}).Next
	private, public := g.Commit(alice, mlstest.Plan{}), g.Commit(alice, mlstest.Plan{Public: true})
	good := public.Message
	for name, c := range map[string]struct {
		change func(t *testing.T, in *gen.SendCommitInput)
		err    string
	}{
		"missing":            {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = nil }, gen.ErrInvalidCommit},
		"empty":              {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = []byte{} }, gen.ErrInvalidCommit},
		"cut off":            {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = good[:len(good)-1] }, gen.ErrInvalidCommit},
		"trailing byte":      {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = append(good[:len(good):len(good)], 0) }, gen.ErrInvalidCommit},
		"too large":          {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = make([]byte, limit.MaxCommit+1) }, gen.ErrInvalidCommit},
		"a Welcome":          {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = mlstest.RandomWelcome(1, mlstest.Random(32)) }, gen.ErrInvalidCommit},
		"a GroupInfo":        {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = in.GroupInfo }, gen.ErrInvalidCommit},
		"an application":     {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = g.Application(40) }, gen.ErrInvalidCommit},
		"a proposal":         {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = g.ProposeUpdate(alice, true).Message }, gen.ErrInvalidCommit},
		"another group's":    {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = other.Commit(alice, mlstest.Plan{}).Message }, gen.ErrInvalidCommit},
		"an external commit": {func(_ *testing.T, in *gen.SendCommitInput) { in.Commit = g.ExternalCommit(alice.Rotate()).Message }, gen.ErrInvalidCommit},
		"an external sender": {func(t *testing.T, in *gen.SendCommitInput) {
			in.Commit = reframe(t, good, func(m *mls.PublicMessage) { m.Sender = mls.Sender{Type: mls.SenderExternal}; m.MembershipTag = nil })
		}, gen.ErrInvalidCommit},
		"epoch beyond count": {func(t *testing.T, in *gen.SendCommitInput) {
			in.Commit = reframe(t, good, func(m *mls.PublicMessage) { m.Epoch = 1 << 63 })
		}, gen.ErrInvalidCommit},
		"reinit": {func(t *testing.T, in *gen.SendCommitInput) {
			in.Commit = g.Commit(alice, mlstest.Plan{Public: true, Extra: []mls.Proposal{&mls.ReInit{GroupID: mlstest.Random(16), Version: 1, CipherSuite: 1}}}).Message
		}, gen.ErrInvalidCommit},
		"external init by a member": {func(t *testing.T, in *gen.SendCommitInput) {
			in.Commit = g.Commit(alice, mlstest.Plan{Public: true, Extra: []mls.Proposal{&mls.ExternalInit{KEMOutput: mlstest.Random(32)}}}).Message
		}, gen.ErrInvalidCommit},
		"unknown reference": {func(t *testing.T, in *gen.SendCommitInput) {
			in.Commit = g.Commit(alice, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{g.ProposeUpdate(bob, true)}}).Message
		}, gen.ErrInvalidCommit},
		"removal that removes nothing": {func(t *testing.T, in *gen.SendCommitInput) {
			in.RemovedDIDs = []string{bob.DID}
		}, gen.ErrInvalidCommit},
		"opaque without GroupInfo": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.Commit, in.GroupInfo = private.Message, nil
		}, gen.ErrInvalidGroupInfo},
		"GroupInfo of this epoch": {func(_ *testing.T, in *gen.SendCommitInput) { in.GroupInfo = g.SignGroupInfo(alice, true) }, gen.ErrInvalidGroupInfo},
		"GroupInfo of another group": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.GroupInfo = other.Commit(alice, mlstest.Plan{}).GroupInfo
		}, gen.ErrInvalidGroupInfo},
		"GroupInfo of another suite": {func(t *testing.T, in *gen.SendCommitInput) {
			in.GroupInfo = foreign.Commit(p256, mlstest.Plan{}).GroupInfo
		}, gen.ErrInvalidGroupInfo},
		"another member's commit": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.Commit = g.Commit(bob, mlstest.Plan{Public: true}).Message
		}, gen.ErrInvalidCommit},
		"GroupInfo by another member": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.GroupInfo = g.Commit(bob, mlstest.Plan{}).GroupInfo
		}, gen.ErrInvalidGroupInfo},
		"GroupInfo by nobody": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.GroupInfo = public.Next.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Signer = 7 })
		}, gen.ErrInvalidGroupInfo},
		"GroupInfo cut off":     {func(_ *testing.T, in *gen.SendCommitInput) { in.GroupInfo = in.GroupInfo[:40] }, gen.ErrInvalidGroupInfo},
		"GroupInfo too large":   {func(_ *testing.T, in *gen.SendCommitInput) { in.GroupInfo = make([]byte, limit.MaxGroupInfo+1) }, gen.ErrInvalidGroupInfo},
		"tree cut off":          {func(_ *testing.T, in *gen.SendCommitInput) { in.RatchetTree = public.RatchetTree[:40] }, gen.ErrInvalidGroupInfo},
		"tree too large":        {func(_ *testing.T, in *gen.SendCommitInput) { in.RatchetTree = make([]byte, limit.MaxRatchetTree+1) }, gen.ErrInvalidGroupInfo},
		"added without Welcome": {func(_ *testing.T, in *gen.SendCommitInput) { in.AddedDIDs = []string{servertest.DID("carol")} }, gen.ErrInvalidWelcome},
		"Welcome cut off": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.Welcome = mlstest.RandomWelcome(1, mlstest.Random(32))[:60]
		}, gen.ErrInvalidWelcome},
		"Welcome for nobody": {func(_ *testing.T, in *gen.SendCommitInput) { in.Welcome = mlstest.RandomWelcome(1) }, gen.ErrInvalidWelcome},
		"Welcome too large":  {func(_ *testing.T, in *gen.SendCommitInput) { in.Welcome = make([]byte, limit.MaxWelcome+1) }, gen.ErrInvalidWelcome},
		"Welcome of another suite": {func(_ *testing.T, in *gen.SendCommitInput) {
			in.Welcome = mlstest.RandomWelcome(mls.SuiteP256, mlstest.Random(32))
		}, gen.ErrInvalidWelcome},
	} {
		t.Run(name, func(t *testing.T) {
			in := commitInput(g, public)
			c.change(t, in)
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.SendCommit(t.Context(), by(alice), in)
				servertest.WantError(t, err, c.err)
			})
		})
	}
	// The same objects, unharmed, are fine; bare GroupInfo too.
	in := commitInput(g, public)
	in.GroupInfo, in.RatchetTree = mlstest.Bare(public.GroupInfoNoTree), public.RatchetTree
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	got, err := s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})
	if err != nil || string(got.GroupInfo) != string(in.GroupInfo) || string(got.RatchetTree) != string(in.RatchetTree) || got.Epoch != 2 {
		t.Errorf("GroupInfo came back as %s, %v", asJSON(t, got), err)
	}
}

// A commit shows the committer's device, readable or not; a deleted device
// commits no more.
func TestCommitShowsDevice(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for _, public := range []bool{true, false} {
		alice := commitClient("alice")
		g := commitGroup(t, s, alice)
		if v := viewOf(t, s, alice, servertest.IDOf(g)); len(v.Members[0].Devices) != 1 {
			t.Errorf("devices are %v, want that which the conversation began with", v.Members[0].Devices)
		}
		dbtest.Exec(t, s.Pool, `DELETE FROM devices WHERE device_id = $1`, alice.DeviceID())
		c := g.Commit(alice, mlstest.Plan{Public: public})
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
		accepted(t, out, err)
		if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM devices WHERE did = $1 AND device_id = $2`, alice.DID, alice.DeviceID()); n != 1 {
			t.Error("the device that committed is not known")
		}
		dbtest.Exec(t, s.Pool, `UPDATE devices SET deleted_at = now() WHERE device_id = $1`, alice.DeviceID())
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.SendCommit(t.Context(), by(alice), commitInput(c.Next, c.Next.Commit(alice, mlstest.Plan{Public: public})))
			servertest.WantError(t, err, gen.ErrInvalidCommit)
		})
		again := mlstest.NewGroup(alice, mlstest.Random(16))
		_, err = s.CreateConvo(t.Context(), by(alice), &gen.CreateConvoInput{GroupID: servertest.IDOf(again), CipherSuite: alice.Suite.String(), GroupInfo: again.SignGroupInfo(alice, true)})
		servertest.WantError(t, err, gen.ErrInvalidGroupInfo)
	}
}

// PSK and GroupContextExtensions are accepted.
func TestCommitOtherProposals(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	for _, p := range []mls.Proposal{
		&mls.PreSharedKey{PSKType: mls.PSKExternal, ID: []byte("psk"), Nonce: mlstest.Random(32)},
		&mls.GroupContextExtensions{},
	} {
		c := g.Commit(alice, mlstest.Plan{Public: true, Extra: []mls.Proposal{p}})
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
		accepted(t, out, err)
		g = c.Next
	}
}
