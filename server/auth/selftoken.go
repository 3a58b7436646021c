package auth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

// SelfToken returns a service token that the service issues for itself, for one
// method, valid for a minute. The document of the service has its key under
// #atproto, so that the service accepts it from itself as from any account. It is
// for checks of the whole path from the outside.
func (k *Key) SelfToken(serviceDID, nsid string, now time.Time) (string, error) {
	return k.ServiceToken(serviceDID, serviceDID, nsid, now)
}

// ServiceToken returns a token with which the service calls a method of another one,
// valid for a minute.
func (k *Key) ServiceToken(serviceDID, audience, nsid string, now time.Time) (string, error) {
	alg := algES256
	if _, ok := k.Private.(*atcrypto.PrivateKeyK256); ok {
		alg = algES256K
	}
	header, err := json.Marshal(map[string]string{"typ": "JWT", "alg": alg})
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	claims, err := json.Marshal(map[string]any{
		"iss": serviceDID, "aud": audience, "lxm": nsid, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": rand.Text(),
	})
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(header) + "." + encode(claims)
	signature, err := k.Private.HashAndSign([]byte(signed))
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed + "." + encode(signature), nil
}
