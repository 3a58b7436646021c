package auth

import (
	"errors"
	"fmt"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mr-tron/base58"
)

// maxMultibase bounds the length of a key in a document. Decoding base58 takes
// quadratic time: 20 ms for the 64 KiB that a document may have.
const maxMultibase = 256

// unusableError gives the reason why the tokens of a DID cannot be verified. It
// wraps ErrUnknownIdentity.
type unusableError struct{ reason string }

func (e *unusableError) Error() string { return e.reason }
func (e *unusableError) Unwrap() error { return ErrUnknownIdentity }

func unusable(format string, args ...any) error {
	return &unusableError{fmt.Sprintf(format, args...)}
}

// errNotJSON is returned when the response is not a DID document at all. The
// caller decides whether the directory or the issuer is at fault.
var errNotJSON = errors.New("the DID document is not a JSON object")

// accountDocument is the first level of a DID document. Its members come in
// more forms than this service knows (https://www.w3.org/TR/did-core/):
// endpoints may be objects, keys may be references. They stay undecoded until
// one of them is needed, so that an unexpected form in another entry does not
// fail the document.
type accountDocument struct {
	ID                 jsontext.Value `json:"id"`
	VerificationMethod jsontext.Value `json:"verificationMethod"`
	Service            jsontext.Value `json:"service"`
}

// accountKey is a verification method. It is decoded only if its id is that of
// the signing key.
type accountKey struct {
	Type               jsontext.Value `json:"type"`
	Controller         jsontext.Value `json:"controller"`
	PublicKeyMultibase jsontext.Value `json:"publicKeyMultibase"`
}

// decodeLeniently reads JSON as JSON.parse does, which most of the network uses
// for these documents: the last of several members with the same name wins.
func decodeLeniently(raw []byte, into any) error {
	return json.Unmarshal(raw, into, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// stringOf returns value if it is a JSON string, otherwise "".
func stringOf(value jsontext.Value) string {
	var s string
	if decodeLeniently(value, &s) != nil {
		return ""
	}
	return s
}

// readAccount reads the DID document of did. The error is errNotJSON, or wraps
// ErrUnknownIdentity and names what is wrong. The document need not name a PDS.
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

// pds returns the endpoint of the PDS that the document names, or "".
func (doc *accountDocument) pds(did string) string { return doc.endpoint(did, "#atproto_pds") }

// endpoint returns the endpoint of the service with a fragment as its id, or "".
func (doc *accountDocument) endpoint(did, fragment string) string {
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
		if id := stringOf(s.ID); id == fragment || id == did+fragment {
			return stringOf(s.ServiceEndpoint)
		}
	}
	return ""
}

// signingKey returns the key of the verification method #atproto.
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
			continue // a string: a reference to a key elsewhere
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

// parsePublicKey reads a Multikey, or one of the two older types of atproto,
// whose value is base58 without a prefix for the curve.
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
