package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// TestFreeStorage: with less than a tenth free, accounts above their fair share
// are refused; with less than 3 %, all writes but removals. With more free
// again, nobody is.
func TestFreeStorage(t *testing.T) {
	b := newTestBook(t)
	b.pay(t, "greedy", Amount{Bytes: 90 * mib})
	b.pay(t, "modest", Amount{Bytes: 2 * mib})
	for _, c := range []struct {
		free                  int64
		greedy, modest, fresh string
	}{
		{1000, "", "", ""}, {100, "", "", ""},
		{99, limit.StorageFull, "", ""}, {30, limit.StorageFull, "", ""},
		{29, limit.StorageFull, limit.StorageFull, limit.StorageFull}, {0, limit.StorageFull, limit.StorageFull, limit.StorageFull},
		{31, limit.StorageFull, "", ""}, {101, "", "", ""},
	} {
		b.free = c.free
		b.now += measureInterval
		b.Measure(t.Context())
		for did, want := range map[string]string{"greedy": c.greedy, "modest": c.modest, "fresh": c.fresh} {
			if got := b.pay(t, did, Amount{Bytes: 1}); got != want {
				t.Errorf("%d of 1000 free: %s gets %q, want %q", c.free, did, got, want)
			}
			if got := b.pay(t, did, Amount{Bytes: 1, Removes: true}); got != "" {
				t.Errorf("%d of 1000 free: a removal of %s gets %q", c.free, did, got)
			}
		}
	}
}

func TestRefusalsOfFullStorage(t *testing.T) {
	b := newTestBook(t)
	b.pay(t, "a", Amount{Bytes: 90 * mib})
	b.pay(t, "b", Amount{Bytes: mib})
	for free, want := range map[int64]string{99: "fair share in the last day; less than 10 % is free", 29: "nothing but removals; less than 3 % is free"} {
		b.free = free
		b.now += measureInterval
		b.Measure(t.Context())
		var e *xrpc.Error
		if err := b.Bill("a").Pay(t.Context(), Amount{Bytes: 1}); !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable ||
			e.RetryAfter != time.Minute || !strings.Contains(e.Message, want) || !strings.Contains(e.Message, "try again in 60 s") {
			t.Errorf("%d free: %v", free, err)
		}
	}
}

// TestShortageIsTold: the warning is logged once a minute and metrics rise;
// neither contains an identifier.
func TestShortageIsTold(t *testing.T) {
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	b := newTestBook(t, func(c *Config, _ *limit.Config) {
		c.Log, c.Registry = slog.New(slog.NewTextHandler(&log, nil)), registry
	})
	b.pay(t, "did:plc:greedy", Amount{Bytes: 90 * mib})
	b.free = 50
	for range 18 { // three minutes
		b.Measure(t.Context())
		b.now += measureInterval
		_ = b.Bill("did:plc:greedy").Pay(t.Context(), Amount{Bytes: 1})
	}
	if n := strings.Count(log.String(), "storage is short"); n != 3 || strings.Contains(log.String(), "greedy") {
		t.Errorf("in three minutes the log says, %d times:\n%s", n, &log)
	}
	got := map[string]float64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if m.Gauge != nil {
				got[f.GetName()+" "+m.Label[0].GetValue()] = m.Gauge.GetValue()
			}
		}
	}
	if want := (map[string]float64{
		"mls_storage_free_ratio database": 0.05, "mls_storage_free_bytes database": 50, "mls_storage_size_bytes database": 1000,
		"mls_storage_short free-for-all": 1, "mls_storage_short free-for-writes": 0,
	}); !maps.Equal(got, want) {
		t.Errorf("metrics are %v", got)
	}
	b.free = 10
	b.Measure(t.Context())
	if !strings.Contains(log.String(), "storage is full") {
		t.Errorf("the log says %s", &log)
	}
}

