//go:build race

package stream

// raceFactor is how much more memory goroutines take under the race detector.
const raceFactor = 8
