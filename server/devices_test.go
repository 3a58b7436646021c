package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func deleteDevice(s *Server, did, deviceID string) error {
	_, err := s.DeleteDevice(context.Background(), servertest.As(did), &gen.DeleteDeviceInput{DeviceID: deviceID})
	return err
}

func TestListDevices(t *testing.T) {
	s, clock := newClockServer(t)
	ctx := context.Background()
	account := servertest.DID("alice")
	if out := need(s.ListDevices(ctx, servertest.As(account)))(t); out.Devices == nil || len(out.Devices) != 0 {
		t.Errorf("devices are %v, want an empty list", out.Devices)
	}
	var want []gen.ListDevicesDevice
	var clients []*mlstest.Client
	for range 3 {
		c := mlstest.NewClient(account)
		publish(t, s, c, 3)
		clients = append(clients, c)
		want = append(want, gen.ListDevicesDevice{DeviceID: c.DeviceID(), CreatedAt: xrpc.FormatTime(clock.now()), KeyPackages: 3})
		clock.add(time.Minute)
	}
	publish(t, s, mlstest.NewClient(servertest.DID("bob")), 1)
	one, two, left := servertest.AddConvo(t, s.Pool, 1, account), servertest.AddConvo(t, s.Pool, 1, account), servertest.AddConvo(t, s.Pool, 1, account)
	for _, convo := range []xrpc.ConvoID{one, two, left} {
		addLeaf(t, s, convo, account, clients[0].DeviceID())
	}
	addLeaf(t, s, one, account, clients[1].DeviceID())
	servertest.EndMember(t, s.Pool, left, account)
	want[0].Conversations, want[1].Conversations = 2, 1
	// A leased package counts. A spent one does not, nor one that expires within the
	// hour.
	leased := claimOf(t, s, servertest.DID("carol"), account)
	spend(t, s, account, *leased.KeyPackages[1].KeyPackageHash)
	want[1].KeyPackages = 2
	need(publishOne(s, clients[2], clients[2].KeyPackage(lifetimeFrom(s)).Raw, clock.now().Add(limit.LeaseTime)))(t)
	publish(t, s, clients[2], 1, mlstest.LastResort())
	want[2].KeyPackages = 4
	check := func(t *testing.T, want ...gen.ListDevicesDevice) {
		t.Helper()
		out := need(s.ListDevices(ctx, servertest.As(account)))(t)
		if fmt.Sprint(out.Devices) != fmt.Sprint(want) {
			t.Errorf("devices are\n%v\nwant\n%v", out.Devices, want)
		}
	}
	check(t, want...)
	if err := deleteDevice(s, account, clients[1].DeviceID()); err != nil {
		t.Fatal(err)
	}
	check(t, want[0], want[2])
}

func TestDeleteDevice(t *testing.T) {
	s := newTestServer(t)
	account := servertest.DID("alice")
	phone, laptop := mlstest.NewClient(account), mlstest.NewClient(account)
	kp := publish(t, s, phone, 2)[0]
	publish(t, s, phone, 1, mlstest.LastResort())
	publish(t, s, laptop, 1)
	claimOf(t, s, servertest.DID("bob"), account)
	convo, other := servertest.AddConvo(t, s.Pool, 1, account), servertest.AddConvo(t, s.Pool, 1, account)
	addWelcome(t, s, convo, 1, phone, laptop)
	addWelcome(t, s, other, 1, phone)

	for range 2 { // the second call changes nothing
		if err := deleteDevice(s, account, phone.DeviceID()); err != nil {
			t.Fatal(err)
		}
	}
	if n := countPackages(t, s, account); n != 1 {
		t.Errorf("%d packages are left, want the laptop's", n)
	}
	out := claimOf(t, s, servertest.DID("bob"), account)
	if len(out.KeyPackages) != 1 || *out.KeyPackages[0].DeviceID != laptop.DeviceID() || out.MissingDevices != nil {
		t.Errorf("%d packages and missing devices %v, want the laptop's only", len(out.KeyPackages), out.MissingDevices)
	}
	for _, b := range [][]byte{kp.Raw, phone.KeyPackage().Raw} {
		_, err := publishOne(s, phone, b, time.Time{})
		if e := servertest.WantError(t, err, gen.ErrInvalidKeyPackage); !strings.Contains(e.Message, "deleted") {
			t.Errorf("message is %q, want it to say that the device is deleted", e.Message)
		}
	}
	for _, c := range []xrpc.ConvoID{convo, other} {
		_, err := getWelcome(s, account, c, phone.DeviceID())
		if e := servertest.WantError(t, err, gen.ErrWelcomeExpired); !strings.Contains(e.Message, "deleted") {
			t.Errorf("message is %q, want it to say why", e.Message)
		}
		_, err = confirmWelcome(s, account, c, phone.DeviceID(), true)
		servertest.WantError(t, err, gen.ErrWelcomeExpired)
	}
	if _, err := getWelcome(s, account, convo, ""); err != nil {
		t.Errorf("the laptop's Welcome: %v", err)
	}
}

