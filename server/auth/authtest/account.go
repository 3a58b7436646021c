package authtest

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// Account is an identity whose private key the test holds.
type Account struct {
	DID string
	// Key signs the account's tokens; the directory serves the public key.
	Key atcrypto.PrivateKeyExportable

	plc *PLC
}

// NewAccount registers a fresh did:plc with a K-256 key, which is what a PDS
// gives its accounts.
func (p *PLC) NewAccount() *Account { return p.register(newK256()) }

// NewAccountP256 registers a fresh did:plc with a P-256 key.
func (p *PLC) NewAccountP256() *Account { return p.register(newP256()) }

// Unregistered makes an account whose did:plc is in no directory.
func Unregistered() *Account { return &Account{DID: NewDID(), Key: newK256()} }

func (p *PLC) register(key atcrypto.PrivateKeyExportable) *Account {
	a := &Account{DID: NewDID(), Key: key, plc: p}
	p.Publish(a.DID, Document(a.DID, key))
	return a
}

// Rotate replaces the account's K-256 key in the directory and in a, and
// returns the old one.
func (a *Account) Rotate() atcrypto.PrivateKeyExportable {
	old := a.Key
	a.Key = newK256()
	a.plc.Publish(a.DID, Document(a.DID, a.Key))
	return old
}

// Token returns a service token as a PDS issues it for a proxied call: valid
// for 60 seconds, with a new jti. aud is the service's DID, lxm the NSID of the
// method.
func (a *Account) Token(aud, lxm string) string { return a.TokenFor(aud, lxm, time.Minute) }

// TokenFor returns a token of the given lifetime, as getServiceAuth issues it.
func (a *Account) TokenFor(aud, lxm string, lifetime time.Duration) string {
	claims := a.Claims(aud, lxm)
	claims["exp"] = claims["iat"].(int64) + int64(lifetime.Seconds())
	return Sign(a.Key, a.Header(), claims)
}

// NewDID returns a random did:plc that is not registered.
func NewDID() string {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw)
	return "did:plc:" + strings.ToLower(base32.StdEncoding.EncodeToString(raw))
}

// Document returns a DID document as plc.directory serves it: the key as
// Multikey under #atproto, and a PDS.
func Document(did string, key atcrypto.PrivateKey) map[string]any {
	pub, err := key.PublicKey()
	if err != nil {
		panic("authtest: " + err.Error())
	}
	return map[string]any{
		"@context":    []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"},
		"id":          did,
		"alsoKnownAs": []string{"at://someone.test"},
		"verificationMethod": []map[string]any{{
			"id": did + "#atproto", "type": "Multikey", "controller": did,
			"publicKeyMultibase": pub.Multibase(),
		}},
		"service": []map[string]any{{
			"id": "#atproto_pds", "type": "AtprotoPersonalDataServer",
			"serviceEndpoint": "https://pds.test",
		}},
	}
}

func newK256() atcrypto.PrivateKeyExportable {
	key, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		panic("authtest: " + err.Error())
	}
	return key
}

func newP256() atcrypto.PrivateKeyExportable {
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		panic("authtest: " + err.Error())
	}
	return key
}
