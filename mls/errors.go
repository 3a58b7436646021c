package mls

import (
	"errors"
	"fmt"
	"strings"
)

// Kind tells the classes of failure apart.
type Kind int

const (
	// KindMalformed: the bytes are not a complete, strict encoding of the object.
	KindMalformed Kind = iota + 1
	// KindCipherSuite: the cipher suite is unknown or cannot be checked here.
	KindCipherSuite
	// KindInvalid: the object is well formed and breaks a rule.
	KindInvalid
	// KindSignature: a signature does not verify under the key that it must.
	KindSignature
)

// Quirk names a known deviation of a client library, so that its users learn
// from the error what to mend.
type Quirk string

const (
	// QuirkExternalPub: external_pub holds the bare key without its length
	// header (RFC 9420 §12.4.3.2 has HPKEPublicKey, an opaque<V>).
	QuirkExternalPub Quirk = "external_pub without its length prefix"
	// QuirkCompressedKey: a NIST curve point in compressed form (RFC 9420
	// §5.1.1 wants the uncompressed one).
	QuirkCompressedKey Quirk = "compressed elliptic curve point"
	// QuirkLifetime: a lifetime without end, the default of some libraries
	// (RFC 9420 §7.2 wants an expiry that receivers can accept).
	QuirkLifetime Quirk = "unbounded default lifetime"
)

// Error says what is wrong with an object: which field, what was found there
// and what is wanted. Its text is meant for the author of a client; it holds
// lengths, numbers and short hex prefixes, no identity.
type Error struct {
	Kind Kind
	// Object is the outermost structure that was read or checked, such as
	// KeyPackage; Field is the path inside it, such as leaf_node.lifetime.
	Object, Field string
	// Found and Want describe the value; either may be empty.
	Found, Want string
	// Section is where the rule stands, such as "RFC 9420 §7.2".
	Section string
	// Quirk is set where the deviation is a known one.
	Quirk Quirk
}

// Error gives the whole sentence.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Object)
	if e.Field != "" {
		b.WriteString(": ")
		b.WriteString(e.Field)
	}
	if e.Found != "" {
		b.WriteString(": found ")
		b.WriteString(e.Found)
	}
	if e.Want != "" {
		if e.Found != "" {
			b.WriteString(",")
		}
		b.WriteString(" want ")
		b.WriteString(e.Want)
	}
	if e.Quirk != "" {
		fmt.Fprintf(&b, " (known quirk: %s)", e.Quirk)
	}
	if e.Section != "" {
		fmt.Fprintf(&b, " (%s)", e.Section)
	}
	return b.String()
}

// IsCipherSuite reports whether err is about a cipher suite that this package
// does not know or cannot check.
func IsCipherSuite(err error) bool { return isKind(err, KindCipherSuite) }

// IsMalformed reports whether err says that the bytes are no strict encoding.
func IsMalformed(err error) bool { return isKind(err, KindMalformed) }

// IsSignature reports whether err is about a signature that does not verify.
func IsSignature(err error) bool { return isKind(err, KindSignature) }

func isKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// invalid makes an error of KindInvalid.
func invalid(field, found, want, section string) *Error {
	return &Error{Kind: KindInvalid, Field: field, Found: found, Want: want, Section: section}
}

// within puts an error below object and field, keeping what it says.
func within(object, field string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %s: %w", object, field, err)
	}
	c := *e
	if object != "" {
		c.Object = object
	}
	if field != "" {
		if c.Field != "" {
			field += "." + c.Field
		}
		c.Field = field
	}
	return &c
}

// short shows at most eight bytes, enough to recognise a value in a log of
// the client and too few to be an identifier.
func short(b []byte) string {
	if len(b) > 8 {
		return fmt.Sprintf("%x… (%d bytes)", b[:8], len(b))
	}
	return fmt.Sprintf("%x (%d bytes)", b, len(b))
}
