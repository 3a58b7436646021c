package keypackages

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// newKeyPackage is a key package about to be published.
type newKeyPackage struct {
	parsed *mls.KeyPackage
	// published is what the client sent: bare, or an MLSMessage.
	published []byte
	// ref is its KeyPackageRef (RFC 9420 §5.2).
	ref      []byte
	deviceID string
	// expires is the earlier of the end that was asked for and the package's own.
	expires time.Time
}

// PublishKeyPackage stores a key package of one of the caller's devices, for
// others to claim.
func (s *Service) PublishKeyPackage(ctx context.Context, caller xrpc.Caller, in *gen.PublishKeyPackageInput) (*gen.PublishKeyPackageOutput, error) {
	now := s.Now()
	first, err := s.Idempotency.NewRecord(caller, gen.NSIDPublishKeyPackage, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	p, err := readKeyPackage(in.KeyPackage, in.CipherSuite, in.Expires)
	if err != nil {
		return nil, err
	}
	if err := s.payKeyPackages(ctx, caller.DID, p); err != nil {
		return nil, err
	}
	out := &gen.PublishKeyPackageOutput{}
	if refusal := p.check(now, caller.DID); refusal != nil {
		// What has since expired was good when it was first answered.
		if found, err := first.Find(ctx, db.New(s.Pool), out); found || err != nil {
			return out, err
		}
		return nil, refusal
	}
	bill := s.Storage.Bill(caller.DID)
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldAccount(ctx, caller.DID, now); err != nil {
			return err
		}
		if found, err := first.Find(ctx, q, out); found || err != nil {
			return err
		}
		refusals, err := storeKeyPackages(ctx, q, bill, caller.DID, now, []*newKeyPackage{p})
		if err != nil {
			return err
		}
		if refusals[0] != nil {
			return refusals[0]
		}
		out.KeyPackageHash, out.DeviceID = new(hex.EncodeToString(p.ref)), &p.deviceID
		return first.Keep(ctx, q, out)
	})
	convo.SettleBill(ctx, bill, true, err)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readKeyPackage parses what a client publishes: all that does not depend on
// who it is, on the clock or on what is stored.
func readKeyPackage(b []byte, suite string, expires *string) (*newKeyPackage, error) {
	declared, err := mls.ParseCipherSuite(suite)
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: %v", err)
	}
	kp, err := mls.ParseKeyPackage(b)
	if err != nil {
		return nil, invalidKeyPackage(err)
	}
	if kp.CipherSuite != declared {
		return nil, gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: declared is %v, the key package states %v", declared, kp.CipherSuite)
	}
	ref, err := kp.Ref()
	if err != nil {
		return nil, invalidKeyPackage(err)
	}
	p := &newKeyPackage{parsed: kp, published: b, ref: ref, deviceID: kp.DeviceID(), expires: kp.NotAfter()}
	if expires != nil {
		asked, err := time.Parse(time.RFC3339, *expires)
		if err != nil {
			return nil, xrpc.Invalid("expires", "not a datetime")
		}
		if asked.Before(p.expires) {
			p.expires = asked
		}
	}
	return p, nil
}

// check verifies the package as one of the account did, at now.
func (p *newKeyPackage) check(now time.Time, did string) error {
	err := p.parsed.Verify(now, did)
	if latest := now.Add(limit.MaxPackageLifetime); p.parsed.NotAfter().After(latest) {
		return expirationTooFar(p.parsed.NotAfter(), latest, err)
	}
	if !p.expires.After(now) {
		return gen.Errorf(gen.ErrInvalidKeyPackage, "KeyPackage: expired at %s", xrpc.FormatTime(p.expires))
	}
	if err != nil {
		return invalidKeyPackage(err)
	}
	return nil
}

// expirationTooFar names the client library's quirk where found is one.
func expirationTooFar(end, latest time.Time, found error) error {
	var e *mls.Error
	if errors.As(found, &e) && e.Quirk == mls.QuirkLifetime {
		return gen.Errorf(gen.ErrExpirationTooFar, "%v", e)
	}
	return gen.Errorf(gen.ErrExpirationTooFar, "KeyPackage: leaf_node.lifetime.not_after is %s, it may be %s at most",
		xrpc.FormatTime(end), xrpc.FormatTime(latest))
}

func invalidKeyPackage(err error) error {
	if mls.IsCipherSuite(err) {
		return gen.Errorf(gen.ErrInvalidCipherSuite, "%v", err)
	}
	return gen.Errorf(gen.ErrInvalidKeyPackage, "%v", err)
}
