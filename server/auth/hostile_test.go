package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

var (
	k256Order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	p256Order, _ = new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
)

// resign replaces the signature of a token by the result of f.
func resign(token string, f func(input string, sig []byte) []byte) string {
	i := strings.LastIndex(token, ".")
	sig, err := base64.RawURLEncoding.DecodeString(token[i+1:])
	if err != nil {
		panic(err)
	}
	return token[:i+1] + base64.RawURLEncoding.EncodeToString(f(token[:i], sig))
}

func flipBit(_ string, sig []byte) []byte { sig[20] ^= 1; return sig }

// highS returns the other valid signature, with s replaced by n − s.
func highS(order *big.Int) func(string, []byte) []byte {
	return func(_ string, sig []byte) []byte {
		s := new(big.Int).SetBytes(sig[32:])
		s.Sub(order, s).FillBytes(sig[32:])
		return sig
	}
}

func der(_ string, sig []byte) []byte {
	out, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
	if err != nil {
		panic(err)
	}
	return out
}

type hostile struct {
	name, want string
	token      func(a *authtest.Account) string
}

// with changes one thing in a token that would otherwise be accepted.
func with(name, want string, change func(header, claims map[string]any)) hostile {
	return hostile{name, want, func(a *authtest.Account) string { return forge(a, sendMessage.NSID, change) }}
}

func header(member string, value any) func(h, c map[string]any) {
	return func(h, _ map[string]any) { h[member] = value }
}

func claim(member string, value any) func(h, c map[string]any) {
	return func(_, c map[string]any) { c[member] = value }
}

func without(member string) func(h, c map[string]any) {
	return func(_, c map[string]any) { delete(c, member) }
}

// times sets iat and exp, in seconds from now.
func times(iat, exp int64) func(h, c map[string]any) {
	return func(_, c map[string]any) {
		now := time.Now().Unix()
		c["iat"], c["exp"] = now+iat, now+exp
	}
}

func bytesOf(name, want string, f func(token string) string) hostile {
	return hostile{name, want, func(a *authtest.Account) string { return f(a.Token(service, sendMessage.NSID)) }}
}

func signature(name string, f func(string, []byte) []byte) hostile {
	return bytesOf(name, BadJwtSignature, func(token string) string { return resign(token, f) })
}

// raw signs claims given as text, which a map could not represent.
func raw(name, want string, f func(claims string) string) hostile {
	return hostile{name, want, func(a *authtest.Account) string {
		text, err := json.Marshal(a.Claims(service, sendMessage.NSID))
		if err != nil {
			panic(err)
		}
		return authtest.Sign(a.Key, a.Header(), json.RawMessage(f(string(text))))
	}}
}

func hmacWith(key func(a *authtest.Account) []byte) func(a *authtest.Account) string {
	return func(a *authtest.Account) string {
		token := forge(a, sendMessage.NSID, header("alg", "HS256"))
		return resign(token, func(input string, _ []byte) []byte {
			mac := hmac.New(sha256.New, key(a))
			mac.Write([]byte(input))
			return mac.Sum(nil)
		})
	}
}

func stranger() atcrypto.PrivateKeyExportable {
	key, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		panic(err)
	}
	return key
}

