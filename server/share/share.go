// Package share supports the fair division of a limited resource: Book counts
// what each holder has and finds the holder with most, which gives something up
// when another needs it. Decaying counts recent use. Calm returns memory to the
// system after a flood.
package share

import "container/heap"

// Book counts what each holder holds. Holders with nothing have no entry. A
// Book is not safe for concurrent use.
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

// Add adds n, which may be negative, to what a holder holds.
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

// Held returns what a holder holds.
func (b *Book[K]) Held(key K) int64 {
	if e := b.entries[key]; e != nil {
		return e.held
	}
	return 0
}

// Most returns the holder that holds most; the zero K and 0 if there is none.
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