// TestPlaces: the place with the least free storage counts. If a measurement
// fails, the last one is kept.
func TestPlaces(t *testing.T) {
	free, broken := int64(20), false
	var log bytes.Buffer
	b := newTestBook(t, func(c *Config, _ *limit.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		c.Places = append(c.Places, Place{Name: "slow", Every: time.Minute, Free: func(context.Context) (int64, int64, error) {
			if broken {
				return 0, 0, errors.New("no answer")
			}
			return free, 1000, nil
		}})
	})
	full := func() bool {
		b.Measure(t.Context())
		return b.pay(t, "a", Amount{}) == limit.StorageFull
	}
	if !full() {
		t.Error("the fuller place does not count")
	}
	if free = 1000; !full() {
		t.Error("it was measured before its time")
	}
	if b.now += time.Minute; full() {
		t.Error("it was not measured in its time")
	}
	if free, broken = 0, true; full() {
		t.Error("a place that cannot be measured is full")
	}
	b.now += time.Minute
	if full() || !strings.Contains(log.String(), "cannot be measured") {
		t.Errorf("the log says %s", &log)
	}
	broken = false
	if b.now += measureInterval; !full() {
		t.Error("a place that could not be measured is measured no sooner")
	}
}

func TestProbes(t *testing.T) {
	free, total, err := Dir("disk", t.TempDir()).Free(t.Context())
	if err != nil || free < 0 || total < free || total < mib {
		t.Errorf("%d of %d bytes are free: %v", free, total, err)
	}
	if _, _, err := Dir("disk", "/does/not/exist").Free(t.Context()); err == nil || !strings.Contains(err.Error(), "disk") {
		t.Errorf("a directory that is not there: %v", err)
	}
	q := db.New(dbtest.Pool(t))
	size, err := q.DatabaseSize(t.Context())
	if err != nil || size < mib {
		t.Fatalf("the database takes %d bytes: %v", size, err)
	}
	for most, want := range map[int64]int64{size * 4: size * 3, size / 2: 0} {
		free, total, err := Database(q, most).Free(t.Context())
		if err != nil || total != most || free < want-mib || free > want {
			t.Errorf("of %d bytes %d are free, want %d: %v", total, free, want, err)
		}
	}
}

// TestFairShares: the fair share is an equal part. Accounts that stored almost
// nothing do not make it smaller.
func TestFairShares(t *testing.T) {
	b := newTestBook(t)
	one := func(did string, above bool) {
		t.Helper()
		if got := b.shares.isAbove(did); got != above {
			t.Errorf("%s is above its share: %v", did, got)
		}
	}
	b.shares.add("alone", 100*mib)
	one("alone", false)
	b.shares.add("equal", 100*mib)
	one("alone", false)
	one("equal", false)
	b.shares.add("more", 101*mib)
	one("more", true)
	one("equal", false)
	one("nobody", false)
	for i := range 50_000 {
		b.shares.add(fmt.Sprint("puppet", i), 1000)
	}
	one("equal", false)
	b.shares.add("small", leastShare)
	one("small", false)
	b.shares.add("more", -2*mib)
	one("more", true) // the account small made the fair share smaller
	b.shares.add("small", 100*mib-leastShare)
	one("more", false)
	// After two days most of it has decayed.
	b.now += 48 * time.Hour
	b.shares.sweep()
	b.shares.add("today", 50*mib)
	one("today", true)
	one("more", false)
}

// TestSharesAreBounded: the number of accounts is bounded, and those with least
// are dropped first.
func TestSharesAreBounded(t *testing.T) {
	b := newTestBook(t)
	b.shares.most = 1000
	for i := range 500 {
		b.shares.add(fmt.Sprint("large", i), mib)
	}
	b.shares.add("largest", 10*mib)
	for i := range 10_000 {
		b.shares.add(fmt.Sprint("puppet", i), 1000)
		if n := len(b.shares.accounts); n > 1000 {
			t.Fatalf("%d accounts are remembered", n)
		}
	}
	if !b.shares.isAbove("largest") || b.shares.isAbove("large0") {
		t.Error("puppets made the service forget who stored much")
	}
	for i := range 3000 {
		b.shares.add(fmt.Sprint("flood", i), mib)
	}
	if n := len(b.shares.accounts); n > 1000 {
		t.Fatalf("%d accounts are remembered", n)
	}
	b.now += 100 * 24 * time.Hour
	b.shares.sweep()
	if n := len(b.shares.accounts); n != 0 {
		t.Errorf("%d accounts are remembered for ever", n)
	}
}
