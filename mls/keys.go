package mls

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"slices"
)

const sectionKeys = "RFC 9420 §5.1.1"

// size is the length of an uncompressed public key. 0 means that any length is
// accepted.
func (c curve) size() int {
	switch c {
	case ed25519Key:
		return ed25519.PublicKeySize
	case p256Key:
		return 65
	case p384Key:
		return 97
	case p521Key:
		return 133
	case ed448Key:
		return 57
	}
	return 0
}

// checkKEMKey checks the length of an HPKE public key. For the NIST curves it
// also checks that the key is an uncompressed point on the curve.
func checkKEMKey(s CipherSuite, key []byte) error {
	i, ok := s.info()
	if !ok {
		return s.Supported()
	}
	if err := checkKeyForm(i.kemCurve, key, i.kemKey); err != nil {
		return err
	}
	var err error
	switch i.kemCurve {
	case x25519Key:
		if smallOrder(key) {
			return invalid("", "a point of small order", "a key that others can encrypt to", "RFC 9180 §7.1.4")
		}
	case xwingKey:
		if !mlkemReduced(key[:1152]) {
			return invalid("", "an ML-KEM key with a coefficient of 3329 or more", "a key that others can encrypt to", "FIPS 203 §7.2")
		}
	case p256Key:
		_, err = ecdh.P256().NewPublicKey(key)
	case p384Key:
		_, err = ecdh.P384().NewPublicKey(key)
	case p521Key:
		_, err = ecdh.P521().NewPublicKey(key)
	}
	if err != nil {
		return invalid("", short(key), "a point on the curve", sectionKeys)
	}
	return nil
}

// smallOrderPoints are the points of Curve25519, canonical or not, for which
// every Diffie-Hellman exchange gives zero. Encrypting to such a key fails (RFC
// 9180 §7.1.4), so that a single leaf with it would stop the whole group. The
// comparison ignores the top bit.
var smallOrderPoints = [...][32]byte{
	{},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
		0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
		0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	nearPrime(0xec), nearPrime(0xed), nearPrime(0xee),
}

// nearPrime returns 2^255 − 256 + low in little-endian order. For low = 0xed
// this is the prime of the field.
func nearPrime(low byte) (p [32]byte) {
	for i := range p {
		p[i] = 0xff
	}
	p[0], p[31] = low, 0x7f
	return p
}

func smallOrder(key []byte) bool {
	k := [32]byte(key)
	k[31] &= 0x7f
	return slices.Contains(smallOrderPoints[:], k)
}

// mlkemReduced performs the modulus check of FIPS 203 §7.2 on the packed 12-bit
// coefficients of an encapsulation key.
func mlkemReduced(b []byte) bool {
	const q = 3329
	for ; len(b) >= 3; b = b[3:] {
		first, second := uint16(b[0])|uint16(b[1]&0x0f)<<8, uint16(b[1]>>4)|uint16(b[2])<<4
		if first >= q || second >= q {
			return false
		}
	}
	return true
}

// checkKeyForm checks the length of a key. Its error says so when the key is a
// compressed point.
func checkKeyForm(c curve, key []byte, size int) error {
	nist := c == p256Key || c == p384Key || c == p521Key
	if nist && len(key) == (size+1)/2 && (key[0] == 2 || key[0] == 3) {
		e := invalid("", fmt.Sprintf("a compressed point of %d bytes", len(key)),
			fmt.Sprintf("the uncompressed point of %d bytes", size), sectionKeys)
		e.Quirk = QuirkCompressedKey
		return e
	}
	if len(key) != size {
		return invalid("", fmt.Sprintf("%d bytes", len(key)), fmt.Sprintf("%d bytes", size), sectionKeys)
	}
	if nist && key[0] != 4 {
		return invalid("", fmt.Sprintf("a point that starts with %#02x", key[0]), "an uncompressed point, which starts with 0x04", sectionKeys)
	}
	return nil
}

// checkSignatureKey checks the length and form of a signature key. Whether the
// key is a point on its curve is checked when a signature is verified.
func checkSignatureKey(s CipherSuite, key []byte) error {
	if err := s.Supported(); err != nil {
		return err
	}
	i, _ := s.info()
	return checkKeyForm(i.curve, key, i.curve.size())
}

// SignContent appends the input of SignWithLabel (RFC 9420 §5.1.2) to b.
func SignContent(b []byte, label string, content []byte) []byte {
	b = appendLength(b, len(labelPrefix)+len(label))
	b = append(append(b, labelPrefix...), label...)
	return appendOpaque(b, content)
}

// Signature labels of RFC 9420.
const (
	LabelFramedContent = "FramedContentTBS"
	LabelLeafNode      = "LeafNodeTBS"
	LabelKeyPackage    = "KeyPackageTBS"
	LabelGroupInfo     = "GroupInfoTBS"
)

// VerifyWithLabel implements VerifyWithLabel of RFC 9420 §5.1.2. key is a
// public key of the suite's signature scheme.
func VerifyWithLabel(s CipherSuite, key []byte, label string, content, signature []byte) error {
	if err := checkSignatureKey(s, key); err != nil {
		return within("", "signature_key", err)
	}
	i, _ := s.info()
	input := SignContent(make([]byte, 0, len(content)+len(label)+20), label, content)
	if i.curve == ed25519Key {
		if len(signature) != ed25519.SignatureSize || !ed25519.Verify(key, input, signature) {
			return badSignature(signature)
		}
		return nil
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(i.curve.nist(), key)
	if err != nil {
		return invalid("signature_key", short(key), "a point on the curve", sectionKeys)
	}
	if !ecdsa.VerifyASN1(pub, s.hash(input), signature) {
		return badSignature(signature)
	}
	return nil
}

func (c curve) nist() elliptic.Curve {
	switch c {
	case p384Key:
		return elliptic.P384()
	case p521Key:
		return elliptic.P521()
	default:
		return elliptic.P256()
	}
}

func badSignature(signature []byte) *Error {
	return &Error{Kind: KindSignature, Field: "signature", Found: fmt.Sprintf("%d bytes that do not verify", len(signature)),
		Want: "a signature by the signature key over the object", Section: "RFC 9420 §5.1.2"}
}
