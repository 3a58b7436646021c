package mls

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// versionMLS10 is the only protocol version that RFC 9420 §6 defines.
const versionMLS10 = 1

// KeyPackage is what a device publishes so that others can add it to groups
// (RFC 9420 §10).
type KeyPackage struct {
	// Raw is the encoding without MLSMessage.
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

// ParseKeyPackage parses a key package, with or without MLSMessage around it.
// It tries both and takes the parse that is complete. No key package whose keys
// have the proper lengths can be parsed both ways.
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
	return nil, moreLikelyError(b, WireFormatKeyPackage, err, bareErr)
}

// moreLikelyError picks the error to report for bytes that parse neither as an
// MLSMessage nor without one. It reports the error of the MLSMessage when the
// bytes start like an MLSMessage of format f that holds a versioned structure.
func moreLikelyError(b []byte, f WireFormat, wrapped, bare error) error {
	if len(b) >= 6 && b[2] == 0 && b[3] == byte(f) && b[4] == 0 && b[5] == versionMLS10 {
		return wrapped
	}
	return bare
}

// Append appends the encoding of the key package's fields, without MLSMessage,
// to b. It ignores Raw.
func (k *KeyPackage) Append(b []byte) []byte {
	return appendOpaque(k.AppendTBS(b), k.Signature)
}

// AppendTBS appends KeyPackageTBS, the bytes that the signature covers.
func (k *KeyPackage) AppendTBS(b []byte) []byte {
	b = appendU16(appendU16(b, versionMLS10), uint16(k.CipherSuite))
	b = appendOpaque(b, k.InitKey)
	b = k.LeafNode.Append(b)
	return k.Extensions.append(b)
}

// Ref returns the KeyPackageRef (RFC 9420 §5.2). It fails when the hash
// function of the suite is not known.
func (k *KeyPackage) Ref() ([]byte, error) {
	return k.CipherSuite.refHash("KeyPackage Reference", k.Raw)
}

// RefHex returns Ref in lower-case hex.
func (k *KeyPackage) RefHex() (string, error) {
	ref, err := k.Ref()
	return hex.EncodeToString(ref), err
}

// DeviceID returns the id of the device that published the key package.
func (k *KeyPackage) DeviceID() string { return k.LeafNode.DeviceID() }

// Identity returns the DID and the device name in the key package's credential.
func (k *KeyPackage) Identity() (Identity, error) { return k.LeafNode.Identity() }

// LastResort reports whether the key package may be used more than once.
func (k *KeyPackage) LastResort() bool { return k.Extensions.LastResort() }

// NotBefore returns the start of the lifetime. A time that time.Time cannot
// represent becomes the last second of the year 9999.
func (k *KeyPackage) NotBefore() time.Time { return unixTime(k.LeafNode.Lifetime.NotBefore) }

// NotAfter returns the end of the lifetime, clamped as NotBefore is.
func (k *KeyPackage) NotAfter() time.Time { return unixTime(k.LeafNode.Lifetime.NotAfter) }

var endOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

func unixTime(s uint64) time.Time {
	if s > math.MaxInt64 || int64(s) > endOfTime.Unix() {
		return endOfTime
	}
	return time.Unix(int64(s), 0).UTC()
}
