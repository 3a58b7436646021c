package mls

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// versionMLS10 is the only protocol version (RFC 9420 §6).
const versionMLS10 = 1

// KeyPackage is what a device publishes to be added to groups (RFC 9420 §10).
type KeyPackage struct {
	// Raw is the bare encoding, without an MLSMessage around it.
	Raw         []byte
	CipherSuite CipherSuite
	InitKey     []byte
	LeafNode    LeafNode
	Extensions  Extensions
	Signature   []byte
	signed      int
}

func parseKeyPackage(r *reader) *KeyPackage {
	start := r.b
	k := &KeyPackage{}
	parseVersion(r)
	k.CipherSuite = CipherSuite(r.u16("cipher_suite"))
	k.InitKey = r.opaque("init_key")
	r.push("leaf_node")
	k.LeafNode.parse(r)
	r.pop()
	k.Extensions = parseExtensions(r, "extensions")
	k.signed = len(start) - len(r.b)
	k.Signature = r.opaque("signature")
	k.Raw = r.since(start)
	return k
}

func parseVersion(r *reader) {
	if v := r.u16("version"); r.err == nil && v != versionMLS10 {
		r.fail("version", fmt.Sprint(v), "1 (mls10)", "RFC 9420 §6")
	}
}

// ParseKeyPackage reads a key package, in an MLSMessage or bare. Which of the
// two it is follows from which parse is complete; no key package whose keys
// have their proper lengths can be read both ways.
func ParseKeyPackage(b []byte) (*KeyPackage, error) {
	m, err := ParseMessage(b)
	if err == nil {
		if m.KeyPackage == nil {
			return nil, wrongFormat("KeyPackage", m.WireFormat, WireFormatKeyPackage)
		}
		return m.KeyPackage, nil
	}
	r := newReader("KeyPackage", b)
	k := parseKeyPackage(r)
	bareErr := r.end()
	if bareErr == nil {
		return k, nil
	}
	return nil, likelier(b, WireFormatKeyPackage, err, bareErr)
}

// likelier picks the error to report for bytes that parse neither as an
// MLSMessage nor bare: the former's when they start like one of that format
// around another versioned structure.
func likelier(b []byte, f WireFormat, wrapped, bare error) error {
	if len(b) >= 6 && b[2] == 0 && b[3] == byte(f) && b[4] == 0 && b[5] == versionMLS10 {
		return wrapped
	}
	return bare
}

// Append writes the bare key package from its fields, Raw aside.
func (k *KeyPackage) Append(b []byte) []byte {
	return appendOpaque(k.AppendTBS(b), k.Signature)
}

// AppendTBS writes KeyPackageTBS: what its signature is over.
func (k *KeyPackage) AppendTBS(b []byte) []byte {
	b = appendU16(appendU16(b, versionMLS10), uint16(k.CipherSuite))
	b = appendOpaque(b, k.InitKey)
	b = k.LeafNode.Append(b)
	return k.Extensions.append(b)
}

// Ref is the KeyPackageRef (RFC 9420 §5.2) of the bare key package. It fails
// for a suite whose hash is not known.
func (k *KeyPackage) Ref() ([]byte, error) {
	return k.CipherSuite.refHash("KeyPackage Reference", k.Raw)
}

// RefHex is Ref in lower-case hex.
func (k *KeyPackage) RefHex() (string, error) {
	ref, err := k.Ref()
	return hex.EncodeToString(ref), err
}

// DeviceID names the device that published it.
func (k *KeyPackage) DeviceID() string { return k.LeafNode.DeviceID() }

// Identity gives the DID and device of its credential.
func (k *KeyPackage) Identity() (Identity, error) { return k.LeafNode.Identity() }

// LastResort reports whether it may be used more than once.
func (k *KeyPackage) LastResort() bool { return k.Extensions.LastResort() }

// NotBefore is the start of its lifetime; a time beyond what time.Time can
// name is given as the last second of the year 9999.
func (k *KeyPackage) NotBefore() time.Time { return unixTime(k.LeafNode.Lifetime.NotBefore) }

// NotAfter is the end of its lifetime, clamped like NotBefore.
func (k *KeyPackage) NotAfter() time.Time { return unixTime(k.LeafNode.Lifetime.NotAfter) }

var endOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

func unixTime(s uint64) time.Time {
	if s > math.MaxInt64 || int64(s) > endOfTime.Unix() {
		return endOfTime
	}
	return time.Unix(int64(s), 0).UTC()
}
