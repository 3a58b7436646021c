package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// meter is what accounts have of the limits on what they store. No time passes.
type meter struct {
	limits *limit.Limits
	book   *storage.Book
	// free is how much of the storage is free, of 1000.
	free atomic.Int64
	// newcomers are new accounts.
	newcomers map[string]bool
}

func newMeter(t testing.TB) *meter {
	t.Helper()
	m := &meter{newcomers: map[string]bool{}}
	m.free.Store(1000)
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	m.limits = limits
	m.book = storage.New(storage.Config{
		Limits: limits, IsNew: func(_ context.Context, did string) bool { return m.newcomers[did] },
		Places: []storage.Place{{Name: "disk", Every: time.Nanosecond, Free: func(context.Context) (int64, int64, error) { return m.free.Load(), 1000, nil }}},
	})
	return m
}

func (m *meter) with(c *Config) { c.Storage = m.book }

// leaves has so much of the storage free.
func (m *meter) leaves(t testing.TB, free int64) {
	m.free.Store(free)
	m.book.Measure(t.Context())
}

// takes fails the test unless f takes so much of a row of an account.
func (m *meter) takes(t testing.TB, row *limit.Row, who string, want int64, f func()) {
	t.Helper()
	before := m.left(t, row, who)
	f()
	if got := before - m.left(t, row, who); got != want {
		t.Errorf("%s: %d are taken, want %d", row.Name, got, want)
	}
}

// left is how much an account has left of a row.
func (m *meter) left(t testing.TB, row *limit.Row, who string) int64 {
	t.Helper()
	low, high := int64(0), row.Amount
	for low < high {
		middle := (low + high + 1) / 2
		if m.limits.Check(t.Context(), row, who, middle) == nil {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// drain uses up a row of an account but for so much.
func (m *meter) drain(t testing.TB, row *limit.Row, who string, but int64) {
	t.Helper()
	m.limits.Spend(t.Context(), row, who, m.left(t, row, who)-but)
}

// A message counts by its bytes, by whatever way it is stored. A repetition and
// one that is refused cost nothing; where no bytes are left none is stored.
func TestMessagesCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob := did("alice"), did("bob")
	convo := addConvo(t, s, 1, alice, bob)
	in := withID(convo, 1, "one")
	size := int64(len(in.Ciphertext))
	send := func(who string, in *gen.SendMessageInput) error {
		_, err := s.SendMessage(t.Context(), as(who), in)
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	m.takes(t, limit.StoredBytes, alice, size, func() { must(send(alice, in)) })
	keyed := message(convo, 1)
	keyed.IdempotencyKey = new("k")
	m.takes(t, limit.StoredBytes, alice, int64(len(keyed.Ciphertext)), func() { must(send(alice, keyed)) })
	m.takes(t, limit.StoredBytes, alice, 0, func() {
		must(send(alice, in))
		must(send(alice, keyed))
		wantError(t, send(alice, message(convo, 7)), gen.ErrEpochMismatch)
		wantError(t, send(alice, message(newConvoID(), 1)), gen.ErrConvoNotFound)
	})
	m.drain(t, limit.StoredBytes, alice, size-1)
	unchanged(t, s, convo, func() {
		e := wantError(t, send(alice, withID(convo, 1, "more")), xrpc.RateLimitExceeded)
		if e.RetryAfter <= 0 {
			t.Errorf("no time to come back: %v", e)
		}
	})
	must(send(bob, withID(convo, 1, "bob's")))
}

// Messages that are stored together know which of them are repetitions.
func TestMessagesTogetherCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	convo := addConvo(t, s, 1, did("alice"))
	in := withID(convo, 1, "one")
	m.takes(t, limit.StoredBytes, did("alice"), int64(len(in.Ciphertext)), func() {
		done := make(chan error)
		for range 100 {
			go func() {
				_, err := s.SendMessage(t.Context(), as(did("alice")), in)
				done <- err
			}()
		}
		for range 100 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// A commit counts as what stays, and by how much larger the GroupInfo becomes. A
// repetition, a lost race and a refusal cost nothing.
func TestCommitsCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	stored := func() int64 {
		return query[int64](t, s.pool, `SELECT octet_length(group_info) + coalesce(octet_length(ratchet_tree), 0) FROM group_infos WHERE convo_id = $1`, g.ID())
	}
	was := stored()
	first := g.Commit(alice, mlstest.Plan{})
	var grown int64
	m.takes(t, limit.KeptBytes, alice.DID, int64(len(first.Message)), func() {
		before := m.left(t, limit.StoredBytes, alice.DID)
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, first))
		accepted(t, out, err)
		grown = before - m.left(t, limit.StoredBytes, alice.DID) - int64(len(first.Message))
	})
	if want := max(0, stored()-was); grown != want {
		t.Errorf("the GroupInfo counts as %d bytes, and grew by %d", grown, want)
	}
	m.takes(t, limit.StoredBytes, alice.DID, 0, func() {
		again, err := s.SendCommit(t.Context(), by(alice), commitInput(g, first)) // whose answer was lost
		accepted(t, again, err)
	})
	m.takes(t, limit.KeptBytes, bob.DID, 0, func() {
		lost, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
		lostIt(t, lost, err)
	})
	g = first.Next
	// With a Welcome.
	was = stored()
	c := g.With(carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, carol)}})
	before := m.left(t, limit.StoredBytes, alice.DID)
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = c.Next
	if got, want := before-m.left(t, limit.StoredBytes, alice.DID), int64(len(c.Message)+len(c.Welcome))+stored()-was; got != want {
		t.Errorf("an addition counts as %d bytes, want %d", got, want)
	}
	m.drain(t, limit.KeptBytes, alice.DID, int64(len(c.Message)/4))
	unchanged(t, s, g.ID(), func() {
		_, err := s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
		wantError(t, err, xrpc.RateLimitExceeded)
	})
	g = advance(t, s, g, bob, 1) // who has as much as before
	// Suspending needs no bytes.
	if out, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, carol.DID)); err != nil || !out.Success {
		t.Errorf("a suspension: %+v, %v", out, err)
	}
}

