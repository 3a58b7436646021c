package main

import "testing"

func TestSpareHeap(t *testing.T) {
	for limit, want := range map[int64]int{spareFrom - 1: 0, spareFrom: spareHeap, noMemoryLimit: spareHeap} {
		if n := len(spare(limit)); n != want {
			t.Errorf("limit %d: %d bytes, want %d", limit, n, want)
		}
	}
}
