package auth

import (
	"errors"
	"fmt"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mr-tron/base58"
)

// maxMultibase bounds a key in a document. Decoding base58 is quadratic: 20 ms
// for the 64 KiB that a document may have.
const maxMultibase = 256

// unusableError says for what reason a DID has no key to check tokens by. It is
// an ErrUnknownIdentity.
type unusableError struct{ reason string }

func (e *unusableError) Error() string { return e.reason }
func (e *unusableError) Unwrap() error { return ErrUnknownIdentity }

func unusable(format string, args ...any) error {
	return &unusableError{fmt.Sprintf(format, args...)}
}

// errNotJSON is returned for what is no DID document at all. Whose fault that
// is depends on who answered.
var errNotJSON = errors.New("the DID document is not a JSON object")

// accountDocument is what is decoded of a DID document at first. What is in it
// comes in more forms than this service knows (https://www.w3.org/TR/did-core/):
// endpoints may be objects, keys may be references. So only that is decoded
// which is read.
type accountDocument struct {
	ID                 jsontext.Value `json:"id"`
	VerificationMethod jsontext.Value `json:"verificationMethod"`
	Service            jsontext.Value `json:"service"`
}

// accountKey is a verification method. Its members are decoded once its id is
// known to be that of the signing key.
type accountKey struct {
	Type               jsontext.Value `json:"type"`
	Controller         jsontext.Value `json:"controller"`
	PublicKeyMultibase jsontext.Value `json:"publicKeyMultibase"`
}

// decodeLeniently reads JSON as JSON.parse does, by which most of the network
// reads these documents: of members with one name the last counts.
func decodeLeniently(raw []byte, into any) error {
	return json.Unmarshal(raw, into, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// stringOf is the string that value is, or empty.
func stringOf(value jsontext.Value) string {
	var s string
	if decodeLeniently(value, &s) != nil {
		return ""
	}
	return s
}

// readAccount reads the DID document of did. The error is errNotJSON or an
// ErrUnknownIdentity that says what is wrong. A PDS is not needed.
func readAccount(raw []byte, did string) (account, error) {
	var doc accountDocument
	if decodeLeniently(raw, &doc) != nil {
		return account{}, errNotJSON
	}
	if stringOf(doc.ID) != did {
		return account{}, unusable("its DID document has another id")
	}
	key, err := doc.signingKey(did)
	return account{key, doc.pds(did)}, err
}

// pds is the endpoint of the PDS that the document names, or "".
func (doc *accountDocument) pds(did string) string {
	var services []jsontext.Value
	if decodeLeniently(doc.Service, &services) != nil {
		return ""
	}
	for _, service := range services {
		var s struct {
			ID              jsontext.Value `json:"id"`
			ServiceEndpoint jsontext.Value `json:"serviceEndpoint"`
		}
		if decodeLeniently(service, &s) != nil {
			continue
		}
		if id := stringOf(s.ID); id == "#atproto_pds" || id == did+"#atproto_pds" {
			return stringOf(s.ServiceEndpoint)
		}
	}
	return ""
}

// signingKey finds the #atproto key.
func (doc *accountDocument) signingKey(did string) (atcrypto.PublicKey, error) {
	var methods []jsontext.Value
	if len(doc.VerificationMethod) > 0 && decodeLeniently(doc.VerificationMethod, &methods) != nil {
		return nil, unusable("verificationMethod of its DID document is not an array")
	}
	for _, method := range methods {
		var named struct {
			ID jsontext.Value `json:"id"`
		}
		if decodeLeniently(method, &named) != nil {
			continue // a reference to a key elsewhere
		}
		if id := stringOf(named.ID); id == "#atproto" || id == did+"#atproto" {
			return readAccountKey(method, did)
		}
	}
	return nil, unusable("its DID document has no verification method #atproto")
}

func readAccountKey(method jsontext.Value, did string) (atcrypto.PublicKey, error) {
	var m accountKey
	if err := decodeLeniently(method, &m); err != nil {
		return nil, unusable("#atproto in its DID document cannot be read")
	}
	if stringOf(m.Controller) != did {
		return nil, unusable("#atproto in its DID document has another controller")
	}
	multibase := stringOf(m.PublicKeyMultibase)
	if multibase == "" || len(multibase) > maxMultibase {
		return nil, unusable("#atproto in its DID document has no publicKeyMultibase of up to %d characters", maxMultibase)
	}
	key, err := parsePublicKey(stringOf(m.Type), multibase)
	if err != nil {
		return nil, unusable("#atproto in its DID document is not a K-256 or P-256 key of type Multikey")
	}
	return key, nil
}

// parsePublicKey reads a Multikey, or one of the types that atproto had before:
// bytes in base58 without a prefix that says which curve.
func parsePublicKey(typ, multibase string) (atcrypto.PublicKey, error) {
	if typ == "Multikey" {
		return atcrypto.ParsePublicMultibase(multibase)
	}
	if multibase[0] != 'z' {
		return nil, errors.New("not base58btc")
	}
	raw, err := base58.Decode(multibase[1:])
	if err != nil {
		return nil, err
	}
	const compressed = 33
	switch {
	case typ == "EcdsaSecp256k1VerificationKey2019" && len(raw) == compressed:
		return atcrypto.ParsePublicBytesK256(raw)
	case typ == "EcdsaSecp256k1VerificationKey2019":
		return atcrypto.ParsePublicUncompressedBytesK256(raw)
	case typ == "EcdsaSecp256r1VerificationKey2019" && len(raw) == compressed:
		return atcrypto.ParsePublicBytesP256(raw)
	case typ == "EcdsaSecp256r1VerificationKey2019":
		return atcrypto.ParsePublicUncompressedBytesP256(raw)
	}
	return nil, errors.New("another type of key")
}