// Another GroupInfo of the epoch counts by what it grows, and giving room back
// costs nothing.
func TestGroupInfoCountsGrowth(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	sized := func(n int) []byte {
		return g.SignGroupInfo(alice, true, func(i *mls.GroupInfo) {
			i.Extensions = append(i.Extensions, mls.Extension{Type: 0xF0F0, Data: make([]byte, n)})
		})
	}
	small, large := sized(1000), sized(100_000)
	update := func(b []byte) error {
		_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: b})
		return err
	}
	if err := update(small); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		info []byte
		want int64
	}{{small, 0}, {large, int64(len(large) - len(small))}, {large, 0}, {small, 0}} {
		m.takes(t, limit.StoredBytes, alice.DID, c.want, func() {
			if err := update(c.info); err != nil {
				t.Fatal(err)
			}
		})
	}
	m.drain(t, limit.StoredBytes, alice.DID, 1000)
	unchanged(t, s, g.ID(), func() { wantError(t, update(large), xrpc.RateLimitExceeded) })
	if err := update(small); err != nil {
		t.Errorf("one that does not grow: %v", err)
	}
}

// An account sends so many proposals in an epoch, and so many bytes of them.
// Others have their own, and the next epoch has room again.
func TestProposalsOfAnEpoch(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	propose := func(c *mlstest.Client, p []byte) error {
		_, err := s.SendProposal(t.Context(), by(c), &gen.SendProposalInput{ConvoID: g.ID(), Proposal: p})
		return err
	}
	for n := range limit.EpochProposals.Amount {
		if err := propose(bob, g.ProposeUpdate(bob, n%2 == 0).Message); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	unchanged(t, s, g.ID(), func() {
		wantError(t, propose(bob, g.ProposeUpdate(bob, true).Message), gen.ErrTooManyProposals)
		wantError(t, propose(bob, g.ProposeUpdate(bob, false).Message), gen.ErrTooManyProposals)
		_, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: g.ID(), Proposal: g.Propose(bob, &mls.Remove{Removed: g.Index(bob)}, true).Message})
		wantError(t, err, gen.ErrTooManyProposals)
	})
	if err := propose(carol, g.ProposeUpdate(carol, true).Message); err != nil {
		t.Errorf("another member: %v", err)
	}
	g = advance(t, s, g, alice, 1)
	half := privateMessage(g.ID(), 2, mls.ContentTypeProposal, 1<<19-200)
	for range 2 {
		if err := propose(bob, half); err != nil {
			t.Fatalf("in the next epoch: %v", err)
		}
	}
	wantError(t, propose(bob, half), gen.ErrTooManyProposals)
	m.takes(t, limit.KeptBytes, carol.DID, int64(len(half)), func() {
		if err := propose(carol, half); err != nil {
			t.Errorf("another member: %v", err)
		}
	})
	// Leaving needs no proposal.
	if out, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: g.ID()}); err != nil || !out.Success {
		t.Errorf("%+v, %v", out, err)
	}
}

