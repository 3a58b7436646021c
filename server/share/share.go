// Package share keeps count of who holds how much of something that there is
// only so much of, and tells who holds most: whoever shares a thing out fairly
// takes it from there when somebody else has less. It also gives memory back to
// the system after a flood.
package share

import "container/heap"

// Book counts what holders hold. A holder with nothing is not kept. It is not
// safe for concurrent use.
type Book[K comparable] struct {
	entries map[K]*entry[K]
	order   order[K]
}

type entry[K comparable] struct {
	key   K
	held  int64
	index int
}

// NewBook makes an empty Book.
func NewBook[K comparable]() *Book[K] { return &Book[K]{entries: map[K]*entry[K]{}} }

// Add has the holder hold n more, or less where n is negative.
func (b *Book[K]) Add(key K, n int64) {
	e := b.entries[key]
	switch {
	case n == 0:
	case e == nil:
		e = &entry[K]{key: key, held: n}
		b.entries[key] = e
		heap.Push(&b.order, e)
	case e.held+n == 0:
		heap.Remove(&b.order, e.index)
		delete(b.entries, key)
	default:
		e.held += n
		heap.Fix(&b.order, e.index)
	}
}

// Held is what a holder holds.
func (b *Book[K]) Held(key K) int64 {
	if e := b.entries[key]; e != nil {
		return e.held
	}
	return 0
}

// Most is the holder that holds most; the zero K and 0 where nobody holds
// anything.
func (b *Book[K]) Most() (key K, held int64) {
	if len(b.order) == 0 {
		return key, 0
	}
	return b.order[0].key, b.order[0].held
}

// Len is the number of holders.
func (b *Book[K]) Len() int { return len(b.order) }

// order is a heap with the largest holder first.
type order[K comparable] []*entry[K]

func (o order[K]) Len() int           { return len(o) }
func (o order[K]) Less(i, j int) bool { return o[i].held > o[j].held }

func (o order[K]) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	o[i].index, o[j].index = i, j
}

// Push implements heap.Interface.
func (o *order[K]) Push(x any) {
	e := x.(*entry[K])
	e.index = len(*o)
	*o = append(*o, e)
}

// Pop implements heap.Interface.
func (o *order[K]) Pop() any {
	last := len(*o) - 1
	e := (*o)[last]
	(*o)[last] = nil
	*o = (*o)[:last]
	return e
}
