package faults

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// The epoch of a conversation is modelled as a register. A commit with framing
// epoch n changes it from n to n+1, or fails and returns the current value. A
// read returns the current value.

type epochInput struct {
	commit  bool
	framing int64
}

type epochOutput struct {
	// unknown is set if there was no answer. The commit may have taken effect,
	// or may still do so.
	unknown bool
	success bool
	// reserved is set if the epoch was reserved for another member. epoch is
	// then the current epoch.
	reserved bool
	epoch    int64
}

var epochRegister = porcupine.Model{
	Init: func() any { return int64(1) },
	Step: func(state, input, output any) (bool, any) {
		at, in, out := state.(int64), input.(epochInput), output.(epochOutput)
		switch {
		case !in.commit:
			return out.epoch == at, at
		case out.unknown && at == in.framing:
			return true, at + 1
		case out.unknown: // a commit without effect is equivalent to one that came too late
			return at > in.framing, at
		case out.success:
			return at == in.framing && out.epoch == at+1, at + 1
		}
		return (at == in.framing) == out.reserved && out.epoch == at, at
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
}

// checkEpoch checks whether the history of a register is linearizable.
func checkEpoch(history []porcupine.Operation) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(epochRegister, reduced(history), 30*time.Second)
}

// reduced removes commits without an answer that cannot change the result,
// because each of them doubles the search.
//
// If another commit of the same epoch was answered with success, those without
// an answer had no effect. Otherwise at most one of them had an effect. Only
// the one that began first is reserved: it can have taken effect at any time at
// which another one can.
func reduced(history []porcupine.Operation) []porcupine.Operation {
	won, first := map[int64]bool{}, map[int64]int64{}
	for _, op := range history {
		in, out := op.Input.(epochInput), op.Output.(epochOutput)
		if out.success {
			won[in.framing] = true
		}
		if begun, there := first[in.framing]; out.unknown && (!there || op.Call < begun) {
			first[in.framing] = op.Call
		}
	}
	var rest []porcupine.Operation
	for _, op := range history {
		in := op.Input.(epochInput)
		if op.Output.(epochOutput).unknown && (won[in.framing] || op.Call != first[in.framing]) {
			continue
		}
		rest = append(rest, op)
	}
	return rest
}

// race is a conversation in which several members commit at the same time.
type race struct {
	*crowd
	id      xrpc.ConvoID
	members []*person
	began   time.Time

	mu      sync.Mutex
	history []porcupine.Operation
	// next maps each commit that was sent to the group that it creates. groups
	// holds the groups of the commits that the service reports as accepted, by
	// epoch.
	next      map[string]*mlstest.Group
	groups    map[int64]*mlstest.Group
	newcomers []*person
}

const racers = 5

