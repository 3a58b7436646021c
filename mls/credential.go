package mls

import "fmt"

// CredentialType is the number of a credential type (RFC 9420 §17.5).
type CredentialType uint16

// Credential types with a defined encoding.
const (
	CredentialBasic CredentialType = 1
	CredentialX509  CredentialType = 2
)

// Credential binds an identity to a signature key (RFC 9420 §5.3). This service
// accepts basic credentials only; x509 credentials are parsed, so that the
// error can name them.
type Credential struct {
	Type CredentialType
	// Identity is set for a basic credential.
	Identity []byte
	// Certificates is the body of the certificate vector of an x509 credential.
	// The parser checked that it is a list of opaque<V>.
	Certificates []byte
}

func parseCredential(r *reader) Credential {
	c := Credential{Type: CredentialType(r.u16("credential.credential_type"))}
	switch c.Type {
	case CredentialBasic:
		c.Identity = r.opaque("credential.identity")
	case CredentialX509:
		rest := r.open("credential.certificates")
		c.Certificates = r.b
		for r.more() {
			r.opaque("cert_data")
		}
		r.close(rest)
	default:
		r.fail("credential.credential_type", fmt.Sprint(uint16(c.Type)), "1 (basic)", "RFC 9420 §5.3")
	}
	return c
}

func (c Credential) append(b []byte) []byte {
	b = appendU16(b, uint16(c.Type))
	if c.Type == CredentialX509 {
		return appendOpaque(b, c.Certificates)
	}
	return appendOpaque(b, c.Identity)
}

// Bytes returns the encoding of the credential, as it appears in a leaf node.
func (c Credential) Bytes() []byte { return c.append(nil) }

// Parse returns the DID and the device name of a basic credential.
func (c Credential) Parse() (Identity, error) {
	if c.Type != CredentialBasic {
		return Identity{}, &Error{Kind: KindInvalid, Object: "Credential", Field: "credential_type", Found: fmt.Sprint(uint16(c.Type)),
			Want: "1 (basic)", Section: "RFC 9420 §5.3"}
	}
	return ParseIdentity(c.Identity)
}
