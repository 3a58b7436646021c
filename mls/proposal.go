package mls

import "fmt"

// ProposalType is the number of a proposal type (RFC 9420 §17.4).
type ProposalType uint16

// Proposal types of RFC 9420.
const (
	ProposalAdd                    ProposalType = 1
	ProposalUpdate                 ProposalType = 2
	ProposalRemove                 ProposalType = 3
	ProposalPSK                    ProposalType = 4
	ProposalReInit                 ProposalType = 5
	ProposalExternalInit           ProposalType = 6
	ProposalGroupContextExtensions ProposalType = 7
)

// String returns the name that RFC 9420 uses.
func (t ProposalType) String() string {
	switch t {
	case ProposalAdd:
		return "add"
	case ProposalUpdate:
		return "update"
	case ProposalRemove:
		return "remove"
	case ProposalPSK:
		return "psk"
	case ProposalReInit:
		return "reinit"
	case ProposalExternalInit:
		return "external_init"
	case ProposalGroupContextExtensions:
		return "group_context_extensions"
	}
	return fmt.Sprintf("proposal_type %d", uint16(t))
}

// Proposal is one of *Add, *Update, *Remove, *PreSharedKey, *ReInit,
// *ExternalInit and *GroupContextExtensions (RFC 9420 §12.1).
type Proposal interface {
	// Type returns the number of the proposal type.
	Type() ProposalType
	appendBody(b []byte) []byte
}

// Add adds the owner of a key package (RFC 9420 §12.1.1).
type Add struct{ KeyPackage *KeyPackage }

// Update replaces the sender's own leaf (RFC 9420 §12.1.2).
type Update struct{ LeafNode LeafNode }

// Remove removes the leaf with that index (RFC 9420 §12.1.3).
type Remove struct{ Removed uint32 }

// PSKType is the kind of a pre-shared key.
type PSKType uint8

// Kinds of pre-shared keys (RFC 9420 §8.4).
const (
	PSKExternal   PSKType = 1
	PSKResumption PSKType = 2
)

// PreSharedKey mixes a pre-shared key into the next epoch (RFC 9420 §12.1.4).
type PreSharedKey struct {
	PSKType PSKType
	// ID is set for an external key. Usage, GroupID and Epoch are set for a
	// resumption key.
	ID      []byte
	Usage   uint8
	GroupID []byte
	Epoch   uint64
	Nonce   []byte
}

// ReInit ends the group in favour of a new one (RFC 9420 §12.1.5).
type ReInit struct {
	GroupID     []byte
	Version     uint16
	CipherSuite CipherSuite
	Extensions  Extensions
}

// ExternalInit carries the KEM output from which members derive the init secret
// of an external commit (RFC 9420 §12.1.6).
type ExternalInit struct{ KEMOutput []byte }

// GroupContextExtensions replaces the group's extensions (RFC 9420 §12.1.7).
type GroupContextExtensions struct{ Extensions Extensions }

// Type returns ProposalAdd.
func (*Add) Type() ProposalType { return ProposalAdd }

// Type returns ProposalUpdate.
func (*Update) Type() ProposalType { return ProposalUpdate }

// Type returns ProposalRemove.
func (*Remove) Type() ProposalType { return ProposalRemove }

// Type returns ProposalPSK.
func (*PreSharedKey) Type() ProposalType { return ProposalPSK }

// Type returns ProposalReInit.
func (*ReInit) Type() ProposalType { return ProposalReInit }

// Type returns ProposalExternalInit.
func (*ExternalInit) Type() ProposalType { return ProposalExternalInit }

// Type returns ProposalGroupContextExtensions.
func (*GroupContextExtensions) Type() ProposalType { return ProposalGroupContextExtensions }

func parseProposal(r *reader) Proposal {
	t := ProposalType(r.u16("proposal_type"))
	if r.err != nil {
		return nil
	}
	r.push(t.String())
	defer r.pop()
	switch t {
	case ProposalAdd:
		r.push("key_package")
		defer r.pop()
		return &Add{KeyPackage: parseKeyPackage(r)}
	case ProposalUpdate:
		r.push("leaf_node")
		defer r.pop()
		u := &Update{}
		u.LeafNode.parse(r)
		return u
	case ProposalRemove:
		return &Remove{Removed: r.u32("removed")}
	case ProposalPSK:
		return parsePSK(r)
	case ProposalReInit:
		return &ReInit{GroupID: r.opaque("group_id"), Version: r.u16("version"),
			CipherSuite: CipherSuite(r.u16("cipher_suite")), Extensions: parseExtensions(r, "extensions")}
	case ProposalExternalInit:
		return &ExternalInit{KEMOutput: r.opaque("kem_output")}
	case ProposalGroupContextExtensions:
		return &GroupContextExtensions{Extensions: parseExtensions(r, "extensions")}
	}
	r.fail("", fmt.Sprint(uint16(t)), "a proposal type of RFC 9420 (1 to 7)", "RFC 9420 §12.1")
	return nil
}

func parsePSK(r *reader) *PreSharedKey {
	p := &PreSharedKey{PSKType: PSKType(r.u8("psktype"))}
	switch p.PSKType {
	case PSKExternal:
		p.ID = r.opaque("psk_id")
	case PSKResumption:
		p.Usage = r.u8("usage")
		if r.err == nil && (p.Usage < 1 || p.Usage > 3) {
			r.fail("usage", fmt.Sprint(p.Usage), "1 (application), 2 (reinit) or 3 (branch)", "RFC 9420 §8.4")
		}
		p.GroupID = r.opaque("psk_group_id")
		p.Epoch = r.u64("psk_epoch")
	default:
		r.fail("psktype", fmt.Sprint(uint8(p.PSKType)), "1 (external) or 2 (resumption)", "RFC 9420 §8.4")
	}
	p.Nonce = r.opaque("psk_nonce")
	return p
}

// AppendProposal appends the encoding of a proposal, with its type, to b.
func AppendProposal(b []byte, p Proposal) []byte {
	return p.appendBody(appendU16(b, uint16(p.Type())))
}

// ParseProposal parses one proposal without framing, as it appears in a commit.
func ParseProposal(b []byte) (Proposal, error) {
	r := newReader("Proposal", b)
	p := parseProposal(r)
	if err := r.end(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Add) appendBody(b []byte) []byte          { return p.KeyPackage.Append(b) }
func (p *Update) appendBody(b []byte) []byte       { return p.LeafNode.Append(b) }
func (p *Remove) appendBody(b []byte) []byte       { return appendU32(b, p.Removed) }
func (p *ExternalInit) appendBody(b []byte) []byte { return appendOpaque(b, p.KEMOutput) }

func (p *GroupContextExtensions) appendBody(b []byte) []byte { return p.Extensions.append(b) }

func (p *PreSharedKey) appendBody(b []byte) []byte {
	b = append(b, byte(p.PSKType))
	if p.PSKType == PSKExternal {
		b = appendOpaque(b, p.ID)
	} else {
		b = appendU64(appendOpaque(append(b, p.Usage), p.GroupID), p.Epoch)
	}
	return appendOpaque(b, p.Nonce)
}

func (p *ReInit) appendBody(b []byte) []byte {
	b = appendU16(appendOpaque(b, p.GroupID), p.Version)
	return p.Extensions.append(appendU16(b, uint16(p.CipherSuite)))
}
