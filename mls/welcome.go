package mls

import (
	"encoding/hex"
	"fmt"
)

// HPKECiphertext is a ciphertext for one public key (RFC 9420 §7.6).
type HPKECiphertext struct{ KEMOutput, Ciphertext []byte }

// EncryptedGroupSecrets is the part of a Welcome for one key package.
type EncryptedGroupSecrets struct {
	// NewMember is the KeyPackageRef of the key package to which the secrets
	// are encrypted.
	NewMember []byte
	Secrets   HPKECiphertext
}

// Welcome lets the owners of key packages join a group (RFC 9420 §12.4.3.1).
// Only the suite and the key package references are not encrypted.
type Welcome struct {
	CipherSuite        CipherSuite
	Secrets            []EncryptedGroupSecrets
	EncryptedGroupInfo []byte
}

func skipSecrets(r *reader) { r.opaque(""); r.opaque(""); r.opaque("") }

func parseWelcome(r *reader) *Welcome {
	w := &Welcome{CipherSuite: CipherSuite(r.u16("cipher_suite"))}
	info, known := w.CipherSuite.info()
	rest := r.open("secrets")
	if n := r.count(skipSecrets); n > 0 {
		w.Secrets = make([]EncryptedGroupSecrets, 0, n)
	}
	for i := 0; r.more(); i++ {
		r.pushIndex("", i)
		s := EncryptedGroupSecrets{NewMember: r.opaque("new_member"),
			Secrets: HPKECiphertext{KEMOutput: r.opaque("kem_output"), Ciphertext: r.opaque("ciphertext")}}
		if known && r.err == nil {
			wantSize(r, "new_member", s.NewMember, info.hashSize, "RFC 9420 §5.2")
			wantSize(r, "kem_output", s.Secrets.KEMOutput, info.kemOutput, "RFC 9420 §7.6")
		}
		r.pop()
		w.Secrets = append(w.Secrets, s)
	}
	r.close(rest)
	w.EncryptedGroupInfo = r.opaque("encrypted_group_info")
	return w
}

// ParseWelcome parses a Welcome inside an MLSMessage.
func ParseWelcome(b []byte) (*Welcome, error) {
	m, err := ParseMessage(b)
	if err != nil {
		return nil, err
	}
	if m.Welcome == nil {
		return nil, wrongFormat("Welcome", m.WireFormat, WireFormatWelcome)
	}
	return m.Welcome, nil
}

// Append appends the encoding of the Welcome, without MLSMessage, to b.
func (w *Welcome) Append(b []byte) []byte {
	b = appendU16(b, uint16(w.CipherSuite))
	b = appendVector(b, func(b []byte) []byte {
		for _, s := range w.Secrets {
			b = appendOpaque(b, s.NewMember)
			b = appendOpaque(b, s.Secrets.KEMOutput)
			b = appendOpaque(b, s.Secrets.Ciphertext)
		}
		return b
	})
	return appendOpaque(b, w.EncryptedGroupInfo)
}

// Refs lists the KeyPackageRefs that the Welcome names, in its order.
func (w *Welcome) Refs() [][]byte {
	out := make([][]byte, len(w.Secrets))
	for i, s := range w.Secrets {
		out[i] = s.NewMember
	}
	return out
}

// RefsHex returns Refs in lower-case hex.
func (w *Welcome) RefsHex() []string {
	out := make([]string, len(w.Secrets))
	for i, s := range w.Secrets {
		out[i] = hex.EncodeToString(s.NewMember)
	}
	return out
}

// Verify checks a Welcome as far as is possible from outside: the suite is
// supported, at least one secret is present, no key package is named twice, and
// the ciphertexts have lengths that the suite allows.
func (w *Welcome) Verify() error {
	if err := w.CipherSuite.Supported(); err != nil {
		return within("Welcome", "", err)
	}
	if len(w.Secrets) == 0 {
		return within("Welcome", "", invalid("secrets", "none", "one per added key package", "RFC 9420 §12.4.3.1"))
	}
	seen := make(map[string]int, len(w.Secrets))
	for i, s := range w.Secrets {
		if j, twice := seen[string(s.NewMember)]; twice {
			return within("Welcome", "", invalid(fmt.Sprintf("secrets[%d].new_member", i), fmt.Sprintf("the key package of secrets[%d]", j),
				"each key package once", "RFC 9420 §12.4.3.1"))
		}
		seen[string(s.NewMember)] = i
	}
	return within("Welcome", "", w.verifyLengths())
}
