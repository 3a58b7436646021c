package mls

import "fmt"

// ExtensionType is the number of an extension (RFC 9420 §17.3).
type ExtensionType uint16

// Extension types that this package reads.
const (
	ExtensionApplicationID        ExtensionType = 1
	ExtensionRatchetTree          ExtensionType = 2
	ExtensionRequiredCapabilities ExtensionType = 3
	ExtensionExternalPub          ExtensionType = 4
	ExtensionExternalSenders      ExtensionType = 5
	// ExtensionLastResort marks a key package that may be used more than once
	// (draft-ietf-mls-extensions). Its data is empty.
	ExtensionLastResort ExtensionType = 0x000A
)

// Extension is one entry of an extensions list (RFC 9420 §13).
type Extension struct {
	Type ExtensionType
	Data []byte
}

// Extensions is a list of extensions in which no type appears twice.
type Extensions []Extension

func parseExtensions(r *reader, field string) Extensions {
	rest := r.open(field)
	defer r.close(rest)
	n := r.count(func(r *reader) { r.u16(""); r.opaque("") })
	if n == 0 {
		return nil
	}
	out := make(Extensions, 0, n)
	for i := 0; r.more(); i++ {
		r.pushIndex("", i)
		e := Extension{Type: ExtensionType(r.u16("extension_type")), Data: r.opaque("extension_data")}
		r.pop()
		out = append(out, e)
	}
	if r.err != nil {
		return nil
	}
	if t, twice := out.duplicate(); twice {
		r.failAs(KindInvalid, "", fmt.Sprintf("extension type %d twice", t), "each type at most once", "RFC 9420 §13")
	}
	return out
}

// duplicate finds a type that appears twice. A long list, which only a
// malicious client sends, is checked with one bit per possible type; comparing
// its entries pairwise would take quadratic time.
func (x Extensions) duplicate() (ExtensionType, bool) {
	if len(x) <= 16 {
		for i := range x {
			for j := range i {
				if x[i].Type == x[j].Type {
					return x[i].Type, true
				}
			}
		}
		return 0, false
	}
	var seen [1 << 16 / 64]uint64
	for _, e := range x {
		bit := uint64(1) << (e.Type % 64)
		if seen[e.Type/64]&bit != 0 {
			return e.Type, true
		}
		seen[e.Type/64] |= bit
	}
	return 0, false
}

func (x Extensions) append(b []byte) []byte {
	return appendVector(b, func(b []byte) []byte {
		for _, e := range x {
			b = appendOpaque(appendU16(b, uint16(e.Type)), e.Data)
		}
		return b
	})
}

// Find returns the data of the extension of type t.
func (x Extensions) Find(t ExtensionType) ([]byte, bool) {
	for _, e := range x {
		if e.Type == t {
			return e.Data, true
		}
	}
	return nil, false
}

// RequiredCapabilities is the content of the required_capabilities extension
// (RFC 9420 §11.1).
type RequiredCapabilities struct {
	ExtensionTypes  List[ExtensionType]
	ProposalTypes   List[ProposalType]
	CredentialTypes List[CredentialType]
}

// RequiredCapabilities parses the required_capabilities extension. It returns
// nil when the extension is absent.
func (x Extensions) RequiredCapabilities() (*RequiredCapabilities, error) {
	data, ok := x.Find(ExtensionRequiredCapabilities)
	if !ok {
		return nil, nil
	}
	r := newReader("required_capabilities", data)
	rc := &RequiredCapabilities{
		ExtensionTypes:  parseList[ExtensionType](r, "extension_types"),
		ProposalTypes:   parseList[ProposalType](r, "proposal_types"),
		CredentialTypes: parseList[CredentialType](r, "credential_types"),
	}
	return rc, r.end()
}

// ExternalSender is one entry of the external_senders extension (RFC 9420
// §12.1.8.1).
type ExternalSender struct {
	SignatureKey []byte
	Credential   Credential
}

// ExternalSenders parses the external_senders extension. It returns nil when
// the extension is absent.
func (x Extensions) ExternalSenders() ([]ExternalSender, error) {
	data, ok := x.Find(ExtensionExternalSenders)
	if !ok {
		return nil, nil
	}
	r := newReader("external_senders", data)
	rest := r.open("")
	n := r.count(func(r *reader) { r.opaque(""); parseCredential(r) })
	out := make([]ExternalSender, 0, n)
	for i := 0; r.more(); i++ {
		r.pushIndex("", i)
		out = append(out, ExternalSender{SignatureKey: r.opaque("signature_key"), Credential: parseCredential(r)})
		r.pop()
	}
	r.close(rest)
	return out, r.end()
}

// ExternalPub returns the HPKE key in the external_pub extension (RFC 9420
// §12.4.3.2) and checks its form for suite s. It returns nil when the extension
// is absent. Only a member can check that the key belongs to the group.
func (x Extensions) ExternalPub(s CipherSuite) ([]byte, error) {
	data, ok := x.Find(ExtensionExternalPub)
	if !ok {
		return nil, nil
	}
	const section = "RFC 9420 §12.4.3.2"
	r := newReader("external_pub", data)
	key := r.opaque("")
	if i, known := s.info(); known && len(data) == i.kemKey && checkKEMKey(s, data) == nil {
		return nil, &Error{Kind: KindInvalid, Object: "external_pub", Found: fmt.Sprintf("a bare key of %d bytes", len(data)),
			Want: "the key as opaque<V>, with its length before it", Section: section, Quirk: QuirkExternalPub}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if err := checkKEMKey(s, key); err != nil {
		return nil, within("external_pub", "", err)
	}
	return key, nil
}

// LastResort reports whether the list contains last_resort.
func (x Extensions) LastResort() bool {
	_, ok := x.Find(ExtensionLastResort)
	return ok
}
