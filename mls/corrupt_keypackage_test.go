package mls_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// ruleCase is an object that breaks a rule. The error must contain the phrase.
type ruleCase struct {
	name, phrase string
	object       []byte
}

func runRules(t *testing.T, kind string, check func([]byte) error, cases []ruleCase) {
	t.Helper()
	for _, c := range cases {
		err := check(c.object)
		if err == nil {
			t.Errorf("%s: %s: accepted", kind, c.name)
			continue
		}
		if !strings.Contains(err.Error(), c.phrase) {
			t.Errorf("%s: %s: error %q, want %q in it", kind, c.name, err, c.phrase)
		}
	}
	t.Logf("%s: %d broken rules refused", kind, len(cases))
}

// keyPackageRules are key packages that break a rule but are correctly signed,
// or whose signer is wrong.
func keyPackageRules(sc *scene) []ruleCase {
	now := time.Now()
	var out []ruleCase
	add := func(name, phrase string, k *mls.KeyPackage) {
		out = append(out, ruleCase{name, phrase, mlstest.Wrap(k)})
	}
	edit := func(name, phrase string, f func(*mls.KeyPackage)) {
		add(name, phrase, sc.d.KeyPackage(mlstest.Edit(f)))
	}
	leaf := func(name, phrase string, f func(*mls.LeafNode)) {
		edit(name, phrase, func(k *mls.KeyPackage) { f(&k.LeafNode) })
	}
	lifetime := func(name, phrase string, from, to time.Time) {
		add(name, phrase, sc.d.KeyPackage(mlstest.Lifetime(from, to)))
	}
	for _, s := range []mls.CipherSuite{1, 2, 3, 4, 5, 6, 7, 77, 99} {
		if s != sc.suite {
			edit("suite "+s.String(), "KeyPackage: ", func(k *mls.KeyPackage) { k.CipherSuite = s })
		}
	}
	lifetime("expired", "not_after: found", now.Add(-48*time.Hour), now.Add(-time.Second))
	lifetime("not yet valid", "in the future", now.Add(2*mls.ClockAhead), now.Add(48*time.Hour))
	lifetime("too long", "at most 7779600 seconds", now.Add(-time.Hour), now.Add(90*24*time.Hour+time.Second))
	lifetime("ends before it starts", "not before not_before", now.Add(time.Hour), now.Add(-time.Hour))
	leaf("lifetime without end", "known quirk: unbounded default lifetime", func(l *mls.LeafNode) { l.Lifetime = mls.Lifetime{NotAfter: math.MaxInt64} })
	leaf("lifetime of all 64 bits", "known quirk: unbounded default lifetime", func(l *mls.LeafNode) { l.Lifetime = mls.Lifetime{NotAfter: math.MaxUint64} })
	leaf("empty lifetime", "in the past", func(l *mls.LeafNode) { l.Lifetime = mls.Lifetime{} })
	leaf("source update", "leaf_node_source", func(l *mls.LeafNode) { l.Source = mls.SourceUpdate })
	leaf("source commit", "leaf_node_source", func(l *mls.LeafNode) { l.Source = mls.SourceCommit })
	leaf("no versions", "capabilities.versions", func(l *mls.LeafNode) { l.Capabilities.Versions = nil })
	leaf("another version", "capabilities.versions", func(l *mls.LeafNode) { l.Capabilities.Versions = mls.ListOf[uint16](2) })
	leaf("suite not listed", "capabilities.cipher_suites", func(l *mls.LeafNode) { l.Capabilities.CipherSuites = mls.ListOf[mls.CipherSuite](0x0A0A) })
	leaf("credential not listed", "capabilities.credentials", func(l *mls.LeafNode) { l.Capabilities.Credentials = mls.ListOf(mls.CredentialX509) })
	leaf("extension not listed", "leaf_node.extensions[0]", func(l *mls.LeafNode) { l.Extensions = mls.Extensions{{Type: 0xF123}} })
	leaf("another DID", "another DID", func(l *mls.LeafNode) { l.Credential.Identity = []byte(sc.c.DID) })
	leaf("another DID with device", "another DID", func(l *mls.LeafNode) { l.Credential.Identity = []byte(sc.c.DID + "#phone") })
	for name, identity := range map[string]string{
		"no identity": "", "identity a name": "alice", "DID of no method": "did::x", "DID cut": "did:plc:", "DID with space": sc.d.DID + " ",
		"DID with NUL": sc.d.DID + "\x00", "DID in capitals": "DID:plc:abc", "empty device": sc.d.DID + "#", "two devices": sc.d.DID + "#a#b",
		"device with newline": sc.d.DID + "#a\nb", "endless identity": sc.d.DID + "#" + strings.Repeat("a", 257), "DID too long": "did:web:" + strings.Repeat("a", 2048),
	} {
		leaf(name, "leaf_node.credential.identity", func(l *mls.LeafNode) { l.Credential.Identity = []byte(identity) })
	}
	leaf("x509 credential", "credential_type", func(l *mls.LeafNode) {
		l.Credential = mls.Credential{Type: mls.CredentialX509, Certificates: []byte{1, 0}}
		l.Capabilities.Credentials = mls.ListOf(mls.CredentialX509)
	})
	edit("last_resort with data", "last_resort", func(k *mls.KeyPackage) {
		k.Extensions = mls.Extensions{{Type: mls.ExtensionLastResort, Data: []byte{1}}}
	})
	edit("init key is the encryption key", "init_key", func(k *mls.KeyPackage) { k.InitKey = k.LeafNode.EncryptionKey })
	for name, f := range map[string]func([]byte) []byte{
		"empty": func([]byte) []byte { return nil }, "short": func(b []byte) []byte { return b[1:] }, "long": func(b []byte) []byte { return append(bytes.Clone(b), 1) },
	} {
		edit("init key "+name, "init_key: found", func(k *mls.KeyPackage) { k.InitKey = f(k.InitKey) })
		leaf("encryption key "+name, "leaf_node.encryption_key: found", func(l *mls.LeafNode) { l.EncryptionKey = f(l.EncryptionKey) })
		leaf("signature key "+name, "leaf_node.signature_key: found", func(l *mls.LeafNode) { l.SignatureKey = f(l.SignatureKey) })
	}
	leaf("another's signature key", "leaf_node.signature: found", func(l *mls.LeafNode) { l.SignatureKey = sc.c.SignatureKey() })
	return append(out, keyPackageSignatures(sc)...)
}

