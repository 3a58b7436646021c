package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// person is an account with a device.
type person struct {
	*authtest.Account
	device *mlstest.Client
}

// newPeople returns n accounts that anybody may add to conversations.
func (w *world) newPeople(ctx context.Context, n int) ([]*person, error) {
	people, dids := make([]*person, n), make([]string, n)
	for i := range people {
		a := w.PLC.NewAccount()
		people[i], dids[i] = &person{a, mlstest.NewClient(a.DID)}, a.DID
	}
	_, err := w.Pool.Exec(ctx, `INSERT INTO contact_preferences (did, accept_from, accept_group_invites_from)
		SELECT did, 'all', 'all' FROM unnest($1::text[]) AS did`, dids)
	if err != nil {
		return nil, fmt.Errorf("preferences of accounts: %w", err)
	}
	return people, nil
}

// client returns a client that calls the service as an account. Its time does not
// count.
func (w *world) client(by *authtest.Account) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: "http://" + w.addr(), HTTP: http.DefaultClient,
		Authorize: func(r *http.Request, nsid string) error {
			r.Header.Set("Authorization", "Bearer "+by.Token(w.did(), nsid))
			return nil
		}}}
}

// publish publishes n key packages of a device.
func (w *world) publish(ctx context.Context, by *authtest.Account, device *mlstest.Client, n int) ([]*mls.KeyPackage, error) {
	in := &gen.PublishKeyPackagesInput{}
	out := make([]*mls.KeyPackage, n)
	for i := range out {
		out[i] = device.KeyPackage()
		in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{
			KeyPackage: mlstest.Wrap(out[i]), CipherSuite: mls.SuiteX25519AES128.String()})
	}
	if _, err := w.client(by).PublishKeyPackages(ctx, in); err != nil {
		return nil, fmt.Errorf("publish packages: %w", err)
	}
	return out, nil
}

// publishers is the number of accounts that publish at the same time.
const publishers = 8

// publishAll publishes n key packages of each account, and returns them by
// account.
func (w *world) publishAll(ctx context.Context, people []*person, n int) ([][]*mls.KeyPackage, error) {
	out := make([][]*mls.KeyPackage, len(people))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	turns := make(chan struct{}, publishers)
	for i, p := range people {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			packages, err := w.publish(ctx, p.Account, p.device, n)
			mu.Lock()
			defer mu.Unlock()
			if out[i] = packages; err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	return out, failed
}
