package keypackages

import "testing"

// The names in the counts are others for each pair, and for each secret.
func TestPackageRequesters(t *testing.T) {
	t.Parallel()
	a, b := NewClaims([]byte("a"), nil), NewClaims([]byte("b"), nil)
	seen := map[string]bool{}
	for _, p := range []*Claims{a, b} {
		for _, pair := range [][2]string{{"did:x:1", "did:x:2"}, {"did:x:1", "did:x:3"}, {"did:x:2", "did:x:1"}} {
			seen[string(p.requester(pair[0], pair[1]))] = true
		}
	}
	if again := seen[string(a.requester("did:x:1", "did:x:2"))]; len(seen) != 6 || !again {
		t.Errorf("%d names of 6, the first one again: %v", len(seen), again)
	}
}
