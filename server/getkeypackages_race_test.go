package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// 200 claimers at two instances want packages of devices that have too few. Each
// package is leased to one claimer. Non-members get exactly half of them, and later
// claimers get the last-resort package.
func TestGetKeyPackagesManyClaimers(t *testing.T) {
	const claimers, few = 200, 90
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	scarce := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, scarce, few)
	lastResort := refOf(t, publish(t, s, scarce, 1, mlstest.LastResort())[0])
	for range 3 {
		publish(t, s, mlstest.NewClient(servertest.DID("bob")), 70)
	}

	var mu sync.Mutex
	holders := map[string]string{}
	last := 0
	var wg sync.WaitGroup
	for i := range claimers {
		requester := servertest.DID(fmt.Sprintf("claimer%d", i))
		wg.Go(func() {
			out, err := servers[i%2].GetKeyPackages(context.Background(), servertest.As(requester), &gen.GetKeyPackagesParams{DIDs: []string{scarce.DID, servertest.DID("bob")}})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, kp := range out.KeyPackages {
				if *kp.LastResort {
					if last++; *kp.KeyPackageHash != lastResort {
						t.Error("a package is given as the last resort that is not")
					}
					continue
				}
				if holder := holders[*kp.KeyPackageHash]; holder != "" {
					t.Errorf("a package is leased to %s and to %s", holder, requester)
				}
				holders[*kp.KeyPackageHash] = requester
			}
			if slices.Contains(out.Missing, scarce.DID) {
				t.Error("an account with a last resort is missing")
			}
		})
	}
	wg.Wait()
	const most = few/2 + 3*70/2
	if len(holders) != most || last != claimers-few/2 {
		t.Errorf("%d packages are leased and the last resort was given %d times, want %d and %d", len(holders), last, most, claimers-few/2)
	}
	for ref, holder := range holders {
		if got := dbtest.Value[string](t, s.Pool, `SELECT lease_holder FROM key_packages WHERE encode(ref, 'hex') = $1`, ref); got != holder {
			t.Errorf("a package given to %s is stored as leased to %s", holder, got)
		}
	}
}

func TestGetKeyPackagesFirstClaimTwice(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	c := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, c, 60)
	for i := range 20 {
		requester := servertest.DID(fmt.Sprintf("bob%d", i))
		var refs [4]string
		var wg sync.WaitGroup
		for j := range refs {
			wg.Go(func() {
				out, err := servers[j%2].GetKeyPackages(context.Background(), servertest.As(requester), &gen.GetKeyPackagesParams{DIDs: []string{c.DID}})
				if err != nil || len(out.KeyPackages) != 1 {
					t.Errorf("claimed %v: %v", out, err)
					return
				}
				refs[j] = *out.KeyPackages[0].KeyPackageHash
			})
		}
		wg.Wait()
		for _, ref := range refs {
			if ref != refs[0] {
				t.Fatalf("concurrent first claims of one requester got different packages")
			}
		}
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE lease_holder IS NOT NULL`); n != 20 {
		t.Errorf("%d packages are leased, want 20", n)
	}
}

// One requester gets 8 at most, even if all its claims are concurrent.
func TestGetKeyPackagesDrainingConcurrently(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	c := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, c, 40)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			_, err := servers[i%2].GetKeyPackages(context.Background(), servertest.As(servertest.DID("greedy")), &gen.GetKeyPackagesParams{
				DIDs: []string{c.DID}, ConvoID: new(xrpc.ConvoID(fmt.Sprintf("%032x", i))),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE lease_holder IS NOT NULL`); n != perRequester {
		t.Errorf("%d packages are leased, want %d", n, perRequester)
	}
}

// The only package is locked by a transaction that then fails. The claim does not
// report the device as missing.
func TestGetKeyPackagesHeldRow(t *testing.T) {
	s := newTestServer(t)
	ctx := context.Background()
	c := mlstest.NewClient(servertest.DID("alice"))
	kp := publish(t, s, c, 1)[0]
	hold := func(t *testing.T) pgx.Tx {
		tx := need(s.Pool.Begin(ctx))(t)
		need(db.New(tx).LockPackages(ctx, db.LockPackagesParams{Refs: [][]byte{need(kp.Ref())(t)}, Hidden: []string{}, Now: time.Now()}))(t)
		return tx
	}
	t.Run("for a moment", func(t *testing.T) {
		tx := hold(t)
		defer func() { _ = tx.Rollback(ctx) }()
		wantNone(t, s, servertest.DID("warm"), c, "") // so that the statements are prepared
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(20 * time.Millisecond)
			_ = tx.Rollback(ctx)
		})
		got := claimOf(t, s, servertest.DID("bob"), c.DID).KeyPackages
		wg.Wait()
		if len(got) != 1 || *got[0].KeyPackageHash != refOf(t, kp) {
			t.Errorf("%d packages, want the one that was held", len(got))
		}
	})
	dbtest.Exec(t, s.Pool, `UPDATE key_packages SET lease_holder = NULL, lease_convo = NULL, lease_ends_at = NULL`)
	befriend(t, s, c.DID, servertest.DID("carol"))
	t.Run("for longer", func(t *testing.T) {
		tx := hold(t)
		defer func() { _ = tx.Rollback(ctx) }()
		wantNone(t, s, servertest.DID("carol"), c, "")
		lastResort := publish(t, s, c, 1, mlstest.LastResort())[0]
		if got := claimOne(t, s, servertest.DID("carol"), c.DID, ""); *got.KeyPackageHash != refOf(t, lastResort) {
			t.Error("the package of another transaction was given")
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
		if got := claimOne(t, s, servertest.DID("carol"), c.DID, ""); *got.KeyPackageHash != refOf(t, kp) {
			t.Error("the package did not come back")
		}
	})
}

