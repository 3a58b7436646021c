package authtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// Header is that of a token signed with the account's key.
func (a *Account) Header() map[string]any {
	alg := "ES256K"
	if _, ok := a.Key.(*atcrypto.PrivateKeyP256); ok {
		alg = "ES256"
	}
	return map[string]any{"typ": "JWT", "alg": alg}
}

// Claims are those of a token that a PDS mints for the account: iss, aud, lxm,
// iat, exp = iat + 60 and a fresh jti. A test changes what it wants wrong. The
// issuer's clock is one second ahead: a server refuses tokens issued in the
// very second it started in, and tests do not want to wait for the next.
func (a *Account) Claims(aud, lxm string) map[string]any {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	now := time.Now().Unix() + 1
	return map[string]any{
		"iss": a.DID, "aud": aud, "lxm": lxm,
		"iat": now, "exp": now + 60, "jti": hex.EncodeToString(raw),
	}
}

// Sign builds the compact serialization (RFC 7515 §3.1) of any header and any
// claims, both encoded as JSON (a json.RawMessage as it is), and signs it
// with key by its own curve, whatever the header says.
func Sign(key atcrypto.PrivateKey, header, claims any) string {
	input := segment(header) + "." + segment(claims)
	sig, err := key.HashAndSign([]byte(input))
	if err != nil {
		panic("authtest: " + err.Error())
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func segment(v any) string {
	raw, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			panic("authtest: " + err.Error())
		}
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