// New accounts create fewer conversations than others. What is refused, and what
// is repeated, does not count.
func TestConversationsCreatedInADay(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	known, fresh := commitClient("known"), commitClient("fresh")
	m.newcomers[fresh.DID] = true
	create := func(c *mlstest.Client) (*gen.CreateConvoInput, error) {
		g := mlstest.NewGroup(c, mlstest.Random(16))
		in := &gen.CreateConvoInput{GroupID: g.ID(), CipherSuite: c.Suite.String(), GroupInfo: g.SignGroupInfo(c, true)}
		_, err := s.CreateConvo(t.Context(), by(c), in)
		return in, err
	}
	in, err := create(fresh)
	if err != nil {
		t.Fatal(err)
	}
	m.takes(t, limit.ConvosCreatedByNew, fresh.DID, 0, func() {
		if _, err := s.CreateConvo(t.Context(), by(fresh), in); err != nil {
			t.Errorf("a repetition: %v", err)
		}
		taken := *in
		taken.IdempotencyKey = new("another")
		_, err := s.CreateConvo(t.Context(), by(known), &taken)
		wantError(t, err, gen.ErrConvoExists)
	})
	for range 19 {
		if _, err := create(fresh); err != nil {
			t.Fatal(err)
		}
	}
	in, err = create(fresh)
	if e := wantError(t, err, xrpc.RateLimitExceeded); e.RetryAfter < time.Hour {
		t.Errorf("come back in %v", e.RetryAfter)
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM conversations WHERE convo_id = $1`, in.GroupID); n != 0 {
		t.Error("it was created")
	}
	m.takes(t, limit.ConvosCreated, known.DID, 30, func() {
		for range 30 {
			if _, err := create(known); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Key packages count once.
func TestKeyPackagesCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	one, two := alice.KeyPackage(), alice.KeyPackage()
	batch := &gen.PublishKeyPackagesInput{KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{
		{KeyPackage: one.Raw, CipherSuite: alice.Suite.String()}, {KeyPackage: two.Raw, CipherSuite: alice.Suite.String()},
	}}
	m.takes(t, limit.StoredBytes, alice.DID, int64(len(one.Raw)), func() {
		if _, err := s.PublishKeyPackage(t.Context(), by(alice), &gen.PublishKeyPackageInput{KeyPackage: one.Raw, CipherSuite: alice.Suite.String()}); err != nil {
			t.Fatal(err)
		}
	})
	m.takes(t, limit.StoredBytes, alice.DID, int64(len(two.Raw)), func() {
		for range 2 {
			if out, err := s.PublishKeyPackages(t.Context(), by(alice), batch); err != nil || out.Succeeded != 2 {
				t.Fatalf("%+v, %v", out, err)
			}
		}
	})
	m.drain(t, limit.StoredBytes, alice.DID, 10)
	for _, p := range []*mls.KeyPackage{alice.KeyPackage()} {
		_, err := s.PublishKeyPackages(t.Context(), by(alice), &gen.PublishKeyPackagesInput{
			KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{{KeyPackage: p.Raw, CipherSuite: alice.Suite.String()}}})
		wantError(t, err, xrpc.RateLimitExceeded)
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM key_packages`); n != 2 {
		t.Errorf("%d packages are stored", n)
	}
}

