package auth

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// secretSize is the length of a secret in bytes.
const secretSize = 32

// Secret is known to all instances of a service and is not in its database.
// Keys for single purposes are derived from it. Records that could link an
// account to what it sent are stored under such a key, so that a copy of the
// database alone does not reveal the link.
type Secret struct{ value [secretSize]byte }

// NewSecret makes a random secret.
func NewSecret() *Secret {
	s := new(Secret)
	_, _ = rand.Read(s.value[:]) // never fails (crypto/rand)
	return s
}

// Key derives the key for one purpose, 32 bytes, by HKDF-SHA-256 (RFC 5869)
// with the purpose as info.
func (s *Secret) Key(use string) []byte {
	key, err := hkdf.Key(sha256.New, s.value[:], nil, "mlsd "+use, secretSize)
	if err != nil {
		panic(err) // only for lengths that HKDF does not support
	}
	return key
}

// secretFile is text: a comment, and the secret in base64.
const secretFile = `# Secret that all instances of an MLS delivery service share. Keep it with the service key.
%s
`

// WriteFile creates a file that only its owner can read. If the file exists, it
// is not changed and the error is fs.ErrExist.
func (s *Secret) WriteFile(path string) error {
	return writePrivate(path, fmt.Sprintf(secretFile, base64.StdEncoding.EncodeToString(s.value[:])))
}

// LoadSecret reads a file that WriteFile wrote. The error is ErrKeyPermissions,
// ErrKeyFormat or an error of the file system, and never contains the secret.
func LoadSecret(path string) (*Secret, error) {
	raw, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	s, err := ParseSecret(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// ParseSecret reads the content of a file that WriteFile wrote, or its line of
// base64 alone. The error is ErrKeyFormat.
func ParseSecret(content string) (*Secret, error) {
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		value, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(value) != secretSize {
			break
		}
		return &Secret{[secretSize]byte(value)}, nil
	}
	return nil, fmt.Errorf("%w: it does not hold %d bytes in base64", ErrKeyFormat, secretSize)
}

// LoadOrCreateSecret reads a file and creates it if it does not exist.
func LoadOrCreateSecret(path string) (*Secret, error) {
	s, err := LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s = NewSecret()
	err = s.WriteFile(path)
	if errors.Is(err, fs.ErrExist) { // another instance created it meanwhile
		return LoadSecret(path)
	}
	return s, err
}
