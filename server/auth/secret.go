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

// Secret is what all instances of a service know and its database does not.
// Keys for single uses are derived from it. Records that would otherwise tie an
// account to what it sent are stored under such a key, so that a copy of the
// database alone does not tell.
type Secret struct{ value [secretSize]byte }

// NewSecret makes a random secret.
func NewSecret() *Secret {
	s := new(Secret)
	_, _ = rand.Read(s.value[:]) // never fails (crypto/rand)
	return s
}

// Key derives the key for one use, 32 bytes, by HKDF-SHA-256 (RFC 5869) with
// the use as info.
func (s *Secret) Key(use string) []byte {
	key, err := hkdf.Key(sha256.New, s.value[:], nil, "mlsd "+use, secretSize)
	if err != nil {
		panic(err) // only for lengths that HKDF does not have
	}
	return key
}

// secretFile is text: a comment, and the secret in base64.
const secretFile = `# Secret that all instances of an MLS delivery service share. Keep it with the service key.
%s
`

// WriteFile writes a new file that only its owner can read. A file that is
// already there is left alone, with an error that is fs.ErrExist.
func (s *Secret) WriteFile(path string) error {
	return writePrivate(path, fmt.Sprintf(secretFile, base64.StdEncoding.EncodeToString(s.value[:])))
}

// LoadSecret reads a file of WriteFile. The error is ErrKeyPermissions,
// ErrKeyFormat or of the file system, and never shows the content.
func LoadSecret(path string) (*Secret, error) {
	raw, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(raw)) {
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
	return nil, fmt.Errorf("%w: %s does not hold %d bytes in base64", ErrKeyFormat, path, secretSize)
}

// LoadOrCreateSecret is LoadSecret, and makes a file where there is none.
func LoadOrCreateSecret(path string) (*Secret, error) {
	s, err := LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s = NewSecret()
	err = s.WriteFile(path)
	if errors.Is(err, fs.ErrExist) { // another instance was faster
		return LoadSecret(path)
	}
	return s, err
}
