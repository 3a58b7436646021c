package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// Accounts that a caller asks about. It must not be able to tell the first five apart. The
// second is as absent as the first, and shows how much two measurements of the same differ.
// The last can be added; if the measurement cannot see that, it sees nothing.
const (
	absentAccount  = "no account here"
	absentTwin     = "no account either"
	emptyAccount   = "no packages"
	blockerAccount = "has blocked the caller"
	closedAccount  = "allows nobody to ask"
	openAccount    = "can be added"
)

// deviationBound is how far the mean rank of a target may be from that of all, in standard
// deviations. By chance one of 16 is beyond it in a measurement of a thousand, and never
// the same one twice in a row.
const deviationBound = 4.0

// target is an account that callers ask about, with a package of it: published, or not.
type target struct {
	name   string
	person *person
	kp     *mls.KeyPackage
}

// asker is an account that asks. Its calls about a target are the same every time.
type asker struct {
	*person
	client *client.Client
	talk   *conversation
	made   map[string]*mlstest.Commit
}

// stopwatch measures a call from its request to the answer, without what the client does
// before and after.
type stopwatch struct {
	http.RoundTripper
	took time.Duration
}

func (w *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	res, err := w.RoundTripper.RoundTrip(r)
	w.took = time.Since(start)
	return res, err
}

// inquiry is one way to find out whether an account can be added.
type inquiry struct {
	method string
	call   func(ctx context.Context, a *asker, about *target) error
}

// errMissing is the answer of getKeyPackages that names the account as missing.
var errMissing = &xrpc.Error{Name: "missing"}

func inquiries() []inquiry {
	return []inquiry{
		{"getKeyPackages", func(ctx context.Context, a *asker, about *target) error {
			out, err := a.client.GetKeyPackages(ctx, &gen.GetKeyPackagesParams{DIDs: []string{about.person.DID}})
			if err == nil && len(out.Missing) == 1 && len(out.KeyPackages) == 0 {
				return errMissing
			}
			return err
		}},
		{"createConvo", func(ctx context.Context, a *asker, about *target) error {
			k := a.commitTo("new", about, func() *mlstest.Group { return mlstest.NewGroup(a.device, mlstest.Random(16)) })
			_, err := a.client.CreateConvo(ctx, &gen.CreateConvoInput{CipherSuite: mls.SuiteX25519AES128.String(), GroupID: xrpc.ConvoID(k.Next.ID()),
				InitialMembers: []string{about.person.DID}, WelcomeMessage: k.Welcome, GroupInfo: k.GroupInfo})
			return err
		}},
		{"addMembers", func(ctx context.Context, a *asker, about *target) error {
			k := a.commitTo("own", about, a.talk.newest)
			_, err := a.client.AddMembers(ctx, &gen.AddMembersInput{ConvoID: a.talk.id, DIDList: []string{about.person.DID},
				Commit: k.Message, WelcomeMessage: k.Welcome, GroupInfo: k.GroupInfo})
			return err
		}},
		{"sendCommit", func(ctx context.Context, a *asker, about *target) error {
			k := a.commitTo("own", about, a.talk.newest)
			_, err := a.client.SendCommit(ctx, &gen.SendCommitInput{ConvoID: a.talk.id, AddedDIDs: []string{about.person.DID},
				Commit: k.Message, Welcome: k.Welcome, GroupInfo: k.GroupInfo})
			return err
		}},
	}
}

// commitTo returns the commit that adds a target to a group, which is made once.
func (a *asker) commitTo(group string, about *target, base func() *mlstest.Group) *mlstest.Commit {
	key := group + " " + about.name
	if a.made[key] == nil {
		a.made[key] = base().Commit(a.device, mlstest.Plan{Add: []*mls.KeyPackage{about.kp}})
	}
	return a.made[key]
}

