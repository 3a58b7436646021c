package mls

import (
	"bytes"
	"testing"
)

func TestVectorsMessageProtection(t *testing.T) {
	type entry struct {
		Suite     CipherSuite `json:"cipher_suite"`
		GroupID   hexBytes    `json:"group_id"`
		Epoch     uint64      `json:"epoch"`
		TreeHash  hexBytes    `json:"tree_hash"`
		Confirmed hexBytes    `json:"confirmed_transcript_hash"`
		Pub       hexBytes    `json:"signature_pub"`

		Proposal     hexBytes `json:"proposal"`
		ProposalPriv hexBytes `json:"proposal_priv"`
		ProposalPub  hexBytes `json:"proposal_pub"`
		Commit       hexBytes `json:"commit"`
		CommitPriv   hexBytes `json:"commit_priv"`
		CommitPub    hexBytes `json:"commit_pub"`
		AppPriv      hexBytes `json:"application_priv"`
	}
	framed, verified := 0, 0
	for i, e := range loadVectors[entry](t, "message-protection.json", 7) {
		context := &GroupContext{CipherSuite: e.Suite, GroupID: e.GroupID, Epoch: e.Epoch, TreeHash: e.TreeHash, ConfirmedTranscriptHash: e.Confirmed}
		for _, c := range []struct {
			b    hexBytes
			wire WireFormat
			kind ContentType
			body hexBytes
		}{
			{e.ProposalPriv, WireFormatPrivateMessage, ContentTypeProposal, nil},
			{e.ProposalPub, WireFormatPublicMessage, ContentTypeProposal, e.Proposal},
			{e.CommitPriv, WireFormatPrivateMessage, ContentTypeCommit, nil},
			{e.CommitPub, WireFormatPublicMessage, ContentTypeCommit, e.Commit},
			{e.AppPriv, WireFormatPrivateMessage, ContentTypeApplication, nil},
		} {
			m, err := ParseMessage(c.b)
			if err != nil {
				t.Fatalf("entry %d: %v", i, err)
			}
			f, ok := m.Framing()
			if !ok || f.WireFormat != c.wire || f.ContentType != c.kind || f.Epoch != e.Epoch || !bytes.Equal(f.GroupID, e.GroupID) {
				t.Errorf("entry %d: framing %+v, want %v %v in epoch %d", i, f, c.wire, c.kind, e.Epoch)
			}
			if !bytes.Equal(m.Append(nil), c.b) {
				t.Errorf("entry %d: %v written differently", i, c.kind)
			}
			framed++
			if m.Private != nil {
				if err := m.Private.Verify(e.Suite); err != nil {
					t.Errorf("entry %d: %v", i, err)
				}
				continue
			}
			if err := m.Public.verifyLengths(e.Suite); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
			body := m.Public.content[len(m.Public.content)-len(c.body):]
			if !bytes.Equal(body, c.body) {
				t.Errorf("entry %d: content %x, want %x", i, body, []byte(c.body))
			}
			if e.Suite.Supported() == nil {
				if err := VerifyWithLabel(e.Suite, e.Pub, LabelFramedContent, m.Public.AppendTBS(nil, context), m.Public.Signature); err != nil {
					t.Errorf("entry %d: %v: %v", i, c.kind, err)
				}
				verified++
			}
		}
	}
	if framed != 35 || verified != 10 {
		t.Errorf("%d framed and %d verified, want 35 and 10", framed, verified)
	}
	t.Logf("message-protection: %d messages framed, %d signatures verified", framed, verified)
}

func TestVectorsTranscriptHashes(t *testing.T) {
	type entry struct {
		Suite     CipherSuite `json:"cipher_suite"`
		Content   hexBytes    `json:"authenticated_content"`
		Before    hexBytes    `json:"interim_transcript_hash_before"`
		Confirmed hexBytes    `json:"confirmed_transcript_hash_after"`
		Interim   hexBytes    `json:"interim_transcript_hash_after"`
	}
	for i, e := range loadVectors[entry](t, "transcript-hashes.json", 7) {
		r := newReader("AuthenticatedContent", e.Content)
		wire := WireFormat(r.u16("wire_format"))
		m := &PublicMessage{}
		m.parseContent(r)
		m.Signature, m.ConfirmationTag = r.opaque("signature"), r.opaque("confirmation_tag")
		if err := r.end(); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		confirmed := ConfirmedTranscriptHash(e.Suite, e.Before, wire, m.AppendContent(nil), m.Signature)
		if !bytes.Equal(confirmed, e.Confirmed) {
			t.Errorf("entry %d: confirmed %x, want %x", i, confirmed, []byte(e.Confirmed))
		}
		if interim := InterimTranscriptHash(e.Suite, confirmed, m.ConfirmationTag); !bytes.Equal(interim, e.Interim) {
			t.Errorf("entry %d: interim %x, want %x", i, interim, []byte(e.Interim))
		}
	}
	t.Log("transcript-hashes: 7 confirmed and 7 interim hashes")
}

func TestVectorsTreeOperations(t *testing.T) {
	type entry struct {
		Suite      CipherSuite `json:"cipher_suite"`
		Proposal   hexBytes    `json:"proposal"`
		Sender     uint32      `json:"proposal_sender"`
		Before     hexBytes    `json:"tree_before"`
		After      hexBytes    `json:"tree_after"`
		HashBefore hexBytes    `json:"tree_hash_before"`
		HashAfter  hexBytes    `json:"tree_hash_after"`
	}
	for i, e := range loadVectors[entry](t, "tree-operations.json", 5) {
		before, err := ParseRatchetTree(e.Before)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParseProposal(e.Proposal)
		if err != nil {
			t.Fatal(err)
		}
		after := before.Clone()
		switch v := p.(type) {
		case *Add:
			after.Add(&v.KeyPackage.LeafNode)
		case *Update:
			after.Update(e.Sender, &v.LeafNode)
		case *Remove:
			after.Remove(v.Removed)
		}
		if !bytes.Equal(after.Bytes(), e.After) {
			t.Errorf("entry %d: another tree after %v", i, p.Type())
		}
		if h, _ := before.Hash(e.Suite); !bytes.Equal(h, e.HashBefore) || !bytes.Equal(before.Bytes(), e.Before) {
			t.Errorf("entry %d: hash or tree before changed", i)
		}
		if h, _ := after.Hash(e.Suite); !bytes.Equal(h, e.HashAfter) {
			t.Errorf("entry %d: hash after %v is %x, want %x", i, p.Type(), h, []byte(e.HashAfter))
		}
	}
	t.Log("tree-operations: 5 operations")
}
