package server

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

func TestPublishKeyPackagesOneByOne(t *testing.T) {
	s, clock := newClockServer(t)
	phone := mlstest.NewClient(servertest.DID("alice"))
	laptop := mlstest.NewClient(servertest.DID("alice"), mlstest.Suite(mls.SuiteP256))
	item := func(kp *mls.KeyPackage, b []byte) gen.PublishKeyPackagesKeyPackageItem {
		return gen.PublishKeyPackagesKeyPackageItem{KeyPackage: b, CipherSuite: kp.CipherSuite.String()}
	}
	good, better := phone.KeyPackage(), laptop.KeyPackage()
	contradiction := item(better, good.Raw)
	ended := item(good, good.Raw)
	ended.Expires = new(clock.now().Add(-time.Second).Format(time.RFC3339))
	foreign := mlstest.NewClient(servertest.DID("bob")).KeyPackage()
	endless := phone.KeyPackage(mlstest.Lifetime(clock.now(), clock.now().Add(limit.MaxPackageLifetime+time.Second)))
	out := need(s.PublishKeyPackages(context.Background(), servertest.As(phone.DID), &gen.PublishKeyPackagesInput{
		KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{
			item(good, nil), item(good, good.Raw), contradiction, item(better, mlstest.Wrap(better)),
			item(good, good.Raw), ended, item(foreign, foreign.Raw), item(endless, endless.Raw),
		},
	}))(t)
	if out.Succeeded != 3 || out.Failed != 5 {
		t.Errorf("%d succeeded and %d failed, want 3 and 5", out.Succeeded, out.Failed)
	}
	want := []struct {
		index int64
		name  string
	}{{0, gen.ErrInvalidKeyPackage}, {2, gen.ErrInvalidCipherSuite}, {5, gen.ErrInvalidKeyPackage}, {6, gen.ErrInvalidKeyPackage}, {7, gen.ErrExpirationTooFar}}
	if len(out.Errors) != len(want) {
		t.Fatalf("errors are %v, want %v", out.Errors, want)
	}
	for i, w := range want {
		if e := out.Errors[i]; e.Index != w.index || e.Error != w.name || e.Message == "" {
			t.Errorf("error %d is %+v, want %v", i, e, w)
		}
	}
	if n := countPackages(t, s, phone.DID); n != 2 {
		t.Errorf("%d packages are stored, want 2", n)
	}
}

func TestPublishKeyPackagesLimitOfSuite(t *testing.T) {
	s, clock := newClockServer(t)
	c := mlstest.NewClient(servertest.DID("alice"))
	packages := publish(t, s, c, limit.MaxKeyPackages-1)
	publish(t, s, c, 1, mlstest.LastResort())
	soon := c.KeyPackage(lifetimeFrom(s))
	need(publishOne(s, c, soon.Raw, clock.now().Add(time.Hour)))(t)

	full := func(t *testing.T) {
		t.Helper()
		_, err := publishOne(s, c, c.KeyPackage(lifetimeFrom(s)).Raw, time.Time{})
		if e := servertest.WantError(t, err, gen.ErrTooManyKeyPackages); !strings.Contains(e.Message, "100") {
			t.Errorf("message is %q, want it to name the limit", e.Message)
		}
	}
	full(t)
	// Last-resort packages have room of their own.
	publish(t, s, c, limit.MaxKeyPackages-1, mlstest.LastResort())
	_, err := publishOne(s, c, c.KeyPackage(lifetimeFrom(s), mlstest.LastResort()).Raw, time.Time{})
	if e := servertest.WantError(t, err, gen.ErrTooManyKeyPackages); !strings.Contains(e.Message, "last-resort") {
		t.Errorf("message is %q, want it to say of which kind", e.Message)
	}
	need(publishOne(s, c, packages[0].Raw, time.Time{}))(t)
	publish(t, s, inSuite(c, 3), limit.MaxKeyPackages)
	publish(t, s, mlstest.NewClient(c.DID), limit.MaxKeyPackages)

	// A leased package counts, a spent one does not, nor one that has ended.
	claimOf(t, s, servertest.DID("bob"), c.DID)
	full(t)
	spend(t, s, c.DID, refOf(t, packages[1]))
	publish(t, s, c, 1)
	full(t)
	clock.add(time.Hour)
	publish(t, s, c, 1)
	full(t)
}

// What others state of an account's devices does not use up its devices.
func TestPublishKeyPackagesInventedDevices(t *testing.T) {
	s := newTestServer(t)
	account := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, account)
	for range limit.MaxDevices + 1 {
		addStatedLeaf(t, s, convo, account, mlstest.NewClient(account).DeviceID())
	}
	publish(t, s, mlstest.NewClient(account), 1)
	if n := need(db.New(s.Pool).CountDevices(t.Context(), account, s.Now()))(t); n != 1 {
		t.Errorf("%d devices count, want the one that the account showed", n)
	}
}

func TestPublishKeyPackagesLimitOfDevices(t *testing.T) {
	s := newTestServer(t)
	account := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, account)
	var devices []*mlstest.Client
	for range limit.MaxDevices - 1 {
		devices = append(devices, mlstest.NewClient(account))
		publish(t, s, devices[len(devices)-1], 1)
	}
	member := mlstest.NewClient(account)
	addLeaf(t, s, convo, account, member.DeviceID())

	next := mlstest.NewClient(account)
	_, err := publishOne(s, next, next.KeyPackage().Raw, time.Time{})
	if e := servertest.WantError(t, err, gen.ErrTooManyKeyPackages); !strings.Contains(e.Message, "devices") {
		t.Errorf("message is %q, want it to speak of devices", e.Message)
	}
	publish(t, s, member, 1)
	publish(t, s, devices[0], 1)
	_, err = s.DeleteDevice(context.Background(), servertest.As(account), &gen.DeleteDeviceInput{DeviceID: member.DeviceID()})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, s, next, 1)
	another := mlstest.NewClient(account)
	_, err = publishOne(s, another, another.KeyPackage().Raw, time.Time{})
	servertest.WantError(t, err, gen.ErrTooManyKeyPackages)
}

// Two instances publish for one account at the same time: the limits hold to
// the last package.
func TestPublishKeyPackagesConcurrently(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	c := mlstest.NewClient(servertest.DID("alice"))
	var succeeded, failed int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 6 {
		in := &gen.PublishKeyPackagesInput{}
		for range 30 {
			in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{KeyPackage: c.KeyPackage().Raw, CipherSuite: c.Suite.String()})
		}
		wg.Go(func() {
			out, err := servers[i%2].PublishKeyPackages(context.Background(), servertest.As(c.DID), in)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			succeeded, failed = succeeded+out.Succeeded, failed+out.Failed
		})
	}
	wg.Wait()
	if succeeded != limit.MaxKeyPackages || failed != 80 || countPackages(t, s, c.DID) != limit.MaxKeyPackages {
		t.Errorf("%d succeeded, %d failed, %d are stored; want 100, 80, 100", succeeded, failed, countPackages(t, s, c.DID))
	}
}
