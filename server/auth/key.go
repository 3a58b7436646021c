package auth

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// Algorithm is the curve of a service key.
type Algorithm string

const (
	// K256 is secp256k1; its JOSE algorithm is ES256K.
	K256 Algorithm = "K-256"
	// P256 is NIST P-256; its JOSE algorithm is ES256.
	P256 Algorithm = "P-256"
)

// ParseAlgorithm reads the name of a curve.
func ParseAlgorithm(s string) (Algorithm, error) {
	switch a := Algorithm(s); a {
	case K256, P256:
		return a, nil
	}
	return "", errors.New("the key algorithm must be K-256 or P-256")
}

var (
	// ErrKeyPermissions: users other than the owner can read the key file.
	ErrKeyPermissions = errors.New("key file can be read by others")
	// ErrKeyFormat: the file is not a key file, or is damaged.
	ErrKeyFormat = errors.New("not a key file")
	// ErrKeyMismatch: the key belongs to another service, or is of another
	// curve.
	ErrKeyMismatch = errors.New("key file does not match the configuration")
)

// Key is the private key of the service and the DID for which it was made.
type Key struct {
	DID     string
	Private atcrypto.PrivateKeyExportable
}

// GenerateKey makes a key for the service with the given DID.
func GenerateKey(alg Algorithm, serviceDID string) (*Key, error) {
	if err := ValidateServiceDID(serviceDID, true); err != nil {
		return nil, err
	}
	var private atcrypto.PrivateKeyExportable
	var err error
	switch alg {
	case K256:
		private, err = atcrypto.GeneratePrivateKeyK256()
	case P256:
		private, err = atcrypto.GeneratePrivateKeyP256()
	default:
		_, err = ParseAlgorithm(string(alg))
	}
	if err != nil {
		return nil, err
	}
	return &Key{DID: serviceDID, Private: private}, nil
}

func (k *Key) Algorithm() Algorithm {
	if _, ok := k.Private.(*atcrypto.PrivateKeyP256); ok {
		return P256
	}
	return K256
}

func (k *Key) Public() (atcrypto.PublicKey, error) {
	pub, err := k.Private.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("service key: %w", err)
	}
	return pub, nil
}

// Check returns ErrKeyMismatch if the key was made for another DID or is not of
// the curve alg. An empty alg permits both curves.
func (k *Key) Check(serviceDID string, alg Algorithm) error {
	if k.DID != serviceDID {
		return fmt.Errorf("%w: it was made for %s, the service is %s", ErrKeyMismatch, k.DID, serviceDID)
	}
	if alg != "" && alg != k.Algorithm() {
		return fmt.Errorf("%w: it is a %s key, %s is asked for", ErrKeyMismatch, k.Algorithm(), alg)
	}
	return nil
}

// keyFile is the format of the key file: lines "name: value"; empty lines and
// lines that begin with # are skipped. did and secret are required. secret is a
// multibase multikey (https://atproto.com/specs/cryptography). public, if
// present, must belong to it, which detects a damaged file.
const keyFile = `# Service key of an MLS delivery service. Whoever has it can act as the service.
did: %s
public: %s
secret: %s
`

// WriteFile creates a key file that only its owner can read. If the file
// exists, it is not changed and the error is fs.ErrExist.
func (k *Key) WriteFile(path string) error {
	pub, err := k.Public()
	if err != nil {
		return err
	}
	return writePrivate(path, fmt.Sprintf(keyFile, k.DID, pub.Multibase(), k.Private.Multibase()))
}

// LoadKey reads a key file. The error is ErrKeyPermissions, ErrKeyFormat or an
// error of the file system.
func LoadKey(path string) (*Key, error) {
	raw, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	k, err := parseKey(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrKeyFormat, path, err)
	}
	return k, nil
}

// ParseKey reads the content of a key file. The error is ErrKeyFormat.
func ParseKey(content string) (*Key, error) {
	k, err := parseKey([]byte(content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFormat, err)
	}
	return k, nil
}

// LoadOrCreateKey reads a key file and creates it if it does not exist. The
// caller must call Check.
func LoadOrCreateKey(path string, alg Algorithm, serviceDID string) (*Key, error) {
	k, err := LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if k, err = GenerateKey(alg, serviceDID); err != nil {
		return nil, err
	}
	return k, k.WriteFile(path)
}

// parseKey does not put the content of the file into its errors, since they go
// to a terminal or a log.
func parseKey(raw []byte) (*Key, error) {
	values := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if _, twice := values[name]; !ok || twice {
			return nil, errors.New("lines must be \"name: value\", each name once")
		}
		values[name] = strings.TrimSpace(value)
	}
	if err := lines.Err(); err != nil {
		return nil, errors.New("a line is too long")
	}
	private, err := atcrypto.ParsePrivateMultibase(values["secret"])
	if err != nil {
		return nil, errors.New("the secret is not a K-256 or P-256 private key in multibase")
	}
	k := &Key{DID: values["did"], Private: private}
	pub, err := k.Public()
	if err != nil {
		return nil, err
	}
	if want := values["public"]; want != "" && want != pub.Multibase() {
		return nil, errors.New("the public key is not that of the secret")
	}
	return k, ValidateServiceDID(k.DID, true)
}
