package mlstest

import (
	"bytes"
	"testing"

	"catbird.blue/mls/mls"
)

// TestObjectsParse makes one object of every kind in every suite and parses it.
func TestObjectsParse(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		t.Run(s.String(), func(t *testing.T) {
			a := NewClient("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", Suite(s))
			b := NewClient("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", Suite(s), Device("phone"))
			c := NewClient("did:plc:cccccccccccccccccccccccc", Suite(s))
			kp := b.KeyPackage(LastResort())
			if got, err := mls.ParseKeyPackage(kp.Raw); err != nil || !bytes.Equal(got.Raw, kp.Raw) || !got.LastResort() {
				t.Fatalf("bare key package: %v", err)
			}
			g := NewGroup(a, Random(16)).With(b, c)
			first := g.Commit(a, Plan{Add: []*mls.KeyPackage{kp, c.KeyPackage()}})
			g = first.Next
			w, err := mls.ParseWelcome(first.Welcome)
			if err != nil || len(w.Refs()) != 2 {
				t.Fatalf("Welcome: %v", err)
			}
			up := g.ProposeUpdate(c, true)
			second := g.Commit(b, Plan{Refs: []*Proposal{up}, Public: true})
			third := second.Next.ExternalCommit(a.Rotate(), second.Next.Index(a))
			for _, b := range [][]byte{first.Message, up.Message, second.Message, third.Message, g.Application(500), first.GroupInfo, first.GroupInfoNoTree} {
				m, err := mls.ParseMessage(b)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(m.Append(nil), b) {
					t.Error("written differently")
				}
			}
			gi, err := mls.ParseGroupInfo(Bare(third.GroupInfo))
			if err != nil {
				t.Fatal(err)
			}
			tree, err := gi.RatchetTree()
			if err != nil {
				t.Fatal(err)
			}
			if h, err := tree.Hash(s); err != nil || !bytes.Equal(h, gi.Context.TreeHash) {
				t.Errorf("tree hash %x, want %x (%v)", h, gi.Context.TreeHash, err)
			}
			if gi.Context.Epoch != 3 || third.Next.Epoch() != 3 {
				t.Errorf("epoch %d, want 3", gi.Context.Epoch)
			}
		})
	}
}
