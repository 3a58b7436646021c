package mls

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// hexBytes is a hex string of a vector file.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(b []byte) error {
	v, err := hex.DecodeString(string(b))
	*h = v
	return err
}

// loadVectors reads a file of testdata and asserts how many entries it has.
func loadVectors[T any](t testing.TB, file string, entries int) []T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	if len(out) != entries {
		t.Fatalf("%s has %d entries, want %d", file, len(out), entries)
	}
	return out
}

func TestVectorsDeserialization(t *testing.T) {
	type entry struct {
		Header hexBytes `json:"vlbytes_header"`
		Length int      `json:"length"`
	}
	for _, e := range loadVectors[entry](t, "deserialization.json", 14) {
		r := newReader("vector", append(bytes.Clone(e.Header), make([]byte, e.Length)...))
		if got := r.length("length"); got != e.Length || r.err != nil {
			t.Errorf("%x: length %d, error %v, want %d", []byte(e.Header), got, r.err, e.Length)
		}
		if got := appendLength(nil, e.Length); !bytes.Equal(got, e.Header) {
			t.Errorf("length %d written as %x, want %x", e.Length, got, []byte(e.Header))
		}
	}
}

// TestVectorsMessages reads every object of messages.json and writes it again
// byte for byte.
func TestVectorsMessages(t *testing.T) {
	entries := loadVectors[map[string]hexBytes](t, "messages.json", 60)
	message := func(b []byte) ([]byte, error) {
		m, err := ParseMessage(b)
		if err != nil {
			return nil, err
		}
		return m.Append(nil), nil
	}
	proposal := func(typ ProposalType) func([]byte) ([]byte, error) {
		return func(b []byte) ([]byte, error) {
			p, err := ParseProposal(append(appendU16(nil, uint16(typ)), b...))
			if err != nil {
				return nil, err
			}
			return p.appendBody(nil), nil
		}
	}
	kinds := map[string]func([]byte) ([]byte, error){
		"mls_welcome": message, "mls_group_info": message, "mls_key_package": message,
		"public_message_application": message, "public_message_proposal": message, "public_message_commit": message, "private_message": message,
		"add_proposal": proposal(ProposalAdd), "update_proposal": proposal(ProposalUpdate), "remove_proposal": proposal(ProposalRemove),
		"pre_shared_key_proposal": proposal(ProposalPSK), "re_init_proposal": proposal(ProposalReInit),
		"external_init_proposal":            proposal(ProposalExternalInit),
		"group_context_extensions_proposal": proposal(ProposalGroupContextExtensions),
		"ratchet_tree": func(b []byte) ([]byte, error) {
			tree, err := ParseRatchetTree(b)
			if err != nil {
				return nil, err
			}
			return tree.Bytes(), nil
		},
		"commit": func(b []byte) ([]byte, error) {
			c, err := ParseCommit(b)
			if err != nil {
				return nil, err
			}
			return c.Append(nil), nil
		},
	}
	objects := 0
	for i, e := range entries {
		for kind, roundTrip := range kinds {
			b, ok := e[kind]
			if !ok {
				t.Fatalf("entry %d has no %s", i, kind)
			}
			got, err := roundTrip(b)
			if err != nil {
				t.Errorf("entry %d, %s: %v", i, kind, err)
				continue
			}
			if !bytes.Equal(got, b) {
				t.Errorf("entry %d, %s: written differently", i, kind)
			}
			objects++
		}
	}
	if objects != 960 {
		t.Errorf("%d objects, want 960", objects)
	}
	t.Logf("messages: %d objects of 16 kinds read and written again", objects)
}

func TestVectorsTreeHashes(t *testing.T) {
	type entry struct {
		Suite      CipherSuite `json:"cipher_suite"`
		Tree       hexBytes    `json:"tree"`
		TreeHashes []hexBytes  `json:"tree_hashes"`
		Resolution [][]int     `json:"resolutions"`
	}
	nodes := 0
	for i, e := range loadVectors[entry](t, "tree-validation.json", 98) {
		tree, err := ParseRatchetTree(e.Tree)
		if err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		if !bytes.Equal(tree.Bytes(), e.Tree) {
			t.Errorf("entry %d: tree written differently", i)
		}
		h := tree.hashed(e.Suite)
		for x, want := range e.TreeHashes {
			if got := h.of(tree, x); !bytes.Equal(got, want) {
				t.Errorf("entry %d, node %d: tree hash %x, want %x", i, x, got, []byte(want))
			}
			res := tree.appendResolution([]int{}, x)
			a, _ := json.Marshal(res)
			b, _ := json.Marshal(e.Resolution[x])
			if !bytes.Equal(a, b) {
				t.Errorf("entry %d, node %d: resolution %s, want %s", i, x, a, b)
			}
			nodes++
		}
	}
	t.Logf("tree-validation: %d nodes of 98 trees", nodes)
}
