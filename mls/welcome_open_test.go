package mls

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// passiveEntry is an entry of the passive-client vectors. The tests use its
// private keys to open the Welcome; package mls never does that.
type passiveEntry struct {
	Suite        CipherSuite `json:"cipher_suite"`
	ExternalPSKs []struct {
		ID  hexBytes `json:"psk_id"`
		PSK hexBytes `json:"psk"`
	} `json:"external_psks"`
	KeyPackage  hexBytes `json:"key_package"`
	InitPriv    hexBytes `json:"init_priv"`
	Welcome     hexBytes `json:"welcome"`
	RatchetTree hexBytes `json:"ratchet_tree"`
	Epochs      []struct {
		Proposals []hexBytes `json:"proposals"`
		Commit    hexBytes   `json:"commit"`
	} `json:"epochs"`
}

// suiteSecrets holds the algorithms of a suite that need private keys. Only
// tests use them.
type suiteSecrets struct {
	hash   func() hash.Hash
	curve  ecdh.Curve
	scalar int // length of a private key in bytes
	kdf    hpke.KDF
	aead   hpke.AEAD
	key    int
	newRaw func(key []byte) (cipher.AEAD, error)
}

func gcm(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

func secretsOf(s CipherSuite) suiteSecrets {
	switch s {
	case SuiteP256:
		return suiteSecrets{sha256.New, ecdh.P256(), 32, hpke.HKDFSHA256(), hpke.AES128GCM(), 16, gcm}
	case SuiteX25519ChaCha20:
		return suiteSecrets{sha256.New, ecdh.X25519(), 32, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), 32, chacha20poly1305.New}
	case SuiteP521:
		return suiteSecrets{sha512.New, ecdh.P521(), 66, hpke.HKDFSHA512(), hpke.AES256GCM(), 32, gcm}
	case SuiteP384:
		return suiteSecrets{sha512.New384, ecdh.P384(), 48, hpke.HKDFSHA384(), hpke.AES256GCM(), 32, gcm}
	default:
		return suiteSecrets{sha256.New, ecdh.X25519(), 32, hpke.HKDFSHA256(), hpke.AES128GCM(), 16, gcm}
	}
}

func (x suiteSecrets) expand(t testing.TB, secret []byte, label string, context []byte, n int) []byte {
	t.Helper()
	info := appendOpaque(appendU16(nil, uint16(n)), []byte(labelPrefix+label))
	out, err := hkdf.Expand(x.hash, secret, string(appendOpaque(info, context)), n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (x suiteSecrets) extract(t testing.TB, salt, ikm []byte) []byte {
	t.Helper()
	out, err := hkdf.Extract(x.hash, ikm, salt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// openWelcome decrypts the GroupInfo in the Welcome of a vector (RFC 9420
// §12.4.3.1).
func openWelcome(t testing.TB, e *passiveEntry) *GroupInfo {
	t.Helper()
	x := secretsOf(e.Suite)
	kp, err := ParseKeyPackage(e.KeyPackage)
	if err != nil {
		t.Fatal(err)
	}
	ref, _ := kp.Ref()
	w, err := ParseWelcome(e.Welcome)
	if err != nil {
		t.Fatal(err)
	}
	// Some P-521 private keys in the vectors lack their leading zeros.
	scalar := append(make([]byte, max(0, x.scalar-len(e.InitPriv))), e.InitPriv...)
	priv, err := hpke.DHKEM(x.curve).NewPrivateKey(scalar)
	if err != nil {
		t.Fatal(err)
	}
	info := appendOpaque(appendOpaque(nil, []byte(labelPrefix+"Welcome")), w.EncryptedGroupInfo)
	for _, s := range w.Secrets {
		if string(s.NewMember) != string(ref) {
			continue
		}
		r, err := hpke.NewRecipient(s.Secrets.KEMOutput, priv, x.kdf, x.aead, info)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := r.Open(nil, s.Secrets.Ciphertext)
		if err != nil {
			t.Fatal(err)
		}
		return x.openGroupInfo(t, e, w, plain)
	}
	t.Fatal("the Welcome does not name the key package")
	return nil
}

func (x suiteSecrets) openGroupInfo(t testing.TB, e *passiveEntry, w *Welcome, groupSecrets []byte) *GroupInfo {
	t.Helper()
	r := newReader("GroupSecrets", groupSecrets)
	joiner := r.opaque("joiner_secret")
	if parseOptional(r, "path_secret") {
		r.opaque("path_secret")
	}
	var psks []*PreSharedKey
	rest := r.open("psks")
	for r.more() {
		psks = append(psks, parsePSK(r))
	}
	r.close(rest)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	n := x.hash().Size()
	psk := make([]byte, n)
	for i, id := range psks {
		var value []byte
		for _, p := range e.ExternalPSKs {
			if string(p.ID) == string(id.ID) {
				value = p.PSK
			}
		}
		label := appendU16(appendU16(id.appendBody(nil), uint16(i)), uint16(len(psks)))
		input := x.expand(t, x.extract(t, make([]byte, n), value), "derived psk", label, n)
		psk = x.extract(t, input, psk)
	}
	welcome := x.expand(t, x.extract(t, joiner, psk), "welcome", nil, n)
	aead, err := x.newRaw(x.expand(t, welcome, "key", nil, x.key))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := aead.Open(nil, x.expand(t, welcome, "nonce", nil, aead.NonceSize()), w.EncryptedGroupInfo, nil)
	if err != nil {
		t.Fatal(err)
	}
	gi, err := ParseGroupInfo(plain)
	if err != nil {
		t.Fatal(err)
	}
	return gi
}
