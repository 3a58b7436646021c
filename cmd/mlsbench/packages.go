package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
)

// packagesAccounts is the number of accounts in one call of getKeyPackages.
const packagesAccounts = 10

// benchPackages measures getKeyPackages of ten accounts by accounts that claim
// for the first time, and of one account with more and more devices. The
// service has seen the claimers before, so their keys are not looked up.
func benchPackages(ctx context.Context, w *world, r *recorder) error {
	claims := min(max(4, int(w.sizes.turn().Seconds()*10)), limit.MaxKeyPackages)
	ten := r.figure(fmt.Sprintf("getKeyPackages of %d accounts, new claimer, p50", packagesAccounts), millis)
	for range 1 + w.sizes.turns { // the first turn is a warm-up
		people, err := w.newPeople(ctx, packagesAccounts)
		if err != nil {
			return err
		}
		if _, err := w.publishAll(ctx, people, claims); err != nil {
			return err
		}
		dids := make([]string, len(people))
		for i, p := range people {
			dids[i] = p.DID
		}
		took, err := w.claim(ctx, claims, packagesAccounts, dids...)
		if err != nil {
			return err
		}
		ten.add(took)
	}
	ten.Turns = ten.Turns[1:]
	r.print(ten)
	r.judge("packages", ten)
	// A device keeps what the turns claim.
	return w.growDevices(ctx, r, min(claims, limit.MaxKeyPackages/(1+w.sizes.turns)))
}

// growDevices claims the packages of accounts with more and more devices.
func (w *world) growDevices(ctx context.Context, r *recorder, claims int) error {
	var line growthLine
	for _, n := range w.sizes.devices {
		people, err := w.newPeople(ctx, 1)
		if err != nil {
			return err
		}
		owner := people[0].Account
		devices := make([]*mlstest.Client, n)
		for i := range devices {
			devices[i] = mlstest.NewClient(owner.DID)
		}
		line.add(r.figure(fmt.Sprintf("getKeyPackages of an account with %d devices, p50", n), millis), func() (float64, error) {
			for _, d := range devices {
				if _, err := w.publish(ctx, owner, d, claims); err != nil {
					return 0, err
				}
			}
			return w.claim(ctx, claims, n, owner.DID)
		})
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	line.report(r, fmt.Sprintf("getKeyPackages, %d devices / %d", largest(w.sizes.devices), w.sizes.devices[0]))
	return nil
}

// claim lets n new accounts claim packages, each once, and returns the median
// time in milliseconds. Each must get the given number of packages.
func (w *world) claim(ctx context.Context, n, packages int, dids ...string) (float64, error) {
	target := "/xrpc/" + gen.NSIDGetKeyPackages + "?" + url.Values{"dids": dids}.Encode()
	c, err := connect(ctx, w.addr())
	if err != nil {
		return 0, err
	}
	defer c.Close()
	claimers := make([]*authtest.Account, n)
	for i := range claimers {
		claimers[i] = w.PLC.NewAccount()
		known := w.query(claimers[i], gen.NSIDGetConvos, "/xrpc/"+gen.NSIDGetConvos)
		if err := c.do(known); err != nil {
			return 0, err
		}
	}
	took := &figure{Unit: millis}
	for _, by := range claimers {
		one := w.query(by, gen.NSIDGetKeyPackages, target)
		var answer bytes.Buffer
		d, err := timed(func() error {
			_, err := c.answer(one, &answer)
			return err
		})
		if err != nil {
			return 0, err
		}
		took.addTime(d)
		var got struct{ KeyPackages []struct{ LastResort bool } }
		if err := json.Unmarshal(answer.Bytes(), &got); err != nil {
			return 0, err
		}
		if len(got.KeyPackages) != packages || got.KeyPackages[0].LastResort {
			return 0, fmt.Errorf("a claim of %d packages, not %d: %.200s", len(got.KeyPackages), packages, answer.Bytes())
		}
	}
	return took.median(), nil
}
