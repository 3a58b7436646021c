package lexgen

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is something wrong with a lexicon or the policy.
type Problem struct {
	// File is the path of the JSON file, or "policy".
	File string
	// Path is the place in it: defs.main.input.schema.properties.name.
	Path string
	// Message says what is wrong, with the value.
	Message string
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.File + ": " + p.Message
	}
	return p.File + ": " + p.Path + ": " + p.Message
}

// Problems is a list of them as one error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// asError gives nil for an empty list, else the list in a stable order,
// without repetitions.
func (p Problems) asError() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(p)
}

func (p *Problems) add(file, path, format string, args ...any) {
	*p = append(*p, Problem{File: file, Path: path, Message: fmt.Sprintf(format, args...)})
}

// collect adds what err holds.
func (p *Problems) collect(err error) {
	var list Problems
	if errors.As(err, &list) {
		*p = append(*p, list...)
	}
}
