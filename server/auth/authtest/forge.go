package authtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// Claims are those of a token that a PDS mints now for the account: iss, aud,
// lxm, iat, exp = iat + 60 and a fresh jti. A test changes what it wants
// wrong.
func (a *Account) Claims(aud, lxm string) map[string]any {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	now := time.Now().Unix()
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
