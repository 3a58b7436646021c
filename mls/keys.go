package mls

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
)

const sectionKeys = "RFC 9420 §5.1.1"

// size is the length of an uncompressed public key; 0 is any.
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

// checkKEMKey checks an HPKE public key: its length, and for the NIST curves
// that it is a point of the curve in uncompressed form.
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

// checkKeyForm checks a key's length and names compressed points.
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

// checkSignatureKey checks a signature key's length and form; whether it is a
// point of its curve shows when a signature is verified.
func checkSignatureKey(s CipherSuite, key []byte) error {
	if err := s.Supported(); err != nil {
		return err
	}
	i, _ := s.info()
	return checkKeyForm(i.curve, key, i.curve.size())
}

// SignContent is the input of SignWithLabel (RFC 9420 §5.1.2), appended to b.
func SignContent(b []byte, label string, content []byte) []byte {
	b = appendLength(b, len(labelPrefix)+len(label))
	b = append(append(b, labelPrefix...), label...)
	return appendOpaque(b, content)
}

// Labels of the signatures of RFC 9420.
const (
	LabelFramedContent = "FramedContentTBS"
	LabelLeafNode      = "LeafNodeTBS"
	LabelKeyPackage    = "KeyPackageTBS"
	LabelGroupInfo     = "GroupInfoTBS"
)

// VerifyWithLabel is VerifyWithLabel of RFC 9420 §5.1.2, with a key of the
// suite's signature scheme.
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