func hostileTokens() []hostile {
	victim := authtest.NewDID()
	return []hostile{
		with("alg none", BadJwtSignature, header("alg", "none")),
		bytesOf("alg none, no signature", BadJwtSignature, func(token string) string {
			h := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
			return h + "." + strings.Split(token, ".")[1] + "."
		}),
		with("alg missing", BadJwtSignature, func(h, _ map[string]any) { delete(h, "alg") }),
		with("alg in lower case", BadJwtSignature, header("alg", "es256k")),
		with("alg an array", BadJwt, header("alg", []string{"ES256K"})),
		{"alg HS256 keyed with the public key", BadJwtSignature, hmacWith(func(a *authtest.Account) []byte {
			pub, _ := a.Key.PublicKey()
			return pub.Bytes()
		})},
		{"alg HS256 keyed with nothing", BadJwtSignature, hmacWith(func(*authtest.Account) []byte { return nil })},
		with("alg ES256 with a K-256 key", BadJwtSignature, header("alg", "ES256")),
		with("alg RS256", BadJwtSignature, header("alg", "RS256")),
		with("alg EdDSA", BadJwtSignature, header("alg", "EdDSA")),
		with("typ of an access token", BadJwtType, header("typ", "at+jwt")),
		with("typ of a refresh token", BadJwtType, header("typ", "refresh+jwt")),
		with("typ of a DPoP proof", BadJwtType, header("typ", "dpop+jwt")),
		with("kid of a label key", BadJwt, header("kid", "#atproto_label")),
		with("kid with a DID", BadJwt, header("kid", victim+"#atproto")),
		with("kid a path", BadJwt, header("kid", "../../etc/passwd")),
		with("crit", BadJwt, header("crit", []string{"exp"})),
		with("b64 false by crit", BadJwt, func(h, _ map[string]any) { h["b64"], h["crit"] = false, []string{"b64"} }),
		{"key in the header", BadJwtSignature, func(a *authtest.Account) string {
			key := stranger()
			pub, _ := key.PublicKey()
			jwk, _ := pub.JWK()
			h := a.Header()
			h["jwk"] = jwk
			return authtest.Sign(key, h, a.Claims(service, sendMessage.NSID))
		}},
		{"another's key", BadJwtSignature, func(a *authtest.Account) string {
			return authtest.Sign(stranger(), a.Header(), a.Claims(service, sendMessage.NSID))
		}},
		signature("flipped signature", flipBit),
		signature("DER signature", der),
		signature("no signature", func(string, []byte) []byte { return nil }),
		signature("signature of zeros", func(string, []byte) []byte { return make([]byte, 64) }),
		signature("signature one byte longer", func(_ string, sig []byte) []byte { return append(sig, 0) }),
		signature("signature one byte shorter", func(_ string, sig []byte) []byte { return sig[:63] }),
		bytesOf("padded signature", BadJwtSignature, func(s string) string { return s + "==" }),
		bytesOf("line break in the signature", BadJwtSignature, func(s string) string { return s[:len(s)-5] + "\n" + s[len(s)-5:] }),
		bytesOf("stray bits in the signature", BadJwtSignature, strayBits),
		bytesOf("flipped payload", BadJwtSignature, func(s string) string {
			parts := strings.Split(s, ".")
			text, _ := base64.RawURLEncoding.DecodeString(parts[1])
			changed := strings.Replace(string(text), `"jti":"`, `"jti":"0`, 1)
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(changed)) + "." + parts[2]
		}),
		bytesOf("two parts", BadJwt, func(s string) string { return s[:strings.LastIndex(s, ".")] }),
		bytesOf("four parts", BadJwt, func(s string) string { return s + "." }),
		bytesOf("not base64", BadJwt, func(s string) string { return "!" + s }),
		bytesOf("random text", BadJwt, func(string) string { return "hello" }),
		bytesOf("too long", BadJwt, func(s string) string { return s + strings.Repeat("A", maxToken) }),
		with("aud an array", BadJwt, claim("aud", []string{service})),
		with("aud an array of many", BadJwt, claim("aud", []string{"did:web:other.test", service})),
		with("aud another service", BadJwtAudience, claim("aud", "did:web:other.test")),
		with("aud another service of ours", BadJwtAudience, claim("aud", service+"#bsky_appview")),
		with("aud in capitals", BadJwtAudience, claim("aud", strings.ToUpper(service))),
		with("aud missing", BadJwtAudience, without("aud")),
		with("aud the issuer", BadJwtAudience, func(_, c map[string]any) { c["aud"] = c["iss"] }),
		with("lxm missing", BadJwtLexiconMethod, without("lxm")),
		with("lxm null", BadJwtLexiconMethod, claim("lxm", nil)),
		with("lxm empty", BadJwtLexiconMethod, claim("lxm", "")),
		with("lxm a wildcard", BadJwtLexiconMethod, claim("lxm", "*")),
		with("lxm an array", BadJwt, claim("lxm", []string{sendMessage.NSID})),
		with("lxm of another method", BadJwtLexiconMethod, claim("lxm", getMessages.NSID)),
		with("lxm with a slash", BadJwtLexiconMethod, claim("lxm", sendMessage.NSID+"/")),
		with("expired", JwtExpired, times(-120, -31)),
		with("expired a year ago", JwtExpired, times(-366*86400, -366*86400+60)),
		with("not yet valid", BadJwt, times(130, 190)),
		with("nbf in the future", BadJwt, claim("nbf", time.Now().Unix()+3600)),
		with("a year long", BadJwt, times(1, 366*86400)),
		with("an hour and a second long", BadJwt, times(1, 3602)),
		with("expires before it is issued", BadJwt, times(20, 10)),
		with("exp missing", BadJwt, without("exp")),
		with("exp null", BadJwt, claim("exp", nil)),
		with("exp a string", BadJwt, claim("exp", "4102444800")),
		with("exp beyond numbers", BadJwt, claim("exp", json.Number("1e999"))),
		with("exp huge", BadJwt, claim("exp", 1e300)),
		with("iat negative", BadJwt, claim("iat", -1)),
		with("jti a number", BadJwt, claim("jti", 7)),
		with("jti endless", BadJwt, claim("jti", strings.Repeat("j", maxJTI+1))),
		with("iss with fragment", BadJwtIss, func(_, c map[string]any) { c["iss"] = c["iss"].(string) + "#atproto" }),
		with("iss a labeler", BadJwtIss, func(_, c map[string]any) { c["iss"] = c["iss"].(string) + "#atproto_labeler" }),
		with("iss missing", BadJwtIss, without("iss")),
		with("iss a handle", BadJwtIss, claim("iss", "alice.test")),
		with("iss a URL", BadJwtIss, claim("iss", "https://plc.directory/")),
		with("iss climbing out of the directory", BadJwtIss, claim("iss", "did:plc:../admin")),
		with("iss an odd did:plc", UntrustedIss, claim("iss", "did:plc:ABCDEFGHIJKLMNOPQRSTUVWX")),
		with("iss did:example", UntrustedIss, claim("iss", "did:example:alice")),
		with("iss did:web with port", UntrustedIss, claim("iss", "did:web:example.com%3A8443")),
		with("iss did:web with path", UntrustedIss, claim("iss", "did:web:example.com:users:alice")),
		with("iss did:web an address", UntrustedIss, claim("iss", "did:web:127.0.0.1")),
		with("iss did:web with user", UntrustedIss, claim("iss", "did:web:a%40example.com")),
		with("iss unregistered", UntrustedIss, claim("iss", victim)),
		{"iss did:key", UntrustedIss, func(a *authtest.Account) string {
			key := stranger()
			pub, _ := key.PublicKey()
			c := a.Claims(service, sendMessage.NSID)
			c["iss"] = pub.DIDKey()
			return authtest.Sign(key, a.Header(), c)
		}},
		with("sub of a victim", BadJwt, claim("sub", victim)),
		with("sub empty", BadJwt, claim("sub", "")),
		raw("iss twice", BadJwt, func(c string) string { return `{"iss":"` + victim + `",` + c[1:] }),
		raw("aud twice", BadJwt, func(c string) string { return `{"aud":"did:web:other.test",` + c[1:] }),
		raw("exp in other case too", JwtExpired, func(c string) string {
			return strings.Replace(c, `"exp":`, `"exp":1,"EXP":`, 1)
		}),
		raw("claims an array", BadJwt, func(c string) string { return "[" + c + "]" }),
		raw("claims null", BadJwt, func(string) string { return "null" }),
		raw("claims cut off", BadJwt, func(c string) string { return c[:len(c)-1] }),
		raw("claims with more behind", BadJwt, func(c string) string { return c + "{}" }),
		raw("claims not UTF-8", BadJwt, func(c string) string { return strings.Replace(c, `"jti":"`, "\"jti\":\"\xff", 1) }),
	}
}