// Claims, commits that spend, failing commits, publishing and deleting of devices run
// at once on two instances, without a deadlock and without an error.
func TestGetKeyPackagesAmongOthers(t *testing.T) {
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	ctx := context.Background()
	accounts := []string{servertest.DID("alice"), servertest.DID("bob"), servertest.DID("carol")}
	var mu sync.Mutex
	var devices []*mlstest.Client
	for i := range 9 {
		c := mlstest.NewClient(accounts[i%3])
		devices = append(devices, c)
		publish(t, s, c, 20)
		publish(t, s, c, 1, mlstest.LastResort())
	}
	anyDevice := func() *mlstest.Client {
		mu.Lock()
		defer mu.Unlock()
		return devices[rand.IntN(len(devices))]
	}
	workers := map[string]func(s *Server, i int) error{
		"claim": func(s *Server, i int) error {
			_, err := s.GetKeyPackages(ctx, servertest.As(servertest.DID(fmt.Sprintf("claimer%d", i%7))), &gen.GetKeyPackagesParams{DIDs: accounts, ConvoID: new(xrpc.ConvoID(fmt.Sprintf("%032x", i%5)))})
			return err
		},
		"commit": func(s *Server, i int) error { return commitSome(ctx, s, i%2 == 0) },
		"publish": func(s *Server, _ int) error {
			c := anyDevice()
			_, err := s.PublishKeyPackages(ctx, servertest.As(c.DID), publishInput(c.KeyPackage(), c.KeyPackage(), c.KeyPackage(mlstest.LastResort())))
			return err
		},
		"delete": func(s *Server, i int) error {
			if i%8 != 0 {
				return nil
			}
			c := mlstest.NewClient(accounts[i%3])
			if _, err := s.PublishKeyPackages(ctx, servertest.As(c.DID), publishInput(c.KeyPackage())); err != nil {
				return err
			}
			mu.Lock()
			at := rand.IntN(len(devices))
			old := devices[at]
			devices[at] = c
			mu.Unlock()
			_, err := s.DeleteDevice(ctx, servertest.As(old.DID), &gen.DeleteDeviceInput{DeviceID: old.DeviceID()})
			return err
		},
	}
	var wg sync.WaitGroup
	for name, work := range workers {
		for _, s := range servers {
			wg.Go(func() {
				for i := range 40 {
					if err := work(s, i); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages k JOIN devices d USING (did, device_id) WHERE d.deleted_at IS NOT NULL`); n != 0 {
		t.Errorf("%d packages of deleted devices are left", n)
	}
}

// commitSome locks some packages as a commit does, spends them, and may fail.
func commitSome(ctx context.Context, s *Server, succeed bool) error {
	var refs [][]byte
	rows, err := s.Pool.Query(ctx, `SELECT ref FROM key_packages WHERE spent_at IS NULL ORDER BY random() LIMIT 6`)
	if err != nil {
		return err
	}
	if refs, err = pgx.CollectRows(rows, pgx.RowTo[[]byte]); err != nil {
		return err
	}
	tx, err := s.Pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	q := db.New(tx)
	locked, err := q.LockPackages(ctx, db.LockPackagesParams{Refs: refs, Hidden: []string{}, Now: time.Now()})
	if err != nil {
		return err
	}
	var dids []string
	refs = refs[:0]
	for _, p := range locked {
		dids, refs = append(dids, p.Did), append(refs, p.Ref)
	}
	if err := q.SpendPackages(ctx, s.Now(), dids, refs); err != nil {
		return err
	}
	if !succeed {
		return nil
	}
	return tx.Commit(ctx)
}

func publishInput(packages ...*mls.KeyPackage) *gen.PublishKeyPackagesInput {
	in := &gen.PublishKeyPackagesInput{}
	for _, kp := range packages {
		in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{KeyPackage: kp.Raw, CipherSuite: kp.CipherSuite.String()})
	}
	return in
}