func newRace(c *crowd) *race {
	r := &race{crowd: c, members: c.people[:racers], newcomers: c.people[racers:], began: time.Now(),
		next: map[string]*mlstest.Group{}, groups: map[int64]*mlstest.Group{}}
	creator := r.members[0]
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	r.id = xrpc.ConvoID(hex.EncodeToString(g.Context.GroupID))
	in := &gen.CreateConvoInput{GroupID: r.id, CipherSuite: mls.SuiteX25519AES128.String()}
	var packages []*mls.KeyPackage
	for _, p := range r.members[1:] {
		g = g.With(p.device)
		packages = append(packages, p.pkg)
		in.InitialMembers = append(in.InitialMembers, p.DID)
	}
	first := g.Commit(creator.device, mlstest.Plan{Add: packages})
	in.WelcomeMessage, in.GroupInfo = first.Welcome, first.GroupInfo
	r.groups[1] = first.Next
	if err := r.untilKnown(func(i *instance) error {
		_, err := creator.client(i).CreateConvo(r.ctx, in)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return r
}

func (r *race) now() int64 { return int64(time.Since(r.began)) }

func (r *race) record(client int, in epochInput, call int64, out epochOutput) {
	back := r.now()
	if out.unknown {
		back = math.MaxInt64
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: back})
}

// read reads the epoch and records the result.
func (r *race) read(n int) (int64, bool) {
	call := r.now()
	out, err := r.members[n].client(r.deployment.instances[rand.IntN(2)]).GetEpoch(r.ctx, &gen.GetEpochParams{ConvoID: r.id})
	if err != nil {
		return 0, false
	}
	r.record(n, epochInput{}, call, epochOutput{epoch: out.CurrentEpoch})
	return out.CurrentEpoch, true
}

// group returns the group in an epoch, computed from the commits that the
// service accepted.
func (r *race) group(n int, epoch int64) (*mlstest.Group, error) {
	r.mu.Lock()
	g, newest := r.groups[epoch], int64(1)
	for e := range r.groups {
		newest = max(newest, e)
	}
	r.mu.Unlock()
	if g != nil {
		return g, nil
	}
	to := epoch - 1
	out, err := r.members[n].client(r.deployment.instances[rand.IntN(2)]).GetCommits(r.ctx, &gen.GetCommitsParams{ConvoID: r.id, FromEpoch: newest, ToEpoch: &to})
	if err != nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range out.Commits {
		if r.groups[c.Epoch+1] = r.next[string(c.CommitData)]; r.groups[c.Epoch+1] == nil {
			return nil, fmt.Errorf("the commit of epoch %d is nobody's", c.Epoch)
		}
	}
	return r.groups[epoch], nil
}

// commit sends a commit for an epoch. Sometimes it adds a new member, if any is
// left.
func (r *race) commit(n int, epoch int64, g *mlstest.Group) error {
	who, plan := r.members[n], mlstest.Plan{}
	var added *person
	r.mu.Lock()
	if len(r.newcomers) > 0 && rand.IntN(3) == 0 {
		added, r.newcomers = r.newcomers[0], r.newcomers[1:]
		g = g.With(added.device)
		plan.Add = []*mls.KeyPackage{added.pkg}
	}
	c := g.Commit(who.device, plan)
	r.next[string(c.Message)] = c.Next
	r.mu.Unlock()

	var success, reserved bool
	var newEpoch int64
	call, in := r.now(), epochInput{commit: true, framing: epoch}
	cl := who.client(r.deployment.instances[rand.IntN(2)])
	var err error
	if added != nil {
		var out *gen.AddMembersOutput
		if out, err = cl.AddMembers(r.ctx, &gen.AddMembersInput{ConvoID: r.id, DIDList: []string{added.DID}, Commit: c.Message,
			WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo}); err == nil {
			success, reserved, newEpoch = out.Success, out.RetryAfterMs != nil, out.NewEpoch
		}
	} else {
		var out *gen.SendCommitOutput
		if out, err = cl.SendCommit(r.ctx, &gen.SendCommitInput{ConvoID: r.id, Commit: c.Message, GroupInfo: c.GroupInfo}); err == nil {
			success, reserved, newEpoch = out.Success, out.RetryAfterMs != nil, out.NewEpoch
		}
	}
	switch {
	case err == nil:
		r.record(n, in, call, epochOutput{success: success, reserved: reserved, epoch: newEpoch})
	case isAnswer(err):
		return fmt.Errorf("commit of epoch %d: %w", epoch, err)
	case !isRefusal(err):
		r.unknown.Add(1)
		r.record(n, in, call, epochOutput{unknown: true})
		return nil
	}
	if added != nil && !success { // the service answered, so nobody was added
		r.mu.Lock()
		r.newcomers = append(r.newcomers, added)
		r.mu.Unlock()
	}
	return nil
}

// run makes one member read and commit until over is closed.
func (r *race) run(n int, over <-chan struct{}) error {
	for {
		select {
		case <-over:
			return nil
		default:
		}
		epoch, ok := r.read(n)
		if !ok {
			r.pause(10, nil)
			continue
		}
		g, err := r.group(n, epoch)
		if err != nil {
			return err
		}
		if g == nil {
			continue
		}
		// Wait until other members have read the same epoch, so that their
		// commits race.
		time.Sleep(time.Duration(rand.IntN(5)) * time.Millisecond)
		if err := r.commit(n, epoch, g); err != nil {
			return err
		}
	}
}

// TestEpochIsARegister sends racing commits to two instances, one of which is
// killed, over connections that are reset.
func TestEpochIsARegister(t *testing.T) {
	c := newCrowd(t, size{people: racers + 12, stay: 3 * time.Second})
	for _, f := range []fault{instanceKilled, clientsReset, postgresKilled} {
		t.Run(f.name, func(t *testing.T) { raceUnder(t, c, f) })
	}
}

func raceUnder(t *testing.T, c *crowd, f fault) {
	before := c.unknown.Load()
	r := newRace(c)
	var wg sync.WaitGroup
	errs, over := make(chan error, racers), make(chan struct{})
	for n := range racers {
		wg.Go(func() { errs <- r.run(n, over) })
	}
	// The fault may have hit when no commit was in flight, so it is repeated.
	for range 5 {
		time.Sleep(200 * time.Millisecond)
		if err := f.do(c.deployment); err != nil {
			t.Error(err)
		}
		if c.unknown.Load() > before {
			break
		}
	}
	time.Sleep(200 * time.Millisecond)
	close(over)
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	c.await("the last word", func() bool {
		_, ok := r.read(0)
		return ok
	})
	last := r.history[len(r.history)-1].Output.(epochOutput).epoch
	t.Logf("%d operations, %d without an answer, %d epochs", len(r.history), c.unknown.Load()-before, last)
	if got := checkEpoch(r.history); got != porcupine.Ok {
		t.Errorf("%s: %v", got, r.history)
	}
	if c.unknown.Load() == before {
		t.Error("every commit was answered")
	}
	doctored(t, r.history)
}

// doctored changes a valid history in ways that no register can explain.
func doctored(t *testing.T, good []porcupine.Operation) {
	t.Helper()
	end := int64(0)
	for _, op := range good {
		if op.Return != math.MaxInt64 {
			end = max(end, op.Return)
		}
	}
	add := func(in epochInput, out epochOutput) []porcupine.Operation {
		return append(append([]porcupine.Operation(nil), good...), porcupine.Operation{Input: in, Call: end + 1, Output: out, Return: end + 2})
	}
	won, err := firstWon(good)
	if err != nil {
		t.Error(err)
		return
	}
	for name, history := range map[string][]porcupine.Operation{
		"an epoch won twice":  add(epochInput{commit: true, framing: won}, epochOutput{success: true, epoch: won + 1}),
		"an epoch come back":  add(epochInput{}, epochOutput{epoch: won}),
		"a loser told wrong":  add(epochInput{commit: true, framing: won}, epochOutput{epoch: won}),
		"an epoch passed by":  add(epochInput{}, epochOutput{epoch: math.MaxInt32}),
		"a victory forgotten": without(good, won),
	} {
		if got := checkEpoch(history); got != porcupine.Illegal {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// firstWon returns the framing epoch of a commit that was answered with
// success.
func firstWon(history []porcupine.Operation) (int64, error) {
	for _, op := range history {
		if in := op.Input.(epochInput); in.commit && op.Output.(epochOutput).success {
			return in.framing, nil
		}
	}
	return 0, errors.New("no commit succeeded")
}

// without turns the accepted commit of an epoch into a refused one.
func without(good []porcupine.Operation, framing int64) []porcupine.Operation {
	out := append([]porcupine.Operation(nil), good...)
	for i, op := range out {
		if op.Input == (epochInput{commit: true, framing: framing}) && op.Output.(epochOutput).success {
			out[i].Output = epochOutput{epoch: framing}
		}
	}
	return out
}

// TestEpochModel checks hand-made histories, in particular those with unknown
// outcomes.
func TestEpochModel(t *testing.T) {
	op := func(call, back int64, in epochInput, out epochOutput) porcupine.Operation {
		return porcupine.Operation{Call: call, Return: back, Input: in, Output: out}
	}
	commit := epochInput{commit: true, framing: 1}
	cut := op(1, math.MaxInt64, commit, epochOutput{unknown: true})
	for name, c := range map[string]struct {
		history []porcupine.Operation
		want    porcupine.CheckResult
	}{
		"it happened":       {[]porcupine.Operation{cut, op(2, 3, epochInput{}, epochOutput{epoch: 2})}, porcupine.Ok},
		"it did not happen": {[]porcupine.Operation{cut, op(2, 3, commit, epochOutput{success: true, epoch: 2})}, porcupine.Ok},
		"it happened late": {[]porcupine.Operation{cut, op(2, 3, epochInput{}, epochOutput{epoch: 1}),
			op(4, 5, commit, epochOutput{epoch: 2})}, porcupine.Ok},
		"it happened twice": {[]porcupine.Operation{cut, op(2, 3, epochInput{}, epochOutput{epoch: 3})}, porcupine.Illegal},
		"it happened, and another won": {[]porcupine.Operation{cut, op(2, 3, epochInput{}, epochOutput{epoch: 2}),
			op(4, 5, commit, epochOutput{success: true, epoch: 2})}, porcupine.Illegal},
		"it was undone": {[]porcupine.Operation{cut, op(2, 3, epochInput{}, epochOutput{epoch: 2}),
			op(4, 5, epochInput{}, epochOutput{epoch: 1})}, porcupine.Illegal},
	} {
		if got := checkEpoch(c.history); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
