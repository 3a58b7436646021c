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

// loadVectors reads a file of testdata and asserts its number of entries.
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
		r := newReader("vector", e.Header)
		if got := r.header("length"); got != e.Length || r.err != nil {
			t.Errorf("%x: length %d, error %v, want %d", []byte(e.Header), got, r.err, e.Length)
		}
		if got := appendLength(nil, e.Length); !bytes.Equal(got, e.Header) {
			t.Errorf("length %d written as %x, want %x", e.Length, got, []byte(e.Header))
		}
	}
}

// TestVectorsMessages parses every object of messages.json and checks that it
// is encoded to the same bytes.
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
		h := tree.hashesFor(e.Suite)
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

// TestVectorsCryptoBasics checks RefHash and VerifyWithLabel. The other parts
// of the file need secrets.
func TestVectorsCryptoBasics(t *testing.T) {
	type entry struct {
		Suite   CipherSuite `json:"cipher_suite"`
		RefHash struct {
			Label      string
			Out, Value hexBytes
		} `json:"ref_hash"`
		Sign struct {
			Label                   string
			Content, Pub, Signature hexBytes
		} `json:"sign_with_label"`
	}
	hashes, signatures := 0, 0
	for _, e := range loadVectors[entry](t, "crypto-basics.json", 7) {
		in := appendOpaque(appendOpaque(nil, []byte(e.RefHash.Label)), e.RefHash.Value)
		if got := e.Suite.hash(in); !bytes.Equal(got, e.RefHash.Out) {
			t.Errorf("suite %d: RefHash %x, want %x", e.Suite, got, []byte(e.RefHash.Out))
		}
		hashes++
		err := VerifyWithLabel(e.Suite, e.Sign.Pub, e.Sign.Label, e.Sign.Content, e.Sign.Signature)
		if e.Suite.Supported() != nil {
			if !IsCipherSuite(err) {
				t.Errorf("suite %d: %v, want a refusal of the suite", e.Suite, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("suite %d: %v", e.Suite, err)
		}
		e.Sign.Content[0] ^= 1
		if err := VerifyWithLabel(e.Suite, e.Sign.Pub, e.Sign.Label, e.Sign.Content, e.Sign.Signature); !IsSignature(err) {
			t.Errorf("suite %d: changed content gives %v", e.Suite, err)
		}
		signatures++
	}
	if hashes != 7 || signatures != 5 {
		t.Errorf("%d hashes and %d signatures, want 7 and 5", hashes, signatures)
	}
	t.Logf("crypto-basics: %d reference hashes, %d signatures", hashes, signatures)
}

// TestVectorsWelcome checks that each Welcome names its key package.
func TestVectorsWelcome(t *testing.T) {
	type entry struct {
		Suite      CipherSuite `json:"cipher_suite"`
		KeyPackage hexBytes    `json:"key_package"`
		Welcome    hexBytes    `json:"welcome"`
	}
	named, verified := 0, 0
	check := func(i int, e entry) {
		k, err := ParseKeyPackage(e.KeyPackage)
		if err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		w, err := ParseWelcome(e.Welcome)
		if err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		ref, err := k.Ref()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range w.Refs() {
			if bytes.Equal(r, ref) {
				named++
			}
		}
		if err := w.verifyLengths(); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
		if e.Suite.Supported() == nil {
			if err := k.VerifySignatures(); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
			if err := w.Verify(); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
			verified++
		}
	}
	for i, e := range loadVectors[entry](t, "welcome.json", 7) {
		check(i, e)
	}
	for i, e := range loadVectors[entry](t, "passive-client-welcome.json", 56) {
		check(i, e)
	}
	if named != 63 || verified != 45 {
		t.Errorf("%d named and %d verified, want 63 and 45", named, verified)
	}
	t.Logf("welcome: %d references found, %d key packages verified", named, verified)
}

// TestVectorsMessagesSigned verifies the signatures in messages.json: those of
// key packages, and those of GroupInfos under the key of the entry's key
// package.
func TestVectorsMessagesSigned(t *testing.T) {
	signatures := 0
	for i, e := range loadVectors[map[string]hexBytes](t, "messages.json", 60) {
		k, err := ParseKeyPackage(e["mls_key_package"])
		if err != nil {
			t.Fatal(err)
		}
		if err := k.VerifySignatures(); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
		gi, err := ParseGroupInfo(e["mls_group_info"])
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyWithLabel(gi.Context.CipherSuite, k.LeafNode.SignatureKey, LabelGroupInfo, gi.Raw[:gi.signed], gi.Signature); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
		if key, err := gi.Extensions.ExternalPub(gi.Context.CipherSuite); err != nil || key == nil {
			t.Errorf("entry %d: external_pub %x, %v", i, key, err)
		}
		signatures += 3
	}
	if signatures != 180 {
		t.Errorf("%d signatures, want 180", signatures)
	}
	t.Logf("messages: %d signatures", signatures)
}
