// Package mlstest makes real, correctly signed MLS objects for tests: key
// packages, groups with trees, commits, Welcomes and messages. Whatever depends
// on a secret of the group (ciphertexts, MACs, path secrets) is random bytes of
// the proper length. A delivery service cannot see the difference, but no
// member could read the messages.
//
// Misuse panics, since the callers are tests.
package mlstest

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/mlkem"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"time"

	"catbird.blue/mls/mls"
)

// Client is one device: a signature key under a DID.
type Client struct {
	// DID and Device form the identity in its credential: "DID" or
	// "DID#Device".
	DID, Device string
	Suite       mls.CipherSuite
	key         crypto.Signer
	public      []byte
}

// Option configures a client that NewClient makes.
type Option func(*Client)

// Suite sets the cipher suite; the default is suite 1.
func Suite(s mls.CipherSuite) Option { return func(c *Client) { c.Suite = s } }

// Device sets the device name of the credential.
func Device(name string) Option { return func(c *Client) { c.Device = name } }

// NewClient returns a device with a new signature key.
func NewClient(did string, opts ...Option) *Client {
	c := &Client{DID: did, Suite: mls.SuiteX25519AES128}
	for _, o := range opts {
		o(c)
	}
	switch c.Suite {
	case mls.SuiteP256:
		c.setECDSA(elliptic.P256())
	case mls.SuiteP384:
		c.setECDSA(elliptic.P384())
	case mls.SuiteP521:
		c.setECDSA(elliptic.P521())
	default:
		key := ed25519.NewKeyFromSeed(Random(ed25519.SeedSize))
		c.key, c.public = key, key.Public().(ed25519.PublicKey)
	}
	return c
}

func (c *Client) setECDSA(curve elliptic.Curve) {
	key, err := ecdsa.ParseRawPrivateKey(curve, scalar(curve))
	check(err)
	pub, err := key.PublicKey.Bytes()
	check(err)
	c.key, c.public = key, pub
}

// Rotate returns a client of the same account with a new signature key, which
// makes it a new device.
func (c *Client) Rotate() *Client { return NewClient(c.DID, Suite(c.Suite), Device(c.Device)) }

// SignatureKey returns the public key in the form in which a leaf carries it.
func (c *Client) SignatureKey() []byte { return c.public }

// DeviceID returns the device id that the service uses.
func (c *Client) DeviceID() string { return mls.DeviceID(c.public) }

// Identity returns the content of its basic credential.
func (c *Client) Identity() []byte {
	if c.Device != "" {
		return []byte(c.DID + "#" + c.Device)
	}
	return []byte(c.DID)
}

// Sign implements SignWithLabel of RFC 9420 §5.1.2.
func (c *Client) Sign(label string, content []byte) []byte {
	input := mls.SignContent(nil, label, content)
	var hash crypto.Hash
	switch c.key.(type) {
	case *ecdsa.PrivateKey:
		input, hash = digest(c.Suite, input)
	}
	// With a nil source of randomness, ECDSA signatures are deterministic (RFC
	// 6979).
	sig, err := c.key.Sign(nil, input, hash)
	check(err)
	return sig
}

func digest(s mls.CipherSuite, b []byte) ([]byte, crypto.Hash) {
	switch s {
	case mls.SuiteP384:
		h := sha512.Sum384(b)
		return h[:], crypto.SHA384
	case mls.SuiteP521:
		h := sha512.Sum512(b)
		return h[:], crypto.SHA512
	default:
		h := sha256.Sum256(b)
		return h[:], crypto.SHA256
	}
}

// Leaf returns an unsigned leaf node with a new encryption key.
func (c *Client) Leaf(source mls.LeafNodeSource) mls.LeafNode {
	return mls.LeafNode{
		EncryptionKey: HPKEKey(c.Suite),
		SignatureKey:  c.public,
		Credential:    mls.Credential{Type: mls.CredentialBasic, Identity: c.Identity()},
		Capabilities: mls.Capabilities{
			Versions:     mls.ListOf[uint16](1),
			CipherSuites: mls.ListOf(c.Suite),
			Extensions:   mls.ListOf(mls.ExtensionLastResort),
			Credentials:  mls.ListOf(mls.CredentialBasic),
		},
		Source: source,
	}
}

