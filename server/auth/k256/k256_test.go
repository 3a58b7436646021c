package k256

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"testing"

	secp256k1 "gitlab.com/yawning/secp256k1-voi"
	"gitlab.com/yawning/secp256k1-voi/secec"
)

// lenient is what atcrypto verifies tokens with.
var lenient = &secec.ECDSAOptions{Hash: crypto.SHA256, Encoding: secec.EncodingCompact}

// agree fails unless the table and the library have the same verdict, which it returns.
func agree(t *testing.T, what string, key *secec.PublicKey, digest [sha256.Size]byte, signature []byte) bool {
	t.Helper()
	table, err := NewTable(key.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := key.Verify(digest[:], signature, lenient)
	if got := table.Verify(digest, signature); got != want {
		t.Errorf("%s: the table says %v, the library %v\nkey %x\ndigest %x\nsignature %x", what, got, want, key.Bytes(), digest, signature)
	}
	return want
}

func randomScalar(t *testing.T) *secp256k1.Scalar {
	t.Helper()
	var b [secp256k1.ScalarSize]byte
	if _, err := rand.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	s, _ := secp256k1.NewScalarFromBytes(&b)
	return s
}

// scalar returns that of a number below the order.
func scalar(n *big.Int) *secp256k1.Scalar {
	var b [secp256k1.ScalarSize]byte
	n.FillBytes(b[:])
	s, err := secp256k1.NewScalarFromCanonicalBytes(&b)
	if err != nil {
		panic(err)
	}
	return s
}

func publicKey(t *testing.T, p *secp256k1.Point) *secec.PublicKey {
	t.Helper()
	key, err := secec.NewPublicKeyFromPoint(p)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func digestOf(e *secp256k1.Scalar) [sha256.Size]byte { return [sha256.Size]byte(e.Bytes()) }

// signedWith returns a key and a signature of e under it for which the verifier
// computes u1·G + u2·Q = point. No private key is needed: Q is solved for.
func signedWith(t *testing.T, point *secp256k1.Point, u1, u2 *secp256k1.Scalar) (*secec.PublicKey, [sha256.Size]byte, []byte) {
	t.Helper()
	x, err := point.XBytes()
	if err != nil {
		t.Fatal(err)
	}
	r, _ := secp256k1.NewScalarFromBytes((*[secp256k1.CoordSize]byte)(x))
	inverse := secp256k1.NewScalar().Invert(u2)
	s := secp256k1.NewScalar().Multiply(r, inverse)
	e := secp256k1.NewScalar().Multiply(u1, s)
	q := secp256k1.NewIdentityPoint().ScalarBaseMult(u1)
	q.Subtract(point, q)
	q.ScalarMult(inverse, secp256k1.NewPointFrom(q))
	return publicKey(t, q), digestOf(e), secec.BuildCompactSignature(r, s)
}

// TestLikeTheLibrary: with the signatures of random keys, and with what becomes of
// them when something is changed.
func TestLikeTheLibrary(t *testing.T) {
	for range 40 {
		private, err := secec.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		key, digest := private.PublicKey(), digestOf(randomScalar(t))
		r, s, _, err := private.SignRaw(rand.Reader, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		good := secec.BuildCompactSignature(r, s)
		high := secec.BuildCompactSignature(r, secp256k1.NewScalar().Negate(s))
		if !agree(t, "valid", key, digest, good) || !agree(t, "high s", key, digest, high) {
			t.Fatal("a valid signature is refused")
		}
		other := digest
		other[5] ^= 4
		changed := map[string]bool{
			"another digest": agree(t, "another digest", key, other, good),
			"swapped":        agree(t, "swapped", key, digest, secec.BuildCompactSignature(s, r)),
			"negated r":      agree(t, "negated r", key, digest, secec.BuildCompactSignature(secp256k1.NewScalar().Negate(r), s)),
			"another key":    agree(t, "another key", publicKey(t, secp256k1.NewIdentityPoint().Double(key.Point())), digest, good),
			"short":          agree(t, "short", key, digest, good[:63]),
			"long":           agree(t, "long", key, digest, append(good[:64:64], 0)),
			"none":           agree(t, "none", key, digest, nil),
		}
		for range 4 {
			bad := append([]byte(nil), good...)
			at := randomScalar(t).Bytes()[:2]
			bad[int(at[0])%len(bad)] ^= 1 << (at[1] % 8)
			changed["a bit"] = changed["a bit"] || agree(t, "a bit", key, digest, bad)
		}
		for what, valid := range changed {
			if valid {
				t.Errorf("%s: accepted", what)
			}
		}
	}
}

// edges are numbers of 256 bits at which comparisons turn.
func edges() []*big.Int {
	add := func(a *big.Int, b int64) *big.Int { return new(big.Int).Add(a, big.NewInt(b)) }
	half := new(big.Int).Rsh(order, 1)
	prime := add(new(big.Int).Lsh(big.NewInt(1), 256), -(1<<32 + 977))
	all := add(new(big.Int).Lsh(big.NewInt(1), 256), -1)
	return []*big.Int{
		big.NewInt(0), big.NewInt(1), big.NewInt(2), half, add(half, 1), add(order, -1), order, add(order, 1),
		add(prime, -1), prime, add(prime, 1), new(big.Int).Sub(prime, order), all,
	}
}

// TestNumbersAtTheEdge: r, s and the digest are each of them at an edge.
func TestNumbersAtTheEdge(t *testing.T) {
	private, err := secec.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range edges() {
		for _, s := range edges() {
			signature := make([]byte, 64)
			r.FillBytes(signature[:32])
			s.FillBytes(signature[32:])
			for _, e := range edges() {
				var digest [sha256.Size]byte
				e.FillBytes(digest[:])
				agree(t, "edge", private.PublicKey(), digest, signature)
			}
		}
	}
}

// TestValidAtTheEdge: signatures that are valid though u1, u2 or r is at an edge.
func TestValidAtTheEdge(t *testing.T) {
	var scalars []*secp256k1.Scalar
	for _, n := range edges() {
		if n.Cmp(order) < 0 {
			scalars = append(scalars, scalar(n))
		}
	}
	scalars = append(scalars, randomScalar(t), scalar(new(big.Int).Lsh(big.NewInt(1), 255)),
		scalar(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 252), big.NewInt(1))))
	for _, point := range edgePoints(t) {
		for _, u1 := range scalars {
			for _, u2 := range scalars {
				if u2.IsZero() != 0 {
					continue
				}
				q := secp256k1.NewIdentityPoint().ScalarBaseMult(u1)
				if q.Equal(point) != 0 {
					continue // Q would be at infinity
				}
				key, digest, signature := signedWith(t, point, u1, u2)
				if !agree(t, "valid", key, digest, signature) {
					t.Errorf("refused: u1 = %x, u2 = %x", u1.Bytes(), u2.Bytes())
				}
			}
		}
	}
}

// edgePoints returns the generator, a random point, and one whose x is not below the
// order, so that r is not x.
func edgePoints(t *testing.T) []*secp256k1.Point {
	t.Helper()
	points := []*secp256k1.Point{secp256k1.NewGeneratorPoint(), secp256k1.NewIdentityPoint().ScalarBaseMult(randomScalar(t))}
	for r := int64(1); ; r++ {
		const xFromOrderOn = 2
		if p, err := secp256k1.RecoverPoint(scalar(big.NewInt(r)), xFromOrderOn); err == nil {
			x, err := p.XBytes()
			if err != nil || new(big.Int).SetBytes(x).Cmp(order) < 0 {
				t.Fatalf("x is %x, %v", x, err)
			}
			return append(points, p)
		}
	}
}

// TestInfinity: u1·G + u2·Q is the point at infinity, which has no x.
func TestInfinity(t *testing.T) {
	for range 20 {
		d, r, s := randomScalar(t), randomScalar(t), randomScalar(t)
		private, err := secec.NewPrivateKeyFromScalar(d)
		if err != nil {
			t.Fatal(err)
		}
		e := secp256k1.NewScalar().Multiply(r, d)
		e.Negate(e)
		if agree(t, "infinity", private.PublicKey(), digestOf(e), secec.BuildCompactSignature(r, s)) {
			t.Error("accepted")
		}
	}
}

func TestNotAKey(t *testing.T) {
	for what, public := range map[string][]byte{
		"none": nil, "the point at infinity": {0}, "off the curve": append([]byte{4}, make([]byte, 64)...),
	} {
		if _, err := NewTable(public); err == nil {
			t.Errorf("%s: a table was made", what)
		}
	}
}

// TestCombs compares sums of columns with multiplications, for the two forms and for
// one whose powers end beyond a scalar.
func TestCombs(t *testing.T) {
	p := secp256k1.NewIdentityPoint().ScalarBaseMult(randomScalar(t))
	scalars := []*secp256k1.Scalar{randomScalar(t), randomScalar(t), randomScalar(t)}
	for _, n := range edges() {
		if n.Cmp(order) < 0 {
			scalars = append(scalars, scalar(n))
		}
	}
	for _, f := range []form{keyForm, baseForm, {teeth: 5, steps: 11, tables: 5}, {teeth: 2, steps: 1, tables: 129}} {
		c := newComb(p, f)
		points := 0
		for _, table := range c.tables {
			points += len(table)
		}
		if want := points * 104; f.size() != want { // three coordinates of 32 bytes, and a word
			t.Errorf("%+v: size is %d, and %d points are %d bytes", f, f.size(), points, want)
		}
		for _, k := range scalars {
			got, signs := secp256k1.NewIdentityPoint(), c.bits(k)
			for step := c.steps - 1; step >= 0; step-- {
				got.Double(got)
				c.add(got, signs, step)
			}
			if want := secp256k1.NewIdentityPoint().ScalarMult(k, p); want.Equal(got) == 0 {
				t.Errorf("%+v: another multiple for %x", f, k.Bytes())
			}
		}
	}
	if baseForm.steps > keyForm.steps {
		t.Error("the generator needs more doublings than the key")
	}
	const wanted = 8 << 20
	if n := Fit(wanted); n*keyForm.size()+baseForm.size() > wanted || n < 250 {
		t.Errorf("%d tables fit into 8 MiB", n)
	}
}
