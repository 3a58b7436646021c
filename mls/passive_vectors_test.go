package mls

import (
	"bytes"
	"testing"
)

// TestVectorsPassiveClient follows the groups of the passive-client vectors
// from outside. It starts with the GroupInfo in the Welcome, then verifies and
// applies every commit. Each signature covers the GroupContext that was
// computed from the previous commit, so a wrong tree hash or transcript hash is
// found at the next epoch.
func TestVectorsPassiveClient(t *testing.T) {
	for _, f := range []struct {
		file                               string
		entries, groups, epochs, proposals int
	}{
		{"passive-client-welcome.json", 56, 40, 0, 0},
		{"passive-client-handling-commit.json", 39, 39, 78, 36},
		{"passive-client-random.json", 1, 1, 200, 1542},
	} {
		t.Run(f.file, func(t *testing.T) {
			groups, epochs, proposals := 0, 0, 0
			for i, e := range loadVectors[passiveEntry](t, f.file, f.entries) {
				kp, err := ParseKeyPackage(e.KeyPackage)
				if err != nil {
					t.Fatal(err)
				}
				err = kp.VerifySignatures()
				if e.Suite.Supported() != nil {
					if !IsCipherSuite(err) {
						t.Errorf("entry %d: %v, want a refusal of the suite", i, err)
					}
					continue
				}
				if err != nil {
					t.Errorf("entry %d: %v", i, err)
				}
				p, n := followGroup(t, i, &e)
				groups, epochs, proposals = groups+1, epochs+n, proposals+p
			}
			if groups != f.groups || epochs != f.epochs || proposals != f.proposals {
				t.Errorf("%d groups, %d epochs, %d proposals, want %d, %d, %d", groups, epochs, proposals, f.groups, f.epochs, f.proposals)
			}
			t.Logf("%s: %d groups, %d commits applied, %d proposals", f.file, groups, epochs, proposals)
		})
	}
}

func followGroup(t *testing.T, entry int, e *passiveEntry) (proposals, epochs int) {
	t.Helper()
	gi := openWelcome(t, e)
	var beside *RatchetTree
	if len(e.RatchetTree) > 0 {
		var err error
		if beside, err = ParseRatchetTree(e.RatchetTree); err != nil {
			t.Fatal(err)
		}
	}
	cache := NewLeafCache(1000)
	g, err := gi.Verify(beside, cache)
	if err != nil {
		t.Fatalf("entry %d: %v", entry, err)
	}
	for n, epoch := range e.Epochs {
		sent := map[string]*PublicMessage{}
		for _, b := range epoch.Proposals {
			m, err := ParseMessage(b)
			if err != nil || m.Public == nil {
				t.Fatalf("entry %d, epoch %d: proposal: %v", entry, n, err)
			}
			if !bytes.Equal(m.Append(nil), b) {
				t.Errorf("entry %d, epoch %d: proposal written differently", entry, n)
			}
			if err := g.VerifyMessage(m.Public); err != nil {
				t.Fatalf("entry %d, epoch %d: %v", entry, n, err)
			}
			ref, err := m.Public.ProposalRef(e.Suite)
			if err != nil {
				t.Fatal(err)
			}
			sent[string(ref)] = m.Public
		}
		m, err := ParseMessage(epoch.Commit)
		if err != nil || m.Public == nil {
			t.Fatalf("entry %d, epoch %d: commit: %v", entry, n, err)
		}
		if !bytes.Equal(m.Append(nil), epoch.Commit) {
			t.Errorf("entry %d, epoch %d: commit written differently", entry, n)
		}
		next, _, err := g.ApplyCommit(m.Public, func(ref []byte) *PublicMessage { return sent[string(ref)] }, cache)
		if err != nil {
			t.Fatalf("entry %d, epoch %d: %v", entry, n, err)
		}
		g, proposals, epochs = next, proposals+len(epoch.Proposals), epochs+1
	}
	return proposals, epochs
}