// heldBody is a body of which nothing comes until it is let go.
type heldBody struct {
	read, let chan struct{}
	r         io.Reader
}

func newHeldBody(r io.Reader) *heldBody {
	return &heldBody{make(chan struct{}, 1), make(chan struct{}), r}
}

func (b *heldBody) Read(p []byte) (int, error) {
	select {
	case b.read <- struct{}{}:
	default:
	}
	<-b.let
	return b.r.Read(p)
}

// Uploads under way have their room in the quota from the start, at whatever
// instance; an account has four of them at one instance.
func TestUploadsReserve(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	other := secondInstance(t, s)
	other.storage = newMeter(t).book
	alice := did("alice")
	upload(t, s, alice, randomBytes(100))
	exec(t, s.pool, `UPDATE accounts SET blob_bytes = $1`, int64(MaxBlobBytes-4000))
	done := make(chan error)
	begin := func(at *Server, size int, length int64) *heldBody {
		b := newHeldBody(bytes.NewReader(randomBytes(size)))
		go func() {
			_, err := at.UploadBlob(context.Background(), as(alice), &xrpc.Upload{Body: b, ContentType: anyBytes, ContentLength: length})
			done <- err
		}()
		<-b.read
		return b
	}
	try := func(at *Server, size int) error {
		_, err := at.UploadBlob(t.Context(), as(alice), &xrpc.Upload{Body: bytes.NewReader(randomBytes(size)), ContentType: anyBytes, ContentLength: int64(size)})
		return err
	}
	held := []*heldBody{begin(s, 1000, 1000), begin(s, 1000, 1000), begin(other, 1000, 1000)}
	for _, at := range []*Server{s, other} {
		wantError(t, try(at, 1001), gen.ErrQuotaExceeded)
		if err := try(at, 300); err != nil {
			t.Errorf("what fits beside those under way: %v", err)
		}
	}
	held = append(held, begin(s, 0, -1), begin(s, 0, -1))
	wantError(t, try(s, 0), xrpc.RateLimitExceeded)
	if err := try(other, 0); err != nil {
		t.Errorf("at another instance: %v", err)
	}
	upload(t, s, did("bob"), randomBytes(1000))
	// One that fails gives its room back.
	held[0].r = io.MultiReader(bytes.NewReader(randomBytes(10)), errReader{})
	close(held[0].let)
	if err := <-done; err == nil {
		t.Error("an upload that broke off succeeded")
	}
	if err := try(s, 1000); err != nil {
		t.Errorf("after one has failed: %v", err)
	}
	for _, b := range held[1:] {
		close(b.let)
		if err := <-done; err != nil {
			t.Errorf("an upload under way: %v", err)
		}
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM loose_objects`); n != 0 {
		t.Errorf("%d loose objects", n)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the client is gone") }

// Room of uploads that never end, since an instance crashed, comes back.
func TestReservationsEnd(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	now := time.Now()
	s.now = func() time.Time { return now }
	upload(t, s, did("alice"), randomBytes(100))
	exec(t, s.pool, `INSERT INTO loose_objects (object_key, since, doomed, did, reserved) VALUES ('aa/bb', $1, FALSE, $2, $3)`, now, did("alice"), int64(MaxBlobBytes))
	try := func() error {
		_, err := s.UploadBlob(t.Context(), as(did("alice")), &xrpc.Upload{Body: bytes.NewReader(randomBytes(10)), ContentType: anyBytes, ContentLength: 10})
		return err
	}
	wantError(t, try(), gen.ErrQuotaExceeded)
	now = now.Add(reservedTime)
	if err := try(); err != nil {
		t.Error(err)
	}
}

// Uploads count by their bytes, with a length or without; what is stored already
// and what fails costs nothing.
func TestUploadsCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := did("alice")
	try := func(b []byte, length int64) error {
		_, err := s.UploadBlob(t.Context(), as(alice), &xrpc.Upload{Body: bytes.NewReader(b), ContentType: anyBytes, ContentLength: length})
		return err
	}
	for name, length := range map[string]int64{"with a length": 200_000, "without": -1} {
		b := randomBytes(200_000)
		m.takes(t, limit.StoredBytes, alice, 200_000, func() {
			for range 3 {
				if err := try(b, length); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		})
	}
	m.takes(t, limit.StoredBytes, alice, 0, func() { wantError(t, try(randomBytes(1000), 2000), xrpc.InvalidRequest) })
	m.drain(t, limit.StoredBytes, alice, 150_000)
	before := tally(t, s, alice)
	for name, length := range map[string]int64{"with a length": 200_000, "without": -1} {
		if e := wantError(t, try(randomBytes(200_000), length), xrpc.RateLimitExceeded); e.RetryAfter <= 0 {
			t.Errorf("%s: no time to come back", name)
		}
	}
	if after := tally(t, s, alice); after != before {
		t.Errorf("%s, and before %s", after, before)
	}
	m.takes(t, limit.StoredBytes, alice, 150_000, func() {
		if err := try(randomBytes(150_000), -1); err != nil {
			t.Errorf("what just fits: %v", err)
		}
	})
}

// On a full disk a commit that only removes is stored; others, among them one
// that removes and adds, are not.
func TestOnlyRemovalsOnAFullDisk(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	var others []*mlstest.Client
	for i := range 7 {
		others = append(others, commitClient(fmt.Sprint("m", i)))
	}
	g := commitGroup(t, s, alice, others...)
	carol := commitClient("carol")
	packages := commitPackages(t, s, carol)
	m.leaves(t, 29)
	refusedCommit := func(p mlstest.Plan, added, removed []string) {
		t.Helper()
		unchanged(t, s, g.ID(), func() {
			in := commitInput(g, g.With(carol).Commit(alice, p))
			in.AddedDIDs, in.RemovedDIDs = added, removed
			_, err := s.SendCommit(t.Context(), by(alice), in)
			wantError(t, err, gen.ErrStorageFull)
		})
	}
	gone := others[0].DID
	refusedCommit(mlstest.Plan{}, nil, nil)
	refusedCommit(mlstest.Plan{Add: packages}, []string{carol.DID}, nil)
	refusedCommit(mlstest.Plan{Add: packages, RemoveDIDs: []string{gone}}, []string{carol.DID}, []string{gone})
	for i, public := range []bool{false, true} {
		gone := others[i].DID
		c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{gone}, Public: public})
		in := commitInput(g, c)
		in.RemovedDIDs = []string{gone}
		out, err := s.SendCommit(t.Context(), by(alice), in)
		accepted(t, out, err)
		g = c.Next
	}
	// leaveConvo: of another by a commit and without one, and of oneself with a
	// proposal and without. Then the leaves of who left.
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{others[2].DID}})
	out, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: g.ID(), TargetDID: &others[2].DID, Commit: c.Message, GroupInfo: c.GroupInfo})
	accepted(t, (*gen.SendCommitOutput)(out), err)
	g = c.Next
	p := g.Propose(others[4], &mls.Remove{Removed: g.Index(others[4])}, true)
	for who, in := range map[*mlstest.Client]*gen.LeaveConvoInput{
		alice: suspension(g, others[3].DID), others[4]: {ConvoID: g.ID(), Proposal: p.Message}, others[5]: {ConvoID: g.ID()},
	} {
		if out, err := s.LeaveConvo(t.Context(), by(who), in); err != nil || !out.Success {
			t.Errorf("%+v, %v", out, err)
		}
	}
	c = g.Commit(others[6], mlstest.Plan{RemoveDIDs: []string{others[3].DID, others[5].DID}, Refs: []*mlstest.Proposal{p}})
	sent, err := s.SendCommit(t.Context(), by(others[6]), commitInput(g, c))
	accepted(t, sent, err)
	g = c.Next
	if _, err := s.DeleteDevice(t.Context(), by(others[6]), &gen.DeleteDeviceInput{DeviceID: others[6].DeviceID()}); err != nil {
		t.Errorf("deleting a device: %v", err)
	}
	c = g.Commit(alice, mlstest.Plan{Remove: []uint32{g.Index(others[6])}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{others[6].DID}
	sent, err = s.SendCommit(t.Context(), by(alice), in)
	accepted(t, sent, err)
	sameRoster(t, s, c.Next)
}
