package stream

import (
	"runtime"
	"sync"
)

// delivery is an event on its way to a feed, or the end of its stream: nil.
type delivery struct {
	feed  *feed
	entry *entry
}

func (d delivery) run() {
	if d.entry == nil {
		d.feed.end()
		return
	}
	d.feed.offer(d.entry)
}

const (
	// manyDeliveries is from where on it pays to share the work.
	manyDeliveries = 32
	// maxDeliveries bounds what is collected before it is handed out.
	maxDeliveries = 1 << 14
)

// deliver notes a delivery. All of one feed go through one hand, in order.
func (h *Hub) deliver(d delivery) {
	if h.out == nil {
		h.out = make([][]delivery, runtime.GOMAXPROCS(0))
	}
	hand := d.feed.hand % uint32(len(h.out))
	h.out[hand] = append(h.out[hand], d)
	if len(h.out[hand]) >= maxDeliveries {
		h.flush()
	}
}

// flush hands out what was noted. Sinks do not block.
func (h *Hub) flush() {
	total := 0
	for _, list := range h.out {
		total += len(list)
	}
	if total < manyDeliveries {
		for i := range h.out {
			runDeliveries(h.out[i])
		}
	} else {
		var wg sync.WaitGroup
		for i := range h.out {
			if len(h.out[i]) > 0 {
				wg.Go(func() { runDeliveries(h.out[i]) })
			}
		}
		wg.Wait()
	}
	for i := range h.out {
		clear(h.out[i]) // let the events go
		h.out[i] = h.out[i][:0]
	}
}

func runDeliveries(list []delivery) {
	for _, d := range list {
		d.run()
	}
}
