package stream

// batchBytes is about how many bytes of waiting events one write has.
const batchBytes = 64 << 10

// pending are the events of a stream that wait for its connection, in order.
type pending struct {
	events []*Event
	// size counts the bytes of events, and those that are being written.
	size int
	// rest is what the connection has not taken of partial.
	rest    []byte
	partial *Event
}

func (p *pending) isEmpty() bool { return len(p.rest) == 0 && len(p.events) == 0 }

func (p *pending) push(ev *Event, size int) {
	p.events = append(p.events, ev)
	p.size += size
}

// setRest keeps the rest of an event that was written in part.
func (p *pending) setRest(ev *Event, rest []byte) {
	p.rest, p.partial = rest, ev
	p.size += len(rest)
}

// drop removes what is not being written. size keeps what it was: nothing is
// pushed any more.
func (p *pending) drop() { p.events = nil }

// clear frees the memory of everything.
func (p *pending) clear() { p.events, p.rest, p.partial = nil, nil, nil }

// next removes the events that are written next. If one of them would make the
// stream too long, that event and those behind it are removed as well, and full
// is true.
func (p *pending) next(t transport) (batch []*Event, full bool) {
	n, size := 0, len(p.rest)
	for n < len(p.events) && (n == 0 || size < batchBytes) {
		if !t.admit(p.events[n]) {
			batch = p.events[:n]
			for _, ev := range p.events[n:] {
				p.size -= t.size(ev)
			}
			p.events = nil
			return batch, true
		}
		size += t.size(p.events[n])
		n++
	}
	batch = p.events[:n:n]
	p.events = p.events[n:]
	return batch, false
}

// restWritten forgets the rest, and returns its event.
func (p *pending) restWritten() *Event {
	ev := p.partial
	p.size -= len(p.rest)
	p.rest, p.partial = nil, nil
	return ev
}