// askers makes accounts that ask, each with a conversation of its own.
func (s *scene) askers(ctx context.Context, n int, watch *stopwatch) ([]*asker, error) {
	people, err := s.published(ctx, s.home, n, 1)
	if err != nil {
		return nil, err
	}
	out := make([]*asker, n)
	for i, p := range people {
		talk, err := create(ctx, p)
		if err != nil {
			return nil, err
		}
		out[i] = &asker{p, p.clientOver(&http.Client{Timeout: connections.Timeout, Transport: watch}), talk, map[string]*mlstest.Commit{}}
	}
	return out, nil
}

// targets makes the accounts that are asked about.
func (s *scene) targets(ctx context.Context, askers []*asker) ([]*target, error) {
	all := map[string]*target{}
	out := []*target{}
	for _, name := range []string{absentAccount, absentTwin, emptyAccount, blockerAccount, closedAccount, openAccount} {
		p := s.newPerson()
		t := &target{name, p, p.device.KeyPackage()}
		all[name], out = t, append(out, t)
		if name == absentAccount || name == absentTwin {
			continue
		}
		if err := s.settle(ctx, p); err != nil {
			return nil, err
		}
		if _, err := p.client().PublishKeyPackage(ctx, &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(t.kp), CipherSuite: mls.SuiteX25519AES128.String()}); err != nil {
			return nil, fmt.Errorf("publish a package: %w", err)
		}
	}
	if err := s.sql(ctx, `DELETE FROM key_packages WHERE did = $1`, all[emptyAccount].person.DID); err != nil {
		return nil, err
	}
	for _, a := range askers {
		if _, err := all[blockerAccount].person.client().BlockAccount(ctx, &gen.BlockAccountInput{DID: a.DID}); err != nil {
			return nil, fmt.Errorf("block: %w", err)
		}
	}
	nobody, none := "nobody", "none"
	_, err := all[closedAccount].person.client().UpdatePreferences(ctx, &gen.UpdatePreferencesInput{
		AcceptFrom: &nobody, AllowIncoming: &none, AcceptGroupInvitesFrom: &nobody, AllowGroupInvites: &none})
	if err != nil {
		return nil, fmt.Errorf("allow nobody: %w", err)
	}
	open := all[openAccount].person
	return out, open.publish(ctx, open.device, 5)
}

// measurement has the times of an inquiry about each target, by round.
type measurement struct {
	inquiry
	targets []*target
	rounds  [][]time.Duration
	answers *sent
}

// ask makes one call, again and again while the rate of the caller is used up, or the
// machine too busy for an answer.
func (m *measurement) ask(ctx context.Context, a *asker, about *target) error {
	for ctx.Err() == nil {
		err := m.call(ctx, a, about)
		if name := nameOf(err); name != limited && name != xrpc.ServiceUnavailable {
			m.answers.add(err)
			return err
		}
		rest(ctx, retryAfter(err)+10*time.Millisecond)
	}
	return ctx.Err()
}

// run asks about every target in each round, in random order. Each round is of another
// caller, which has asked before.
func (m *measurement) run(ctx context.Context, askers []*asker, watch *stopwatch, rounds int) error {
	for i := range len(askers) + rounds {
		times := make([]time.Duration, len(m.targets))
		for _, n := range rand.Perm(len(m.targets)) {
			err := m.ask(ctx, askers[i%len(askers)], m.targets[n])
			if want := m.want(m.targets[n]); nameOf(err) != want {
				return fmt.Errorf("%s about an account that %s answers %s, want %s: %w", m.method, m.targets[n].name, nameOf(err), want, err)
			}
			times[n] = watch.took
		}
		if i >= len(askers) {
			m.rounds = append(m.rounds, times)
		}
	}
	return ctx.Err()
}

// want returns the name of the answer about a target.
func (m *measurement) want(about *target) string {
	switch {
	case about.name == openAccount:
		return nameOf(nil)
	case m.method == "getKeyPackages":
		return errMissing.Name
	}
	return gen.ErrKeyPackageNotFound
}

