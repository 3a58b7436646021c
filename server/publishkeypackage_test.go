package server

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

func TestPublishKeyPackage(t *testing.T) {
	s := newTestServer(t)
	for _, suite := range mls.SupportedCipherSuites() {
		for form, encode := range map[string]func(*mls.KeyPackage) []byte{
			"bare": func(k *mls.KeyPackage) []byte { return k.Raw },
			"wire": mlstest.Wrap,
		} {
			t.Run(suite.String()+"/"+form, func(t *testing.T) {
				c := mlstest.NewClient(servertest.DID(form+"-"+strings.ReplaceAll(suite.String(), "_", "")), mlstest.Suite(suite), mlstest.Device("phone"))
				kp := c.KeyPackage()
				out := need(publishOne(s, c, encode(kp), time.Time{}))(t)
				if *out.KeyPackageHash != refOf(t, kp) || *out.DeviceID != c.DeviceID() {
					t.Errorf("answer is %s of %s, want %s of %s", *out.KeyPackageHash, *out.DeviceID, refOf(t, kp), c.DeviceID())
				}
				got := claimOne(t, s, servertest.DID("requester"), c.DID, "")
				if !bytes.Equal(got.KeyPackage, encode(kp)) {
					t.Error("the package is not given as it was published")
				}
				if got.CipherSuite != suite.String() || *got.KeyPackageHash != refOf(t, kp) || *got.DeviceID != c.DeviceID() || *got.LastResort {
					t.Errorf("claimed %s %s of %s, last resort %v", got.CipherSuite, *got.KeyPackageHash, *got.DeviceID, *got.LastResort)
				}
			})
		}
	}
}

