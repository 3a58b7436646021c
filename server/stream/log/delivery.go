package eventlog

import (
	"runtime"
	"sync"
)

const (
	// parallelDeliveries is the number from which delivering in parallel is
	// faster than on one goroutine.
	parallelDeliveries = 16
	// maxDeliveries bounds the deliveries that one shard collects before all are
	// run.
	maxDeliveries = 1 << 14
)

// delivery gives an event to the streams of an account, or ends one of them.
type delivery struct {
	to    *account
	entry *entry
	end   *feed
}

func (d delivery) run() {
	if d.end != nil {
		d.end.end()
		return
	}
	for _, f := range d.to.feeds {
		if f.wants(d.entry.convo) {
			f.offer(d.entry)
		}
	}
}

// deliveries collects the deliveries of a batch of the log. Each shard is a list
// that one goroutine runs.
type deliveries struct {
	shards [][]delivery
}

// add appends a delivery. All deliveries of an account are in the same shard, so
// they keep their order.
func (ds *deliveries) add(d delivery) {
	if ds.shards == nil {
		ds.shards = make([][]delivery, runtime.GOMAXPROCS(0))
	}
	i := d.to.shard % uint32(len(ds.shards))
	ds.shards[i] = append(ds.shards[i], d)
	if len(ds.shards[i]) >= maxDeliveries {
		ds.flush()
	}
}

// flush runs what was added, and returns when all of it has run. Sinks do not
// block, so it does not wait for connections.
func (ds *deliveries) flush() {
	total := 0
	for _, list := range ds.shards {
		total += len(list)
	}
	if total < parallelDeliveries {
		for _, list := range ds.shards {
			runDeliveries(list)
		}
	} else {
		var wg sync.WaitGroup
		for _, list := range ds.shards {
			if len(list) > 0 {
				wg.Go(func() { runDeliveries(list) })
			}
		}
		wg.Wait()
	}
	for i := range ds.shards {
		clear(ds.shards[i]) // so that the events can be collected
		ds.shards[i] = ds.shards[i][:0]
	}
}

func runDeliveries(list []delivery) {
	for _, d := range list {
		d.run()
	}
}
