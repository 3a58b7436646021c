package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/testbed"
)

const (
	// instancesStreams is the number of streams, each of the second member of a
	// conversation of its own.
	instancesStreams = 40
	// instancesRate is the number of messages per second over all instances.
	instancesRate = 200
	// manyInstances is the number of instances to which the line is extended.
	manyInstances = 10
)

// instanceCounts are the numbers of instances that are measured.
var instanceCounts = []int{1, 2, 4}

// benchInstances measures the PostgreSQL CPU per message as the same streams and
// the same messages are spread over more and more instances. An instance without
// a stream does not read the log, so all of them run all the time.
func benchInstances(ctx context.Context, w *world, r *recorder) (err error) {
	if err := w.clear(ctx); err != nil {
		return err
	}
	for i := range instancesStreams {
		if err := w.insertConvos(ctx, i+1, i+1, []string{w.accounts[0].DID, w.accounts[1+i].DID}); err != nil {
			return err
		}
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	bus, err := testbed.StartRedis(ctx, w.Dir)
	if err != nil {
		return err
	}
	defer bus.Kill()
	var all []*instance
	defer func() {
		for _, in := range all {
			err = errors.Join(err, in.Stop())
		}
	}()
	for range largest(instanceCounts) {
		env := []string{"REDIS_URL=" + bus.URL}
		if len(all) > 0 {
			env = append(env, "SERVICE_DID="+all[0].ServiceDID)
		}
		in, _, err := w.startInstance(ctx, env...)
		if err != nil {
			return err
		}
		all = append(all, in)
	}
	var line growthLine
	for _, n := range instanceCounts {
		line.add(r.figure(fmt.Sprintf("PostgreSQL CPU per message, %d instances", n), micros), func() (float64, error) {
			return w.spread(ctx, all[:n])
		})
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	line.report(r, "PostgreSQL CPU per message, 4 instances / 1")
	ten := r.figure(fmt.Sprintf("PostgreSQL CPU per message, %d instances (on paper) / 1", manyInstances), times)
	for turn := range w.sizes.turns {
		var values []float64
		for _, f := range line.figures {
			values = append(values, f.Turns[turn])
		}
		if values[0] > 0 {
			ten.add(extend(instanceCounts, values, manyInstances) / values[0])
		}
	}
	r.print(ten)
	r.judge("instances-postgres-cpu", ten)
	return nil
}

// extend returns the value at x of the straight line that fits best through the
// points (least squares).
func extend(xs []int, ys []float64, x int) float64 {
	var meanX, meanY, cov, variance float64
	n := float64(len(xs))
	for i := range xs {
		meanX += float64(xs[i]) / n
		meanY += ys[i] / n
	}
	for i := range xs {
		dx := float64(xs[i]) - meanX
		cov += dx * (ys[i] - meanY)
		variance += dx * dx
	}
	return meanY + cov/variance*(float64(x)-meanX)
}

// spread gives each instance its share of the streams and of the messages, and
// returns the PostgreSQL CPU per message in microseconds.
func (w *world) spread(ctx context.Context, at []*instance) (float64, error) {
	var seen []*atomic.Int64
	for i := range instancesStreams {
		s, err := at[i%len(at)].subscribe(ctx, w.accounts[1+i], "")
		if err != nil {
			return 0, err
		}
		defer s.close()
		seen = append(seen, s.countEvents())
	}
	each := max(20, int(w.sizes.turn().Seconds()*instancesRate)/len(at))
	calls := make([][]call, len(at))
	for i, in := range at {
		for range each {
			body, err := sendBody(convoID(1+rand.IntN(instancesStreams)), messageLen, "")
			if err != nil {
				return 0, err
			}
			calls[i] = append(calls[i], in.procedure(w.accounts[0], gen.NSIDSendMessage, body))
		}
	}
	before, err := w.spent(ctx)
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(at))
	var wg sync.WaitGroup
	for i, in := range at {
		wg.Go(func() { _, _, errs[i] = sendSteadily(ctx, in.Addr(), calls[i], instancesRate/len(at)) })
	}
	wg.Wait()
	after, err := w.spent(ctx)
	if err := errors.Join(append(errs, err)...); err != nil {
		return 0, err
	}
	var events int64
	for _, n := range seen {
		events += n.Load()
	}
	if events <= instancesStreams {
		return 0, errNoEvents
	}
	return float64((after.postgres - before.postgres).Microseconds()) / float64(each*len(at)), nil
}
