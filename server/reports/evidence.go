package reports

import (
	"bytes"
	"errors"
	"strings"
	"sync"

	"filippo.io/age"

	"catbird.blue/mls/gen"
)

const (
	x25519Stanza = "X25519"
	// payloadNonce and payloadTag are the sizes of the nonce before the encrypted
	// payload of an age file and of the tag of its last chunk
	// (age-encryption.org/v1, Payload).
	payloadNonce = 16
	payloadTag   = 16
)

// checkEvidence requires an age file with exactly one X25519 stanza. Which key the
// stanza is for cannot be seen without that key.
func checkEvidence(file []byte) error {
	stanzas, rest, err := parseAge(file)
	switch {
	case err != nil:
		return gen.Errorf(gen.ErrInvalidEvidence, "evidence: not an age file (age-encryption.org/v1): %v", err)
	case len(stanzas) != 1 || stanzas[0].Type != x25519Stanza:
		return gen.Errorf(gen.ErrInvalidEvidence, "evidence: must have exactly one X25519 stanza, has %s", describe(stanzas))
	case rest < payloadNonce+payloadTag:
		return gen.Errorf(gen.ErrInvalidEvidence, "evidence: an encrypted payload has at least %d bytes, this one %d", payloadNonce+payloadTag, rest)
	}
	return nil
}

// noKey unwraps no stanza that another key is meant for, and reports malformed X25519
// stanzas.
var noKey = sync.OnceValues(age.GenerateX25519Identity)

// parseAge returns the stanzas of an age file and the size of its payload.
func parseAge(file []byte) (stanzas []*age.Stanza, payload int, err error) {
	header, err := age.ExtractHeader(bytes.NewReader(file))
	if err != nil {
		return nil, 0, err
	}
	key, err := noKey()
	if err != nil {
		return nil, 0, err
	}
	var all stanzaList
	if _, err := age.DecryptHeader(header, &all, key); err != nil && !errors.As(err, new(*age.NoIdentityMatchError)) {
		return nil, 0, err
	}
	return all, len(file) - len(header), nil
}

// stanzaList is an age.Identity that keeps the stanzas that it is asked to unwrap.
type stanzaList []*age.Stanza

// Unwrap implements age.Identity. It matches none of the stanzas.
func (l *stanzaList) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	*l = stanzas
	return nil, age.ErrIncorrectIdentity
}

// describe lists the types of stanzas.
func describe(stanzas []*age.Stanza) string {
	types := make([]string, len(stanzas))
	for i, s := range stanzas {
		types[i] = s.Type
	}
	return strings.Join(types, ", ")
}
