package mls

import (
	"bytes"
	"fmt"
	"math"
	"time"
)

// MaxLifetime is the longest lifetime that a key package may have: 90 days,
// plus one hour of tolerance for slow clocks.
const MaxLifetime = 90*24*time.Hour + time.Hour

// Verify checks a key package that the account did publishes: the suite, the
// keys, whether its lifetime includes now, the capabilities, the credential,
// and both signatures.
func (k *KeyPackage) Verify(now time.Time, did string) error {
	if err := k.checkForm(); err != nil {
		return within("KeyPackage", "", err)
	}
	if err := k.LeafNode.Lifetime.check(now); err != nil {
		return within("KeyPackage", "leaf_node.lifetime", err)
	}
	id, err := k.Identity()
	if err != nil {
		return within("KeyPackage", "leaf_node.credential", err)
	}
	if id.DID != did {
		return within("KeyPackage", "", invalid("leaf_node.credential.identity", "another DID", "the DID of the caller, optionally followed by '#' and a device name", "RFC 9420 §5.3"))
	}
	return k.VerifySignatures()
}

// checkForm checks everything that depends neither on the time nor on the
// publisher, signatures excluded.
func (k *KeyPackage) checkForm() error {
	if err := k.CipherSuite.Supported(); err != nil {
		return err
	}
	if err := checkKEMKey(k.CipherSuite, k.InitKey); err != nil {
		return within("", "init_key", err)
	}
	if k.LeafNode.Source != SourceKeyPackage {
		return invalid("leaf_node.leaf_node_source", k.LeafNode.Source.String(), SourceKeyPackage.String(), "RFC 9420 §10")
	}
	if err := k.LeafNode.checkForm(k.CipherSuite); err != nil {
		return within("", "leaf_node", err)
	}
	if bytes.Equal(k.InitKey, k.LeafNode.EncryptionKey) {
		return invalid("init_key", "the leaf's encryption_key", "a key of its own", "RFC 9420 §10.1")
	}
	if data, ok := k.Extensions.Find(ExtensionLastResort); ok && len(data) > 0 {
		return invalid("extensions.last_resort", short(data), "no data", "draft-ietf-mls-extensions")
	}
	return nil
}

// checkFor does what checkForm does, and checks that the key package can be
// added to a group with suite s.
func (k *KeyPackage) checkFor(s CipherSuite) error {
	if k.CipherSuite != s {
		return invalid("cipher_suite", k.CipherSuite.String(), s.String(), "RFC 9420 §10.1")
	}
	return k.checkForm()
}

// VerifySignatures checks only the signatures of the key package and of its
// leaf node.
func (k *KeyPackage) VerifySignatures() error {
	if err := k.CipherSuite.Supported(); err != nil {
		return within("KeyPackage", "", err)
	}
	if err := k.LeafNode.verifySignature(k.CipherSuite, nil, 0); err != nil {
		return within("KeyPackage", "leaf_node", err)
	}
	return within("KeyPackage", "", k.verifySignature())
}

// verifySignature checks the signature of the key package itself.
func (k *KeyPackage) verifySignature() error {
	return VerifyWithLabel(k.CipherSuite, k.LeafNode.SignatureKey, LabelKeyPackage, k.Raw[:k.signed:k.signed], k.Signature)
}

// ClockAhead is how far the clock of a client may be ahead: a lifetime may begin
// that much after now.
const ClockAhead = time.Hour

// check checks that the lifetime includes now, or begins soon, and that it is not
// too long.
func (l Lifetime) check(now time.Time) error {
	const section = "RFC 9420 §7.2"
	if l.NotAfter < l.NotBefore {
		return invalid("not_after", fmt.Sprint(l.NotAfter), fmt.Sprintf("not before not_before (%d)", l.NotBefore), section)
	}
	if length := l.NotAfter - l.NotBefore; length > uint64(MaxLifetime/time.Second) {
		e := invalid("not_after", fmt.Sprintf("%d seconds after not_before", length),
			fmt.Sprintf("at most %d seconds (90 days and an hour)", MaxLifetime/time.Second), section)
		if l.NotBefore == 0 && l.NotAfter >= math.MaxInt64 {
			e.Quirk = QuirkLifetime
		}
		return e
	}
	at := uint64(max(now.Unix(), 0))
	if latest := at + uint64(ClockAhead/time.Second); latest < l.NotBefore {
		return invalid("not_before", fmt.Sprintf("%d, in the future", l.NotBefore), fmt.Sprintf("at most an hour after the present, %d", latest), section)
	}
	if at > l.NotAfter {
		return invalid("not_after", fmt.Sprintf("%d, in the past", l.NotAfter), fmt.Sprintf("at least the present, %d", at), section)
	}
	return nil
}
