package eventlog

import (
	"runtime"
	"sync"
)

// delivery is an event on its way to the streams of an account, or the end of
// one of them.
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
	for _, f := range d.to.streams {
		if f.wants(d.entry.convo) {
			f.offer(d.entry)
		}
	}
}

const (
	// manyDeliveries is from where on it pays to share the work.
	manyDeliveries = 16
	// maxDeliveries bounds what is collected before it is handed out.
	maxDeliveries = 1 << 14
)

// deliver notes a delivery. All of one account go through one hand, in order.
func (h *Hub) deliver(d delivery) {
	if h.out == nil {
		h.out = make([][]delivery, runtime.GOMAXPROCS(0))
	}
	hand := d.to.hand % uint32(len(h.out))
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
