package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"catbird.blue/mls/xrpc"
)

// sent counts the answers to a flood's calls by error name.
type sent struct {
	mu sync.Mutex
	by map[string]int
	// first is the first error.
	first error
}

func (s *sent) add(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]int{}
	}
	s.by[nameOf(err)]++
	if s.first == nil {
		s.first = err
	}
}

func nameOf(err error) string {
	if err == nil {
		return "ok"
	}
	if e := asRefusal(err); e != nil {
		return e.Name
	}
	if errors.Is(err, errLost) {
		return "lost"
	}
	return "broken connection"
}

// asRefusal returns the error that the service answered, or nil if there was no
// answer.
func asRefusal(err error) *xrpc.Error {
	e, _ := errors.AsType[*xrpc.Error](err)
	return e
}

// total returns the number of all answers. String lists them.
func (s *sent) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, of := range s.by {
		n += of
	}
	return n
}

// of returns the number of answers with one name.
func (s *sent) of(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by[name]
}

func (s *sent) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.by))
	for name := range s.by {
		names = append(names, name)
	}
	slices.Sort(names)
	out := ""
	for i, name := range names {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%d %s", s.by[name], name)
	}
	return out
}