func TestDeleteDeviceUnknown(t *testing.T) {
	s := newTestServer(t)
	bobs := mlstest.NewClient(servertest.DID("bob"))
	publish(t, s, bobs, 1)
	unknown := deleteDevice(s, servertest.DID("alice"), strings.Repeat("a", 26))
	if e := servertest.WantError(t, unknown, xrpc.InvalidRequest); !strings.HasPrefix(e.Message, "deviceId: ") {
		t.Errorf("message is %q, want it to name deviceId", e.Message)
	}
	servertest.WantSameError(t, unknown, deleteDevice(s, servertest.DID("alice"), bobs.DeviceID()))
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM accounts WHERE did = $1`, servertest.DID("alice")); n != 0 {
		t.Error("a refused deletion left an account behind")
	}
	publish(t, s, bobs, 1)

	// A device with a leaf and without packages is listed.
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	joiner := mlstest.NewClient(servertest.DID("alice"))
	addLeaf(t, s, convo, joiner.DID, joiner.DeviceID())
	if err := deleteDevice(s, joiner.DID, joiner.DeviceID()); err != nil {
		t.Error(err)
	}
	_, err := publishOne(s, joiner, joiner.KeyPackage().Raw, time.Time{})
	servertest.WantError(t, err, gen.ErrInvalidKeyPackage)
}

// Publishing races with deleting the device on two instances: in either order, the
// deleted device has no package.
func TestDeleteDeviceRacesWithPublish(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	var refused, published int
	for range 15 {
		c := mlstest.NewClient(servertest.DID("alice"))
		publish(t, s, c, 1)
		in := publishInput(c.KeyPackage(), c.KeyPackage())
		var wg sync.WaitGroup
		start := make(chan struct{})
		wg.Go(func() {
			<-start
			if err := deleteDevice(servers[0], c.DID, c.DeviceID()); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			<-start
			out, err := servers[1].PublishKeyPackages(context.Background(), servertest.As(c.DID), in)
			if err != nil {
				t.Error(err)
				return
			}
			for _, e := range out.Errors {
				if e.Error != gen.ErrInvalidKeyPackage {
					t.Errorf("refused with %s: %s", e.Error, e.Message)
				}
			}
			refused, published = refused+int(out.Failed), published+int(out.Succeeded)
		})
		close(start)
		wg.Wait()
	}
	if n := countPackages(t, s, servertest.DID("alice")); n != 0 {
		t.Errorf("%d packages of deleted devices are left (%d published, %d refused)", n, published, refused)
	}
}

// A commit has locked a package of the device and will add its Welcome while the
// device is being deleted. The deletion waits and ends the Welcome.
func TestDeleteDeviceWaitsForCommit(t *testing.T) {
	s := newTestServer(t)
	ctx := context.Background()
	for name, opts := range map[string][]mlstest.KPOption{"leased": nil, "last resort": {mlstest.LastResort()}} {
		t.Run(name, func(t *testing.T) {
			c := mlstest.NewClient(servertest.DID("alice"))
			kp := publish(t, s, c, 1, opts...)[0]
			convo := servertest.AddConvo(t, s.Pool, 1, c.DID)
			tx := need(s.Pool.Begin(ctx))(t)
			defer func() { _ = tx.Rollback(ctx) }()
			if _, err := tx.Exec(ctx, `SELECT 1 FROM key_packages WHERE ref = $1 FOR NO KEY UPDATE`, need(kp.Ref())(t)); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- deleteDevice(s, c.DID, c.DeviceID()) }()
			waitForLock(t, s)
			for _, sql := range welcomeSQL(convo, 1, c) {
				if _, err := tx.Exec(ctx, sql); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Commit(ctx); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			_, err := getWelcome(s, c.DID, convo, "")
			servertest.WantError(t, err, gen.ErrWelcomeExpired)
		})
	}
}

// waitForLock waits until a session of the database waits for a lock.
func waitForLock(t testing.TB, s *Server) {
	t.Helper()
	for range 6000 {
		if dbtest.Value[bool](t, s.Pool, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody waits for a lock")
}
