package mls

import (
	"errors"
	"fmt"
	"strings"
)

// Kind classifies errors of this package.
type Kind int

const (
	// KindMalformed means that the bytes are not a complete and strict encoding
	// of the object.
	KindMalformed Kind = iota + 1
	// KindCipherSuite means that the cipher suite is unknown, or that this
	// package cannot verify its signatures.
	KindCipherSuite
	// KindInvalid means that the object is well formed but breaks a rule.
	KindInvalid
	// KindSignature means that a signature does not verify under the key that
	// must have made it.
	KindSignature
)

// Quirk names a known deviation of a client library from the RFC. It is part of
// the error text, so that the library's users can find the fix.
type Quirk string

const (
	// QuirkExternalPub: external_pub holds the bare key without its length
	// header. RFC 9420 §12.4.3.2 defines it as an HPKEPublicKey, which is an
	// opaque<V>.
	QuirkExternalPub Quirk = "external_pub without its length prefix"
	// QuirkCompressedKey: a point of a NIST curve is in compressed form. RFC
	// 9420 §5.1.1 requires the uncompressed form.
	QuirkCompressedKey Quirk = "compressed elliptic curve point"
	// QuirkLifetime: the lifetime has no end, which is the default of some
	// libraries. RFC 9420 §7.2 requires an expiry that receivers can accept.
	QuirkLifetime Quirk = "unbounded default lifetime"
)

// Error describes what is wrong with an object: the field, the value found
// there, and the value wanted. Its text is for the author of a client. It
// contains lengths, numbers and short hex prefixes, but no identity.
type Error struct {
	Kind Kind
	// Object is the outermost structure that was parsed or checked, such as
	// KeyPackage. Field is the path inside it, such as leaf_node.lifetime.
	Object, Field string
	// Found and Want describe the value. Either may be empty.
	Found, Want string
	// Section is the specification section that contains the rule, such as "RFC
	// 9420 §7.2".
	Section string
	// Quirk is set when the deviation is one of the known ones.
	Quirk Quirk
}

// Error returns object, field, found, want and section as one sentence.
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

// IsCipherSuite reports whether err is about a cipher suite that is unknown or
// whose signatures this package cannot verify.
func IsCipherSuite(err error) bool { return isKind(err, KindCipherSuite) }

// IsMalformed reports whether err says that the bytes are not a strict
// encoding.
func IsMalformed(err error) bool { return isKind(err, KindMalformed) }

// IsSignature reports whether err is about a signature that does not verify.
func IsSignature(err error) bool { return isKind(err, KindSignature) }

func isKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// invalid returns an error of KindInvalid.
func invalid(field, found, want, section string) *Error {
	return &Error{Kind: KindInvalid, Field: field, Found: found, Want: want, Section: section}
}

// within returns err with object and field put in front of its path. It keeps
// the other fields of the error.
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

// short returns at most eight bytes in hex: enough to recognise a value in a
// client's log, too few to identify anybody.
func short(b []byte) string {
	if len(b) > 8 {
		return fmt.Sprintf("%x… (%d bytes)", b[:8], len(b))
	}
	return fmt.Sprintf("%x (%d bytes)", b, len(b))
}
