package followstest

import "testing"

// The validation must be able to fail.
func TestLexiconRefuses(t *testing.T) {
	l := load(t)
	entry := func(more ...any) map[string]any {
		r := map[string]any{"$type": "app.bsky.graph.defs#relationship", "did": "did:web:b.example"}
		for i := 0; i+1 < len(more); i += 2 {
			r[more[i].(string)] = more[i+1]
		}
		return map[string]any{"actor": "did:web:a.example", "relationships": []any{r}}
	}
	if err := l.check(entry("following", "at://did:web:a.example/app.bsky.graph.follow/1")); err != nil {
		t.Errorf("a correct answer: %v", err)
	}
	for name, wrong := range map[string]map[string]any{
		"no list":         {"actor": "did:web:a.example"},
		"no DID":          entry("did", "b.example"),
		"no URI":          entry("blockedBy", true),
		"unlike a URI":    entry("followedBy", "https://b.example"),
		"unlike an actor": {"actor": "a", "relationships": []any{}},
	} {
		if l.check(wrong) == nil {
			t.Errorf("%s: the answer was accepted", name)
		}
	}
}
