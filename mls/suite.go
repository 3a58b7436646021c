package mls

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"time"
)

// CipherSuite is the number of an MLS cipher suite (RFC 9420 §17.1).
type CipherSuite uint16

// Cipher suites that this package knows by name. The standard library cannot
// verify the Ed448 suites. X-Wing has the number that OpenMLS uses for its
// hybrid post-quantum suite; IANA has not registered it.
const (
	SuiteX25519AES128     CipherSuite = 1
	SuiteP256             CipherSuite = 2
	SuiteX25519ChaCha20   CipherSuite = 3
	SuiteX448AES256       CipherSuite = 4
	SuiteP521             CipherSuite = 5
	SuiteX448ChaCha20     CipherSuite = 6
	SuiteP384             CipherSuite = 7
	SuiteXWing            CipherSuite = 0x004D
	sectionSuites                     = "RFC 9420 §17.1"
	supportedSuitesPhrase             = "one of suites 1, 2, 3, 5, 7 and 77"
)

// suiteInfo holds the properties of a suite that the checks use.
type suiteInfo struct {
	name      string
	hashSize  int
	kemKey    int // length of an HPKE public key
	kemOutput int // length of an HPKE encapsulation
	curve     curve
	kemCurve  curve
}

// curve is the algorithm that a public key belongs to.
type curve int

const (
	noCurve curve = iota // only the length is checked
	ed25519Key
	x25519Key
	xwingKey // an ML-KEM-768 key followed by an X25519 key
	p256Key
	p384Key
	p521Key
	ed448Key
)

func (s CipherSuite) info() (suiteInfo, bool) {
	switch s {
	case SuiteX25519AES128:
		return suiteInfo{"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", 32, 32, 32, ed25519Key, x25519Key}, true
	case SuiteP256:
		return suiteInfo{"MLS_128_DHKEMP256_AES128GCM_SHA256_P256", 32, 65, 65, p256Key, p256Key}, true
	case SuiteX25519ChaCha20:
		return suiteInfo{"MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519", 32, 32, 32, ed25519Key, x25519Key}, true
	case SuiteX448AES256:
		return suiteInfo{"MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448", 64, 56, 56, ed448Key, noCurve}, true
	case SuiteP521:
		return suiteInfo{"MLS_256_DHKEMP521_AES256GCM_SHA512_P521", 64, 133, 133, p521Key, p521Key}, true
	case SuiteX448ChaCha20:
		return suiteInfo{"MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448", 64, 56, 56, ed448Key, noCurve}, true
	case SuiteP384:
		return suiteInfo{"MLS_256_DHKEMP384_AES256GCM_SHA384_P384", 48, 97, 97, p384Key, p384Key}, true
	case SuiteXWing:
		return suiteInfo{"MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519", 32, 1216, 1120, ed25519Key, xwingKey}, true
	}
	return suiteInfo{}, false
}

// String returns the registered name, or the number in hex.
func (s CipherSuite) String() string {
	if i, ok := s.info(); ok {
		return i.name
	}
	return fmt.Sprintf("0x%04X", uint16(s))
}

// Known reports whether this package knows the name and the hash function of
// the suite.
func (s CipherSuite) Known() bool {
	_, ok := s.info()
	return ok
}

// CheckTime returns the CPU time that one signature check is charged at. It is
// a fixed figure, rounded up from what BenchmarkKeyPackage measures on a small
// machine, so that the limits for callers do not depend on the machine.
func (s CipherSuite) CheckTime() time.Duration {
	i, _ := s.info()
	switch i.curve {
	case p384Key:
		return 600 * time.Microsecond
	case p521Key:
		return 1500 * time.Microsecond
	default:
		return 80 * time.Microsecond
	}
}

// Supported returns nil if this package can verify signatures of the suite, and
// otherwise an error of KindCipherSuite.
func (s CipherSuite) Supported() error {
	i, ok := s.info()
	if !ok {
		return &Error{Kind: KindCipherSuite, Object: "MLS", Field: "cipher_suite", Found: s.String(),
			Want: supportedSuitesPhrase, Section: sectionSuites}
	}
	if i.curve == ed448Key {
		return &Error{Kind: KindCipherSuite, Object: "MLS", Field: "cipher_suite", Found: i.name + ", whose Ed448 signatures cannot be verified here",
			Want: supportedSuitesPhrase, Section: sectionSuites}
	}
	return nil
}

// SupportedCipherSuites lists the suites whose signatures this package
// verifies, in the order of their numbers.
func SupportedCipherSuites() []CipherSuite {
	return []CipherSuite{SuiteX25519AES128, SuiteP256, SuiteX25519ChaCha20, SuiteP521, SuiteP384, SuiteXWing}
}

// ParseCipherSuite returns the suite with a registered name. It returns an
// error of KindCipherSuite if the name is unknown or if signatures of the suite
// cannot be verified. In the second case it returns the suite as well.
func ParseCipherSuite(name string) (CipherSuite, error) {
	for s := SuiteX25519AES128; s <= SuiteXWing; s++ {
		if i, ok := s.info(); ok && i.name == name {
			return s, s.Supported()
		}
	}
	return 0, &Error{Kind: KindCipherSuite, Object: "MLS", Field: "cipherSuite", Found: "a name that is not registered",
		Want: "the IANA name of " + supportedSuitesPhrase, Section: sectionSuites}
}

// appendHash appends the suite's hash of data to b. The suite must be known.
func (s CipherSuite) appendHash(b, data []byte) []byte {
	switch s {
	case SuiteX448AES256, SuiteP521, SuiteX448ChaCha20:
		h := sha512.Sum512(data)
		return append(b, h[:]...)
	case SuiteP384:
		h := sha512.Sum384(data)
		return append(b, h[:]...)
	default:
		h := sha256.Sum256(data)
		return append(b, h[:]...)
	}
}

func (s CipherSuite) hash(data []byte) []byte { return s.appendHash(nil, data) }

// refHash computes RefHash (RFC 9420 §5.2) with the label "MLS 1.0 " + label.
func (s CipherSuite) refHash(label string, value []byte) ([]byte, error) {
	if !s.Known() {
		return nil, s.Supported()
	}
	in := make([]byte, 0, len(value)+len(label)+16)
	in = appendOpaque(in, []byte(labelPrefix+label))
	in = appendOpaque(in, value)
	return s.hash(in), nil
}

// labelPrefix is the prefix of every label of MLS 1.0 (RFC 9420 §5.1.2, §5.2).
const labelPrefix = "MLS 1.0 "