// SignLeaf signs a leaf node. groupID and index are used only when the source
// is update or commit.
func (c *Client) SignLeaf(l *mls.LeafNode, groupID []byte, index uint32) {
	l.Raw = nil
	l.Signature = c.Sign(mls.LabelLeafNode, l.AppendTBS(nil, groupID, index))
}

// KPOption changes a key package before it is signed.
type KPOption func(*mls.KeyPackage)

// LastResort makes the key package one of last resort.
func LastResort() KPOption {
	return func(k *mls.KeyPackage) {
		k.Extensions = append(k.Extensions, mls.Extension{Type: mls.ExtensionLastResort})
	}
}

// Lifetime sets the lifetime. The default starts an hour ago and ends in 28
// days.
func Lifetime(from, to time.Time) KPOption {
	return func(k *mls.KeyPackage) {
		k.LeafNode.Lifetime = mls.Lifetime{NotBefore: uint64(from.Unix()), NotAfter: uint64(to.Unix())}
	}
}

// Edit changes any field before the signatures are made.
func Edit(f func(*mls.KeyPackage)) KPOption { return f }

// KeyPackage returns a correctly signed key package.
func (c *Client) KeyPackage(opts ...KPOption) *mls.KeyPackage {
	at := now()
	k := &mls.KeyPackage{CipherSuite: c.Suite, InitKey: HPKEKey(c.Suite), LeafNode: c.Leaf(mls.SourceKeyPackage)}
	Lifetime(at.Add(-time.Hour), at.Add(28*24*time.Hour))(k)
	for _, o := range opts {
		o(k)
	}
	return c.SignKeyPackage(k)
}

// SignKeyPackage signs the current fields of the leaf node and the key package,
// and returns the result parsed from its encoding.
func (c *Client) SignKeyPackage(k *mls.KeyPackage) *mls.KeyPackage {
	c.SignLeaf(&k.LeafNode, nil, 0)
	k.Signature = c.Sign(mls.LabelKeyPackage, k.AppendTBS(nil))
	m, err := mls.ParseMessage(Wrap(k))
	check(err)
	return m.KeyPackage
}

// Wrap encodes a key package in an MLSMessage.
func Wrap(k *mls.KeyPackage) []byte {
	return (&mls.Message{WireFormat: mls.WireFormatKeyPackage, KeyPackage: k}).Append(nil)
}

// HPKEKey returns a new public key for the KEM of the suite.
func HPKEKey(s mls.CipherSuite) []byte {
	var key *ecdh.PrivateKey
	var err error
	switch s {
	case mls.SuiteP256:
		key, err = ecdh.P256().NewPrivateKey(scalar(elliptic.P256()))
	case mls.SuiteP384:
		key, err = ecdh.P384().NewPrivateKey(scalar(elliptic.P384()))
	case mls.SuiteP521:
		key, err = ecdh.P521().NewPrivateKey(scalar(elliptic.P521()))
	case mls.SuiteXWing:
		pq, err := mlkem.NewDecapsulationKey768(Random(mlkem.SeedSize))
		check(err)
		return append(pq.EncapsulationKey().Bytes(), HPKEKey(mls.SuiteX25519AES128)...)
	default:
		key, err = ecdh.X25519().NewPrivateKey(Random(32))
	}
	check(err)
	return key.PublicKey().Bytes()
}

// kemOutput returns random bytes with the length of a KEM output.
func kemOutput(s mls.CipherSuite) []byte {
	if s == mls.SuiteXWing {
		return Random(1120)
	}
	return HPKEKey(s)
}

// hashSize returns the length of the suite's hash and MAC.
func hashSize(s mls.CipherSuite) int {
	switch s {
	case mls.SuiteP384:
		return 48
	case mls.SuiteP521:
		return 64
	}
	return 32
}

func check(err error) {
	if err != nil {
		panic(fmt.Sprintf("mlstest: %v", err))
	}
}
