package k256

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// TestWycheproof: the verdicts of Wycheproof, all of whose cases are read.
func TestWycheproof(t *testing.T) {
	raw, err := os.ReadFile("testdata/wycheproof/ecdsa_secp256k1_sha256_p1363.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID                     int
		Comment, Key, Msg, Sig string
		Valid                  bool
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 252 {
		t.Errorf("%d cases", len(cases))
	}
	decode := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range cases {
		table, err := NewTable(decode(c.Key))
		if err != nil {
			t.Fatalf("case %d: %v", c.ID, err)
		}
		if got := table.Verify(sha256.Sum256(decode(c.Msg)), decode(c.Sig)); got != c.Valid {
			t.Errorf("case %d, %s: %v", c.ID, c.Comment, got)
		}
	}
}
