// Package k256 checks ECDSA signatures on secp256k1 with tables of multiples of
// the public key, for keys that check many signatures. A check with a table
// takes less than half the time, and a table costs two to three checks without.
//
// All arithmetic of points and scalars is secp256k1-voi's, the library behind
// indigo's atproto/atcrypto. Its additions are complete: they hold for equal and
// opposite points and for the point at infinity, so that no case of theirs needs
// care here. Only the inverse of s is math/big's, which is faster.
//
// Nothing here is secret: keys, signatures and digests are public. So the time
// may depend on them.
package k256

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"reflect"
	"sync"

	secp256k1 "gitlab.com/yawning/secp256k1-voi"
	"gitlab.com/yawning/secp256k1-voi/secec"
)

var (
	// keyForm is the form of the tables of keys. With more tables instead of steps
	// they take more memory, and a check needs a doubling less for each step.
	keyForm = form{teeth: 8, steps: 16, tables: 2}
	// baseForm is the form of the table of the generator. It has no more steps than
	// keyForm, so that it needs no doubling of its own.
	baseForm = form{teeth: 13, steps: 10, tables: 2}
)

// Fit returns how many tables of keys fit into bytes of memory, beside that of the
// generator, which they share.
func Fit(bytes int) int { return (bytes - baseForm.size()) / keyForm.size() }

// Table has multiples of a public key.
type Table struct{ key *comb }

// NewTable makes a table for a public key in an encoding of SEC 1. It refuses the
// point at infinity.
func NewTable(public []byte) (*Table, error) {
	key, err := secec.NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("table of a public key: %w", err)
	}
	return &Table{newComb(key.Point(), keyForm)}, nil
}

// base has multiples of the generator. It is made for the first signature.
var base = sync.OnceValue(func() *comb { return newComb(secp256k1.NewGeneratorPoint(), baseForm) })

// Verify reports whether a signature of a digest is valid: r and s of 32 bytes
// each (SEC 1, version 2.0, section 4.1.4). It accepts low and high s.
func (t *Table) Verify(digest [sha256.Size]byte, signature []byte) bool {
	r, s, err := secec.ParseCompactSignature(signature) // refuses 0, and the order and above
	if err != nil {
		return false
	}
	e, _ := secp256k1.NewScalarFromBytes(&digest)
	inverse := invert(s)
	point := t.sum(secp256k1.NewScalar().Multiply(e, inverse), secp256k1.NewScalar().Multiply(r, inverse))
	x, err := point.XBytes()
	if err != nil { // it is the point at infinity
		return false
	}
	// x is reduced, since it can be above the order.
	got, _ := secp256k1.NewScalarFromBytes((*[secp256k1.CoordSize]byte)(x))
	return got.Equal(r) == 1
}

// sum returns u1 times the generator plus u2 times the key.
func (t *Table) sum(u1, u2 *secp256k1.Scalar) *secp256k1.Point {
	generator := base()
	bits1, bits2 := generator.bits(u1), t.key.bits(u2)
	sum := secp256k1.NewIdentityPoint()
	for step := t.key.steps - 1; step >= 0; step-- {
		sum.Double(sum)
		t.key.add(sum, bits2, step)
		if step < generator.steps {
			generator.add(sum, bits1, step)
		}
	}
	return sum
}

// order is the order of the group.
var order = func() *big.Int {
	last := secp256k1.NewScalar().Negate(number(1))
	return new(big.Int).Add(new(big.Int).SetBytes(last.Bytes()), big.NewInt(1))
}()

func number(n uint64) *secp256k1.Scalar { return secp256k1.NewScalarFromUint64(n) }

// invert returns the inverse of a scalar other than 0.
func invert(s *secp256k1.Scalar) *secp256k1.Scalar {
	var out [secp256k1.ScalarSize]byte
	i := new(big.Int).SetBytes(s.Bytes())
	i.ModInverse(i, order).FillBytes(out[:])
	inverse, _ := secp256k1.NewScalarFromBytes(&out)
	return inverse
}

// form is the form of a comb (Lim and Lee, More flexible exponentiation with
// precomputation, 1994). A scalar is written with a sign for each power of two,
// each of which adds or subtracts that multiple of the point. The signs are in
// columns of as many as there are teeth, tables times steps apart: what a column
// adds is in a table. Columns of a table are a step apart, for which the sum is
// doubled.
type form struct{ teeth, steps, tables int }

// entries is the number of points of a table. The highest tooth is always added in
// a table. For a column in which it is subtracted, the opposite one is subtracted.
func (f form) entries() int { return 1 << (f.teeth - 1) }

// size is the memory that a comb of the form takes, in bytes.
func (f form) size() int {
	return f.tables * f.entries() * int(reflect.TypeFor[secp256k1.Point]().Size())
}

// comb has the sums and differences of multiples of a point.
type comb struct {
	form
	// offset is added to a scalar before it is halved: then its bits are the signs.
	offset *secp256k1.Scalar
	tables [][]secp256k1.Point
}

func newComb(p *secp256k1.Point, f form) *comb {
	c := &comb{form: f, offset: number(1), tables: make([][]secp256k1.Point, f.tables)}
	teeth := make([][]secp256k1.Point, f.tables)
	power := secp256k1.NewPointFrom(p)
	for range f.teeth {
		for i := range teeth {
			teeth[i] = append(teeth[i], *secp256k1.NewPointFrom(power))
			for range f.steps {
				power.Double(power)
				c.offset.Add(c.offset, c.offset)
			}
		}
	}
	c.offset.Subtract(c.offset, number(1))
	for i := range c.tables {
		c.tables[i] = f.table(teeth[i])
	}
	return c
}

// table returns the sums of the highest tooth and of each lower one or its opposite:
// in the entry n, a tooth is added if its bit of n is set.
func (f form) table(teeth []secp256k1.Point) []secp256k1.Point {
	out := make([]secp256k1.Point, f.entries())
	lower, highest := teeth[:f.teeth-1], &teeth[f.teeth-1]
	out[0].Set(highest)
	for i := range lower {
		out[0].Subtract(&out[0], &lower[i])
	}
	for i := range lower {
		twice := secp256k1.NewIdentityPoint().Double(&lower[i])
		for n := range 1 << i {
			out[1<<i+n].Add(&out[n], twice)
		}
	}
	return out
}

// half is the inverse of 2.
var half = invert(number(2))

// bits has the bits of a scalar, the lowest first, and zeroes above them.
type bits [secp256k1.ScalarSize/8 + 1]uint64

// bits returns the signs of the powers of two whose sum is k: 1 for plus. With m
// powers, that sum is twice the number of the bits, less 2^m-1.
func (c *comb) bits(k *secp256k1.Scalar) *bits {
	signs := secp256k1.NewScalar().Add(k, c.offset)
	bytes := signs.Multiply(signs, half).Bytes()
	var out bits
	for i := range len(bytes) / 8 {
		out[i] = binary.BigEndian.Uint64(bytes[len(bytes)-8*(i+1):])
	}
	return &out
}

// add adds to sum what the columns of a step add.
func (c *comb) add(sum *secp256k1.Point, signs *bits, step int) {
	spacing := len(c.tables) * c.steps
	for i, table := range c.tables {
		column := 0
		for tooth := range c.teeth {
			at := tooth*spacing + i*c.steps + step
			column |= int(signs[at/64]>>(at%64)&1) << tooth
		}
		if column >= len(table) {
			sum.Add(sum, &table[column-len(table)])
		} else {
			sum.Subtract(sum, &table[len(table)-1-column])
		}
	}
}
