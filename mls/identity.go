package mls

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
)

// Identity is the identity in a basic credential of this service: a DID,
// optionally followed by '#' and the name that the owner gave the device.
type Identity struct{ DID, Device string }

const (
	maxDID    = 2048 // bytes, https://atproto.com/specs/did
	maxDevice = 256
)

var (
	didForm    = regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$`)
	deviceForm = regexp.MustCompile(`^[!-"$-~]+$`) // visible ASCII without '#'
)

// ParseIdentity parses the identity of a basic credential, "did:…" or
// "did:…#device". The DID must have the form that the AT Protocol defines.
func ParseIdentity(b []byte) (Identity, error) {
	if len(b) > maxDID+1+maxDevice {
		return Identity{}, identityError(fmt.Sprintf("%d bytes", len(b)))
	}
	did, device, named := strings.Cut(string(b), "#")
	if len(did) > maxDID || !didForm.MatchString(did) {
		return Identity{}, identityError("something else")
	}
	if named && (len(device) > maxDevice || !deviceForm.MatchString(device)) {
		return Identity{}, identityError("a DID with a malformed device name")
	}
	return Identity{DID: did, Device: device}, nil
}

func identityError(found string) error {
	return &Error{Kind: KindInvalid, Object: "Credential", Field: "identity", Found: found,
		Want: "a DID, optionally followed by '#' and a device name", Section: "RFC 9420 §5.3"}
}

var deviceEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// DeviceID returns the id of the device that holds a signature key: the first
// 16 bytes of the key's SHA-256, in lower-case base32 without padding.
func DeviceID(signatureKey []byte) string {
	sum := sha256.Sum256(signatureKey)
	return strings.ToLower(deviceEncoding.EncodeToString(sum[:16]))
}
