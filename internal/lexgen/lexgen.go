package lexgen

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is a mistake in a lexicon or in the policy.
type Problem struct {
	// File is the path of the JSON file, or "policy".
	File string
	// Path is the location in the file: defs.main.input.schema.properties.name.
	Path string
	// Message says what is wrong and includes the value.
	Message string
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.File + ": " + p.Message
	}
	return p.File + ": " + p.Path + ": " + p.Message
}

// Problems is a list of problems that implements error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// asError returns nil for an empty list, otherwise the list in a stable order
// and without duplicates.
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

// collect adds the problems in err.
func (p *Problems) collect(err error) {
	var list Problems
	if errors.As(err, &list) {
		*p = append(*p, list...)
	}
}
