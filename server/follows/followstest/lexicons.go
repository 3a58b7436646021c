package followstest

import (
	"embed"
	"fmt"
	"maps"
	"testing"

	"github.com/bluesky-social/indigo/atproto/lexicon"
)

//go:embed lexicons
var files embed.FS

// lexicons are the lexicons of this folder. A query's output is resolved as if it were a
// record, since the library validates records.
type lexicons struct{ *lexicon.BaseCatalog }

func load(t testing.TB) lexicons {
	c := lexicon.NewBaseCatalog()
	if err := c.LoadEmbedFS(files); err != nil {
		t.Fatalf("read the lexicons of the AppView: %v", err)
	}
	return lexicons{c}
}

// Resolve implements lexicon.Catalog.
func (l lexicons) Resolve(ref string) (*lexicon.Schema, error) {
	s, err := l.BaseCatalog.Resolve(ref)
	if err != nil || ref != nsid {
		return s, err
	}
	query, ok := s.Def.(lexicon.SchemaQuery)
	if !ok {
		return nil, fmt.Errorf("%s is no query", ref)
	}
	output, ok := query.Output.Schema.Inner.(lexicon.SchemaObject)
	if !ok {
		return nil, fmt.Errorf("the output of %s is no object", ref)
	}
	return &lexicon.Schema{ID: ref, Def: lexicon.SchemaRecord{Record: output}}, nil
}

// check validates an answer.
func (l lexicons) check(answer map[string]any) error {
	record := maps.Clone(answer)
	record["$type"] = nsid
	return lexicon.ValidateRecord(l, record, nsid, 0)
}
