package faults

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// Flags for the size of the soak test. make soak sets larger values.
var (
	soakMessages = flag.Int64("soak.messages", 2000, "messages of the soak")
	soakFor      = flag.Duration("soak.for", time.Hour, "longest time of the soak: it ends then with fewer messages")
	soakConvos   = flag.Int("soak.convos", 12, "conversations of the soak")
	soakPeople   = flag.Int("soak.people", 40, "people of the soak")
)

// Limits for growth: the figures of the last fifth of a run may exceed those of
// its second fifth by this much. The first fifth is ignored because caches fill
// in it.
const (
	flatMemory     = 1.5
	flatGoroutines = 1.25
	// slackMemory is the amount of memory, in bytes, by which a figure may vary
	// at any time.
	slackMemory = 24 << 20
	// enoughSamples is the number of samples that a fifth needs for a
	// comparison.
	enoughSamples = 30
)

// TestSoak sends many messages while a fault happens every few seconds.
// Instance 0 is never killed, and its memory and goroutines must not grow.
func TestSoak(t *testing.T) {
	c := newCrowd(t, size{convos: *soakConvos, people: *soakPeople, members: 8, senders: 12,
		change: 100 * time.Millisecond, stay: 20 * time.Second})
	quiet := c.convos[0]
	quiet.quiet = true
	all := []fault{instanceKilled, instanceStopped, postgresKilled, redisKilled, redisFlushed, redisPaused, clientsReset, databaseReset,
		longTransaction, {"a transaction commits late", func(*testDeployment) error { return c.late(quiet) }}}
	began := time.Now()
	w := watch(c)
	struck := map[string]int{}
	c.traffic(0, func() {
		reported := time.Now()
		for c.sent.Load() < *soakMessages && time.Since(began) < *soakFor && !c.isFailed() {
			time.Sleep(time.Second + rand.N(3*time.Second))
			f := all[rand.IntN(len(all))]
			if err := f.do(c.deployment); err != nil {
				t.Errorf("%s: %v", f.name, err)
				return
			}
			struck[f.name]++
			if time.Since(reported) > time.Minute {
				reported = time.Now()
				t.Logf("%v: %d messages", time.Since(began).Round(time.Second), c.sent.Load())
			}
		}
	})
	took := time.Since(began)
	samples := w.stop()
	c.settled(time.Minute)
	events := 0
	for _, p := range c.people {
		events += p.Len()
	}
	t.Logf("%d messages in %v, %d changes of members, %d attempts without an answer; %d events came, each once and in order",
		c.sent.Load(), took.Round(time.Second), c.changed.Load(), c.unknown.Load(), events)
	t.Logf("faults: %v", struck)
	flat(t, samples)
}

// sample is the resource use of instance 0 at one time: its resident memory,
// and its live heap after the last collection, in bytes. goroutines is the sum
// over both instances.
type sample struct {
	resident, heap, goroutines float64
	checker                    float64 // heap of the test process
}

// watcher takes a sample every second.
type watcher struct {
	done    chan struct{}
	wg      sync.WaitGroup
	samples []sample
}

func watch(c *crowd) *watcher {
	w := &watcher{done: make(chan struct{})}
	w.wg.Go(func() {
		for {
			select {
			case <-w.done:
				return
			case <-time.After(time.Second):
			}
			if s, err := c.sample(); err == nil { // an instance may be down
				w.samples = append(w.samples, s)
			}
		}
	})
	return w
}

func (w *watcher) stop() []sample {
	close(w.done)
	w.wg.Wait()
	return w.samples
}

func (c *crowd) sample() (sample, error) {
	s := sample{}
	for n, i := range c.deployment.instances {
		m, err := i.metrics()
		if err != nil {
			return s, err
		}
		if n == 0 {
			// Garbage collection starts when the heap has doubled, so half of
			// its goal is the live heap.
			s.resident, s.heap = m["process_resident_memory_bytes"], m["go_memstats_next_gc_bytes"]/2
		}
		s.goroutines += m["go_goroutines"]
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.checker = float64(mem.NextGC) / 2
	return s, nil
}

// flat prints the resource use of the run and fails the test if it grew.
func flat(t *testing.T, samples []sample) {
	t.Helper()
	n := len(samples) / 5
	early, late := samples[n:2*n], samples[len(samples)-n:]
	if n == 0 {
		t.Logf("%d samples: too short a run to say anything of its memory", len(samples))
		return
	}
	for _, f := range []struct {
		name   string
		of     func(sample) float64
		unit   float64
		factor float64
		slack  float64
	}{
		{name: "resident memory, MiB", of: func(s sample) float64 { return s.resident }, unit: 1 << 20, factor: flatMemory, slack: slackMemory},
		{name: "live heap, MiB", of: func(s sample) float64 { return s.heap }, unit: 1 << 20, factor: flatMemory, slack: slackMemory},
		{name: "goroutines, both instances", of: func(s sample) float64 { return s.goroutines }, unit: 1, factor: flatGoroutines},
		{name: "heap of the checker, MiB", of: func(s sample) float64 { return s.checker }, unit: 1 << 20, factor: flatMemory,
			slack: slackMemory + 16*float64(*soakMessages)},
	} {
		before, after := median(early, f.of), median(late, f.of)
		t.Logf("%-28s %8.1f, at the end %8.1f", f.name, before/f.unit, after/f.unit)
		if min(len(early), len(late)) >= enoughSamples && after > before*f.factor+f.slack {
			t.Errorf("%s grew by more than %.2f times", f.name, f.factor)
		}
	}
}

func median(samples []sample, of func(sample) float64) float64 {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = of(s)
	}
	slices.Sort(v)
	return v[len(v)/2]
}