// keyPackageSignatures are key packages with wrong signatures, and encodings
// that Append does not produce.
func keyPackageSignatures(sc *scene) []ruleCase {
	var out []ruleCase
	sign := func(name, phrase string, f func(*mls.KeyPackage)) {
		k := sc.d.KeyPackage()
		f(k)
		out = append(out, ruleCase{name, phrase, mlstest.Wrap(k)})
	}
	sign("signed by another", "KeyPackage: signature", func(k *mls.KeyPackage) { k.Signature = sc.c.Sign(mls.LabelKeyPackage, k.AppendTBS(nil)) })
	sign("signed under another label", "KeyPackage: signature", func(k *mls.KeyPackage) { k.Signature = sc.d.Sign(mls.LabelLeafNode, k.AppendTBS(nil)) })
	sign("signature of another package", "KeyPackage: signature", func(k *mls.KeyPackage) { k.Signature = sc.kd.Signature })
	sign("no signature", "KeyPackage: signature", func(k *mls.KeyPackage) { k.Signature = nil })
	sign("longer signature", "KeyPackage: signature", func(k *mls.KeyPackage) { k.Signature = append(bytes.Clone(k.Signature), 0) })
	sign("leaf signed by another", "leaf_node.signature", func(k *mls.KeyPackage) {
		sc.c.SignLeaf(&k.LeafNode, nil, 0)
		k.Signature = sc.d.Sign(mls.LabelKeyPackage, k.AppendTBS(nil))
	})
	sign("leaf of another package of the device", "KeyPackage: signature", func(k *mls.KeyPackage) { k.LeafNode = sc.kd.LeafNode })
	k := sc.d.KeyPackage(mlstest.LastResort())
	twice := k.Extensions
	k.Extensions = append(twice, twice...)
	k.Signature = sc.d.Sign(mls.LabelKeyPackage, k.AppendTBS(nil))
	out = append(out, ruleCase{"an extension twice", "twice", mlstest.Wrap(k)})
	credential := append([]byte{0, 1}, mls.AppendOpaque(nil, sc.d.Identity())...)
	for _, typ := range []byte{0, 3, 255} {
		b := bytes.Replace(mlstest.Wrap(sc.kd), credential, append([]byte{0, typ}, credential[2:]...), 1)
		out = append(out, ruleCase{"unknown credential type", "credential.credential_type", b})
	}
	// The leaf node source comes before the lifetime and the empty list of
	// extensions.
	tbs := sc.kd.LeafNode.AppendTBS(nil, nil, 0)
	wrong := bytes.Clone(tbs)
	wrong[len(wrong)-18] = 4
	return append(out, ruleCase{"leaf_node_source 4", "leaf_node_source", bytes.Replace(mlstest.Wrap(sc.kd), tbs, wrong, 1)})
}