func TestPublishKeyPackageRefusals(t *testing.T) {
	s, clock := newClockServer(t)
	now := clock.now()
	c := mlstest.NewClient(servertest.DID("alice"))
	made := func(opts ...mlstest.KPOption) []byte { return c.KeyPackage(opts...).Raw }
	from := now.Add(-time.Hour)
	edge := now.Add(limit.MaxPackageLifetime)
	broken := made()
	broken[len(broken)-1] ^= 1
	for name, tt := range map[string]struct {
		b       []byte
		suite   mls.CipherSuite
		expires time.Time
		want    string
		says    []string
	}{
		"not a key package":      {b: []byte("not a key package"), want: gen.ErrInvalidKeyPackage, says: []string{"KeyPackage"}},
		"another MLS object":     {b: mlstest.RandomWelcome(1, make([]byte, 32)), want: gen.ErrInvalidKeyPackage},
		"trailing byte":          {b: append(made(), 0), want: gen.ErrInvalidKeyPackage},
		"bad signature":          {b: broken, want: gen.ErrInvalidKeyPackage, says: []string{"signature"}},
		"another account's":      {b: mlstest.NewClient(servertest.DID("bob")).KeyPackage().Raw, want: gen.ErrInvalidKeyPackage, says: []string{"identity"}},
		"another suite declared": {b: made(), suite: 3, want: gen.ErrInvalidCipherSuite, says: []string{mls.CipherSuite(1).String(), mls.CipherSuite(3).String()}},
		"suite of Ed448":         {b: made(), suite: 4, want: gen.ErrInvalidCipherSuite},
		"unknown suite":          {b: made(), suite: 0x0F0F, want: gen.ErrInvalidCipherSuite},
		"ends a second too late": {b: made(mlstest.Lifetime(now, edge.Add(time.Second))), want: gen.ErrExpirationTooFar, says: []string{"not_after"}},
		"ends too late, asked to end earlier": {b: made(mlstest.Lifetime(now, edge.Add(time.Second))), expires: now.Add(time.Hour),
			want: gen.ErrExpirationTooFar},
		"never ends": {b: made(mlstest.Lifetime(time.Unix(0, 0), time.Unix(math.MaxInt64, 0))), want: gen.ErrExpirationTooFar,
			says: []string{string(mls.QuirkLifetime), "RFC 9420 §7.2"}},
		"lives too long, though it ends soon": {b: made(mlstest.Lifetime(now.Add(-limit.MaxPackageLifetime), now.Add(time.Hour))),
			want: gen.ErrInvalidKeyPackage, says: []string{"lifetime"}},
		"ended just now":          {b: made(mlstest.Lifetime(from, now)), want: gen.ErrInvalidKeyPackage, says: []string{"expired"}},
		"begins in the future":    {b: made(mlstest.Lifetime(now.Add(mls.ClockAhead+time.Minute), edge)), want: gen.ErrInvalidKeyPackage, says: []string{"not_before"}},
		"asked to have ended now": {b: made(), expires: now, want: gen.ErrInvalidKeyPackage, says: []string{"expired"}},
	} {
		t.Run(name, func(t *testing.T) {
			as := c
			if tt.suite != 0 {
				as = inSuite(c, tt.suite)
			}
			_, err := publishOne(s, as, tt.b, tt.expires)
			e := servertest.WantError(t, err, tt.want)
			for _, part := range tt.says {
				if !strings.Contains(e.Message, part) {
					t.Errorf("message is %q, want it to say %q", e.Message, part)
				}
			}
			if n := countPackages(t, s, c.DID); n != 0 {
				t.Errorf("%d packages are stored, want none", n)
			}
		})
	}
	for name, tt := range map[string]struct{ from, to, expires, want time.Time }{
		"at the edge":     {from: now, to: edge, want: edge},
		"a second left":   {from: from, to: now.Add(time.Second), want: now.Add(time.Second)},
		"asked earlier":   {from: from, to: edge.Add(-2 * time.Hour), expires: now.Add(2 * time.Hour), want: now.Add(2 * time.Hour)},
		"asked later":     {from: from, to: now.Add(2 * time.Hour), expires: now.Add(3 * time.Hour), want: now.Add(2 * time.Hour)},
		"asked after all": {from: from, to: now.Add(2 * time.Hour), expires: now.AddDate(100, 0, 0), want: now.Add(2 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			kp := c.KeyPackage(mlstest.Lifetime(tt.from, tt.to))
			need(publishOne(s, c, kp.Raw, tt.expires))(t)
			ref := need(kp.Ref())(t)
			if got := dbtest.Value[time.Time](t, s.Pool, `SELECT expires_at FROM key_packages WHERE ref = $1`, ref); !got.Equal(tt.want) {
				t.Errorf("it ends at %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPublishKeyPackageAgain(t *testing.T) {
	s, clock := newClockServer(t)
	c := mlstest.NewClient(servertest.DID("alice"))
	kp := c.KeyPackage(lifetimeFrom(s))
	ends := clock.now().Add(3 * time.Hour)
	first := need(publishOne(s, c, kp.Raw, ends))(t)

	t.Run("the same again succeeds", func(t *testing.T) {
		for _, b := range [][]byte{kp.Raw, mlstest.Wrap(kp)} {
			again := need(publishOne(s, c, b, time.Time{}))(t)
			if *again.KeyPackageHash != *first.KeyPackageHash || *again.DeviceID != *first.DeviceID {
				t.Errorf("second answer is %v, first was %v", again, first)
			}
		}
		if n := countPackages(t, s, c.DID); n != 1 {
			t.Errorf("%d packages are stored, want 1", n)
		}
		if got := dbtest.Value[time.Time](t, s.Pool, `SELECT expires_at FROM key_packages`); !got.Equal(ends) {
			t.Errorf("it ends at %v, want it to end as first published, at %v", got, ends)
		}
	})
	t.Run("what ended early may be published anew", func(t *testing.T) {
		clock.add(3 * time.Hour)
		wantNone(t, s, servertest.DID("bob"), c, "")
		need(publishOne(s, c, kp.Raw, time.Time{}))(t)
		if got := claimOne(t, s, servertest.DID("bob"), c.DID, ""); *got.KeyPackageHash != refOf(t, kp) {
			t.Error("the package published anew is not given")
		}
	})
	t.Run("what is spent stays spent", func(t *testing.T) {
		spend(t, s, c.DID, refOf(t, kp))
		need(publishOne(s, c, kp.Raw, time.Time{}))(t)
		if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NULL`); n != 0 {
			t.Error("a spent package came back to life")
		}
	})
}

func TestPublishKeyPackageIdempotency(t *testing.T) {
	s, clock := newClockServer(t)
	other := secondInstance(t, s)
	c := mlstest.NewClient(servertest.DID("alice"))
	kp := c.KeyPackage(mlstest.Lifetime(clock.now().Add(-time.Hour), clock.now().Add(time.Hour)))
	in := &gen.PublishKeyPackageInput{KeyPackage: kp.Raw, CipherSuite: c.Suite.String(), IdempotencyKey: new("once")}
	ctx := context.Background()
	first := need(s.PublishKeyPackage(ctx, servertest.As(c.DID), in))(t)

	clock.add(2 * time.Hour)
	again := need(other.PublishKeyPackage(ctx, servertest.As(c.DID), in))(t)
	if *again.KeyPackageHash != *first.KeyPackageHash || *again.DeviceID != *first.DeviceID {
		t.Errorf("answer after the package ended is %v, want the first, %v", again, first)
	}
	next := *in
	next.KeyPackage = c.KeyPackage(lifetimeFrom(s)).Raw
	_, err := s.PublishKeyPackage(ctx, servertest.As(c.DID), &next)
	servertest.WantError(t, err, gen.ErrIdempotencyConflict)
	if n := countPackages(t, s, c.DID); n != 1 {
		t.Errorf("%d packages are stored, want 1", n)
	}
	next.IdempotencyKey = new("failed")
	next.CipherSuite = mls.CipherSuite(2).String()
	_, err = s.PublishKeyPackage(ctx, servertest.As(c.DID), &next)
	servertest.WantError(t, err, gen.ErrInvalidCipherSuite)
	next.CipherSuite = c.Suite.String()
	if _, err = s.PublishKeyPackage(ctx, servertest.As(c.DID), &next); err != nil {
		t.Errorf("a refusal was recorded under the key: %v", err)
	}
}