// deviations ranks the times of the first n targets within each round, so that what makes
// the whole machine slower does not count, and returns by how many standard deviations the
// mean rank of each is above that of all.
func deviations(rounds [][]time.Duration, n int) []float64 {
	out := make([]float64, n)
	for _, times := range rounds {
		for i := range n {
			for j := range n {
				switch {
				case times[j] < times[i]:
					out[i]++
				case times[j] == times[i] && i != j:
					out[i] += 0.5
				}
			}
		}
	}
	for i := range out {
		mean := out[i] / float64(len(rounds))
		out[i] = (mean - float64(n-1)/2) / math.Sqrt(float64(n*n-1)/float64(12*len(rounds)))
	}
	return out
}

// differing lists the targets whose answers take another time than those of all.
func (m *measurement) differing(of []float64) (names []string) {
	for i, d := range of {
		if math.Abs(d) > deviationBound {
			names = append(names, m.targets[i].name)
		}
	}
	return names
}

// String has the median and the quartiles of each target, and its deviation.
func (m *measurement) String() string {
	var b strings.Builder
	dev := deviations(m.rounds, m.alike())
	for i, t := range m.targets {
		times := make([]time.Duration, len(m.rounds))
		for n, r := range m.rounds {
			times[n] = r[i]
		}
		slices.Sort(times)
		at := func(percent int) time.Duration { return times[len(times)*percent/100].Round(time.Microsecond) }
		fmt.Fprintf(&b, "                %-15s %-22s p25 %-8s p50 %-8s p75 %-8s", m.method, t.name, at(25), at(50), at(75))
		if i < len(dev) {
			fmt.Fprintf(&b, " rank %+.1f σ", dev[i])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// alike is the number of targets that nobody may tell apart. They come first.
func (m *measurement) alike() int {
	n := len(m.targets)
	if m.targets[n-1].name == openAccount {
		n--
	}
	return n
}

// blind reports whether the account that can be added takes no longer than the first.
func (m *measurement) blind() bool {
	pairs := make([][]time.Duration, len(m.rounds))
	for i, r := range m.rounds {
		pairs[i] = []time.Duration{r[0], r[len(r)-1]}
	}
	return math.Abs(deviations(pairs, 2)[1]) <= deviationBound
}

// compareTimings measures each inquiry. One that finds a difference is repeated: chance
// does not repeat itself.
func compareTimings(ctx context.Context, s *scene) (*outcome, error) {
	watch := &stopwatch{RoundTripper: connections.Transport}
	askers, err := s.askers(ctx, s.size(30, 150), watch)
	if err != nil {
		return nil, err
	}
	targets, err := s.targets(ctx, askers)
	if err != nil {
		return nil, err
	}
	rounds := s.size(200, 2000)
	out := &outcome{achieved: fmt.Sprintf("saw the above in %d timings of each case", rounds)}
	for _, q := range inquiries() {
		about := targets
		if q.method != "getKeyPackages" {
			about = targets[:len(targets)-1] // a commit that adds an account is no inquiry
		}
		var before []string
		for range 2 {
			m := &measurement{inquiry: q, targets: about, answers: &sent{}}
			if err := m.run(ctx, askers, watch, rounds); err != nil {
				return nil, err
			}
			out.tried += m.answers.total()
			fmt.Print(m)
			if m.alike() < len(about) && m.blind() {
				out.idle = "the measurement does not see an account that can be added"
			}
			found := m.differing(deviations(m.rounds, m.alike()))
			again := slices.DeleteFunc(slices.Clone(found), func(name string) bool { return !slices.Contains(before, name) })
			if len(again) > 0 {
				out.excess += fmt.Sprintf("%s takes another time for: %s. ", q.method, strings.Join(again, ", "))
			}
			if before = found; len(found) == 0 {
				break
			}
		}
	}
	return out, nil
}

func timingFloods() []flood {
	return []flood{{name: "timings", what: "accounts time the answers about others that they may not add, for whatever reason", run: compareTimings}}
}