// smallOrderRules are X25519 keys of small order, to which nothing can be
// encrypted.
func smallOrderRules(t *testing.T, sc *scene) []ruleCase {
	var out []ruleCase
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	} {
		key, _ := hex.DecodeString(text)
		public, err := ecdh.X25519().NewPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := private.ECDH(public); err == nil {
			t.Errorf("%s is not of small order", text)
		}
		out = append(out,
			ruleCase{"init key " + text, "init_key: found a point of small order", mlstest.Wrap(sc.d.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) { k.InitKey = key })))},
			ruleCase{"encryption key " + text, "leaf_node.encryption_key: found a point of small order", mlstest.Wrap(sc.d.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) { k.LeafNode.EncryptionKey = key })))})
	}
	return out
}

// curveRules are invalid points of a NIST curve.
func curveRules(sc *scene) []ruleCase {
	point := sc.d.SignatureKey()
	half := (len(point) - 1) / 2
	compressed := append([]byte{2 + point[len(point)-1]&1}, point[1:1+half]...)
	off := bytes.Clone(point)
	off[len(off)-1] ^= 1
	hybrid := append([]byte{6}, point[1:]...)
	var out []ruleCase
	for name, c := range map[string]struct {
		key    []byte
		phrase string
	}{
		"compressed":       {compressed, "known quirk: compressed elliptic curve point) (RFC 9420 §5.1.1)"},
		"off the curve":    {off, "a point on the curve"},
		"hybrid form":      {hybrid, "starts with 0x04"},
		"the point at 0,0": {append([]byte{4}, make([]byte, 2*half)...), "a point on the curve"},
	} {
		for field, set := range map[string]func(*mls.KeyPackage){
			"init_key":                 func(k *mls.KeyPackage) { k.InitKey = c.key },
			"leaf_node.encryption_key": func(k *mls.KeyPackage) { k.LeafNode.EncryptionKey = c.key },
			"leaf_node.signature_key":  func(k *mls.KeyPackage) { k.LeafNode.SignatureKey = c.key },
		} {
			k := sc.d.KeyPackage(mlstest.Edit(set))
			out = append(out, ruleCase{field + " " + name, c.phrase, mlstest.Wrap(k)})
		}
	}
	return out
}

func TestCorruptKeyPackage(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		sc := newScene(t, s)
		cases := keyPackageRules(sc)
		switch s {
		case mls.SuiteP256, mls.SuiteP384, mls.SuiteP521:
			cases = append(cases, curveRules(sc)...)
		case mls.SuiteXWing:
			unreduced := mlstest.HPKEKey(s)
			unreduced[0], unreduced[1] = 0xff, unreduced[1]|0x0f
			if _, err := mlkem.NewEncapsulationKey768(unreduced[:1184]); err == nil {
				t.Error("the library takes the key")
			}
			cases = append(cases, ruleCase{"ML-KEM key not reduced", "init_key: found an ML-KEM key",
				mlstest.Wrap(sc.d.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) { k.InitKey = unreduced })))})
		case mls.SuiteX25519AES128, mls.SuiteX25519ChaCha20:
			cases = append(cases, smallOrderRules(t, sc)...)
		}
		runRules(t, s.String()+" KeyPackage", sc.checkKeyPackage, cases)
	}
}

// TestCipherSuiteRefusal checks the error for suites that cannot be verified.
func TestCipherSuiteRefusal(t *testing.T) {
	for _, s := range []mls.CipherSuite{0, 4, 6, 8, 0x0A0A} {
		sc := newScene(t, 1)
		k := sc.d.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) { k.CipherSuite = s }))
		err := sc.checkKeyPackage(k.Raw)
		var e *mls.Error
		if !mls.IsCipherSuite(err) || !errors.As(err, &e) || !strings.Contains(e.Found, s.String()) {
			t.Errorf("suite %d: %v, want a refusal that names it", s, err)
		}
		if got, err := mls.ParseCipherSuite(s.String()); !mls.IsCipherSuite(err) || s.Known() && got != s {
			t.Errorf("suite %d by name: %v, %v", s, got, err)
		}
	}
	for _, s := range mls.SupportedCipherSuites() {
		if got, err := mls.ParseCipherSuite(s.String()); err != nil || got != s {
			t.Errorf("suite %d by name: %v, %v", s, got, err)
		}
	}
}
