package server

import (
	"context"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestGetKeyPackageStats(t *testing.T) {
	s, clock := newClockServer(t)
	ctx := context.Background()
	account := servertest.DID("alice")
	phone := mlstest.NewClient(account)
	packages := publish(t, s, phone, 6)
	publish(t, s, inSuite(phone, 3), 1)
	publish(t, s, phone, 2, mlstest.LastResort())
	ending := phone.KeyPackage(lifetimeFrom(s))
	need(publishOne(s, phone, ending.Raw, clock.now().Add(limit.LeaseTime)))(t)
	clock.add(time.Second)
	laptop := mlstest.NewClient(account)
	lastResort := publish(t, s, laptop, 1, mlstest.LastResort())
	clock.add(time.Second)
	tablet := mlstest.NewClient(account)
	publish(t, s, tablet, 1)
	need(s.DeleteDevice(ctx, servertest.As(account), &gen.DeleteDeviceInput{DeviceID: tablet.DeviceID()}))(t)
	clock.add(time.Second)
	dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at) VALUES ($1, repeat('w', 26), $2)`, account, clock.now())
	publish(t, s, mlstest.NewClient(servertest.DID("bob")), 3)

	claimed := claimOf(t, s, servertest.DID("carol"), account)
	spend(t, s, account, *claimed.KeyPackages[0].KeyPackageHash)
	used := clock.now()
	clock.add(time.Minute)
	claimOf(t, s, servertest.DID("dave"), account)
	claimOf(t, s, servertest.DID("erin"), account)

	one, three := mls.CipherSuite(1).String(), mls.CipherSuite(3).String()
	type row struct {
		device, suite                 string
		available, leased, lastResort int64
		used                          string
	}
	stats := func(p *gen.GetKeyPackageStatsParams) (rows []row) {
		for _, d := range need(s.GetKeyPackageStats(ctx, servertest.As(account), p))(t).Devices {
			if len(d.Suites) == 0 {
				rows = append(rows, row{device: d.DeviceID})
			}
			for _, u := range d.Suites {
				r := row{device: d.DeviceID, suite: u.CipherSuite, available: u.Available, leased: u.Leased, lastResort: u.LastResort}
				if u.LastResortUsedAt != nil {
					r.used = *u.LastResortUsedAt
				}
				rows = append(rows, r)
			}
		}
		return rows
	}
	check := func(t *testing.T, got, want []row) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("stats are %+v, want %+v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("stats are %+v, want %+v", got[i], want[i])
			}
		}
	}
	last := xrpc.FormatTime(used.Add(time.Minute))
	watch := "wwwwwwwwwwwwwwwwwwwwwwwwww"
	check(t, stats(&gen.GetKeyPackageStatsParams{}), []row{
		{device: phone.DeviceID(), suite: one, available: 3, leased: 2, lastResort: 2},
		{device: phone.DeviceID(), suite: three, available: 1},
		{device: laptop.DeviceID(), suite: one, lastResort: 1, used: last},
		{device: watch},
	})
	check(t, stats(&gen.GetKeyPackageStatsParams{CipherSuite: &three}), []row{
		{device: phone.DeviceID(), suite: three, available: 1}, {device: laptop.DeviceID()}, {device: watch},
	})
	if *claimed.KeyPackages[1].KeyPackageHash != refOf(t, lastResort[0]) {
		t.Error("the laptop's package is not the last resort")
	}

	t.Run("leases end, all is spent", func(t *testing.T) {
		clock.add(limit.LeaseTime)
		check(t, stats(&gen.GetKeyPackageStatsParams{})[:1], []row{{device: phone.DeviceID(), suite: one, available: 5, lastResort: 2}})
		for _, kp := range packages {
			spend(t, s, account, refOf(t, kp))
		}
		check(t, stats(&gen.GetKeyPackageStatsParams{})[:1], []row{{device: phone.DeviceID(), suite: one, lastResort: 2}})
	})
	t.Run("others' packages are not counted", func(t *testing.T) {
		if out := need(s.GetKeyPackageStats(ctx, servertest.As(servertest.DID("stranger")), &gen.GetKeyPackageStatsParams{}))(t); out.Devices == nil || len(out.Devices) != 0 {
			t.Errorf("devices are %v, want an empty list", out.Devices)
		}
	})
	t.Run("unknown suite", func(t *testing.T) {
		_, err := s.GetKeyPackageStats(ctx, servertest.As(account), &gen.GetKeyPackageStatsParams{CipherSuite: new("MLS_NONE")})
		servertest.WantError(t, err, gen.ErrInvalidCipherSuite)
	})
}
