package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/testbed"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// fill is one way to make the service store a lot of data.
type fill struct {
	what string
	most *limit.Row
	// refusal is the name of the error when the limit is reached.
	refusal string
	run     func(ctx context.Context, s *scene, answers *sent) error
}

var fills = []fill{
	{"proposals of one epoch", limit.EpochProposals, gen.ErrTooManyProposals, fillProposals},
	{"conversations of a new account", limit.ConvosCreatedByNew, limited, fillConvos},
	{"uploads at one time", limit.OpenUploads, limited, fillUploads},
}

func fillProposals(ctx context.Context, s *scene, answers *sent) error {
	people, talk, err := s.group(ctx, 2)
	if err != nil {
		return err
	}
	g := talk.newest()
	for range 90 { // the account's rate limit allows a hundred at once
		p := g.ProposeUpdate(people[1].device, false)
		_, err := people[1].client().SendProposal(ctx, &gen.SendProposalInput{ConvoID: talk.id, Proposal: p.Message})
		answers.add(err)
	}
	// A commit begins a new epoch and does not prevent the others from sending.
	_, err = talk.commit(ctx, people[0], g.Commit(people[0].device, mlstest.Plan{}), nil, nil)
	return err
}

func fillConvos(ctx context.Context, s *scene, answers *sent) error {
	p := s.home.newPerson()
	for range 40 {
		_, err := create(ctx, p)
		answers.add(err)
	}
	return ctx.Err()
}

// fillUploads starts uploads and does not complete them. It reads from the
// service's metrics how many are refused, because the answer to an upload comes
// only at the end of its body.
func fillUploads(ctx context.Context, s *scene, answers *sent) error {
	const uploads, size = 12, 8 << 20
	p := s.home.newPerson()
	uploading, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	for range uploads {
		r, w := io.Pipe()
		wg.Go(func() { // sends some bytes and then nothing
			_, _ = w.Write(mlstest.Random(32 << 10))
			<-uploading.Done()
			_ = w.CloseWithError(io.ErrUnexpectedEOF)
		})
		wg.Go(func() {
			_, _ = p.client().UploadBlob(uploading, &xrpc.Upload{Body: r, ContentLength: size})
			_ = r.Close()
		})
	}
	rest(ctx, 3*time.Second)
	counters, err := s.server.Counters(ctx)
	if err != nil {
		return err
	}
	refused := 0
	for series, n := range counters {
		if strings.HasPrefix(series, limit.RefusedMetric+"{") && strings.Contains(series, `"`+limit.OpenUploads.Name+`"`) {
			refused += int(n)
		}
	}
	for i := range uploads {
		if i < refused {
			answers.add(&xrpc.Error{Name: limited})
		} else {
			answers.add(nil)
		}
	}
	return nil
}

func fillStorage(ctx context.Context, s *scene) (*outcome, error) {
	out := &outcome{}
	for _, f := range fills {
		answers := &sent{}
		if err := f.run(ctx, s, answers); err != nil {
			out.excess += fmt.Sprintf("%s: %v; ", f.what, err)
		}
		out.tried += answers.total()
		out.achieved += fmt.Sprintf("%s: %s; ", f.what, answers)
		if got := answers.of("ok"); got > int(f.most.Amount) {
			out.excess += fmt.Sprintf("%d %s, %d may be; ", got, f.what, f.most.Amount)
		}
		if answers.of(f.refusal) == 0 || answers.of("ok") == 0 {
			out.idle += fmt.Sprintf("%s: %s; ", f.what, answers)
		}
	}
	return out, ctx.Err()
}

// costly sends trees with many leaves that are expensive to verify. It compares
// the CPU time that the service uses for each with the cost of verifying it
// completely.
func costly(ctx context.Context, s *scene) (*outcome, error) {
	leaves, calls := s.size(150, 800), s.size(20, 50)
	suite := mls.SuiteP521
	p := s.home.newPerson()
	device := mlstest.NewClient(p.DID, mlstest.Suite(suite))
	others := make([]*mlstest.Client, leaves)
	for i := range others {
		others[i] = mlstest.NewClient(p.DID, mlstest.Suite(suite))
	}
	g := mlstest.NewGroupWith(device, mlstest.Random(16), others...).Next
	in := &gen.CreateConvoInput{CipherSuite: suite.String(), GroupID: xrpc.ConvoID(g.ID()), GroupInfo: g.SignGroupInfo(device, true)}
	if _, err := p.client().ListDevices(ctx); err != nil { // makes the service look up its key
		return nil, fmt.Errorf("list devices: %w", err)
	}
	answers := &sent{}
	before, err := testbed.CPUOf(s.server.PID())
	if err != nil {
		return nil, err
	}
	for range calls {
		_, err := p.client().CreateConvo(ctx, in)
		answers.add(err)
	}
	after, err := testbed.CPUOf(s.server.PID())
	if err != nil {
		return nil, err
	}
	each, whole := (after-before)/time.Duration(calls), time.Duration(leaves)*suite.CheckTime()
	out := &outcome{tried: calls, achieved: fmt.Sprintf("%s; %s of CPU time each, bystanders included, where %d leaves cost %s", answers, each.Round(time.Millisecond), leaves, whole)}
	if answers.of("ok") > 0 {
		out.excess = answers.String()
	}
	if each > whole/2 {
		out.excess = fmt.Sprintf("a refused call costs %s of CPU time", each)
	}
	return out, ctx.Err()
}

func storageFloods() []flood {
	return []flood{
		{name: "storage", what: "accounts store as many small things as they can", run: fillStorage},
		{name: "costly", what: "trees of many leaves that are expensive to verify", run: costly},
	}
}
