package authtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// Header returns the header of a token signed with the account's key.
func (a *Account) Header() map[string]any {
	alg := "ES256K"
	if _, ok := a.Key.(*atcrypto.PrivateKeyP256); ok {
		alg = "ES256"
	}
	return map[string]any{"typ": "JWT", "alg": alg}
}

// Claims returns the claims of a token that a PDS issues for the account: iss,
// aud, lxm, iat, exp = iat + 60 and a new jti. Tests change them as needed. iat
// is one second ahead of the clock: a server refuses tokens issued in the
// second in which it started, and a test would have to wait for the next one.
func (a *Account) Claims(aud, lxm string) map[string]any {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	now := time.Now().Unix() + 1
	return map[string]any{
		"iss": a.DID, "aud": aud, "lxm": lxm,
		"iat": now, "exp": now + 60, "jti": hex.EncodeToString(raw),
	}
}

// Sign returns the compact serialization (RFC 7515 §3.1) of the header and the
// claims. Both are encoded as JSON; a json.RawMessage is used unchanged. The
// key's curve determines the signature, even if the header names another
// algorithm.
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