// strayBits sets bits of the last character that encode nothing: a lenient
// decoder yields the same bytes from a different text.
func strayBits(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + alphabet[last|1:last|1+1]
}

func TestHostileTokens(t *testing.T) {
	w := newWorld(t)
	table := hostileTokens()
	if len(table) < 40 {
		t.Fatalf("only %d hostile tokens", len(table))
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			a := w.plc.NewAccount()
			token := c.token(a)
			for _, m := range []*xrpc.Method{sendMessage, {NSID: sendMessage.NSID, Kind: xrpc.Query}} {
				if got := call(t, w.auth, token, m); got != c.want {
					t.Errorf("kind %d: got %s, want %s", m.Kind, got, c.want)
				}
			}
			// The account is still accepted with a good token.
			if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
				t.Errorf("a good token of the account got %s", got)
			}
		})
	}
}

func TestHostileP256(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccountP256()
	good := func() string { return a.Token(service, sendMessage.NSID) }
	for name, token := range map[string]string{
		"DER":                         resign(good(), der),
		"flipped":                     resign(good(), flipBit),
		"alg ES256K with a P-256 key": forge(a, sendMessage.NSID, header("alg", "ES256K")),
	} {
		if got := call(t, w.auth, token, sendMessage); got != BadJwtSignature {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := call(t, w.auth, good(), sendMessage); got != a.DID {
		t.Errorf("good: %s", got)
	}
}

func TestHostileHeaders(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	for name, values := range map[string][]string{
		"none":          nil,
		"empty":         {""},
		"basic":         {"Basic YTpi"},
		"DPoP":          {"DPoP " + a.Token(service, sendMessage.NSID)},
		"scheme only":   {"Bearer"},
		"no scheme":     {a.Token(service, sendMessage.NSID)},
		"two headers":   {"Bearer " + a.Token(service, sendMessage.NSID), "Bearer " + a.Token(service, sendMessage.NSID)},
		"good and more": {"Bearer " + a.Token(service, sendMessage.NSID), "Basic YTpi"},
	} {
		r := request("")
		r.Header["Authorization"] = values
		caller, err := admit(t, w.auth, r, sendMessage)
		if got := wantRefusal(t, caller, err); got != AuthenticationRequired {
			t.Errorf("%s: %s", name, got)
		}
	}
	r := request("")
	r.Header = http.Header{"Authorization": {"bEARER  " + a.Token(service, sendMessage.NSID)}}
	if caller, err := admit(t, w.auth, r, sendMessage); err != nil || caller.DID != a.DID {
		t.Errorf("the scheme's case does not matter (RFC 9110 §11.1): %v", err)
	}
}
