package convo

import (
	"context"
	"errors"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// VerifierFor returns the cache of verified leaves for a call of an account. The
// account pays for each leaf that is not in the cache, before its signature is
// checked.
func (s *Base) VerifierFor(ctx context.Context, did string) *mls.LeafCache {
	if s.Rates == nil {
		return s.Leaves
	}
	return s.Leaves.WithCharge(func(suite mls.CipherSuite, signatures int) error {
		return s.PayChecks(ctx, did, time.Duration(signatures)*suite.CheckTime())
	})
}

// PayChecks takes the CPU time of signature checks that are about to run from the
// account's limit, rounded up to milliseconds.
func (s *Base) PayChecks(ctx context.Context, did string, cost time.Duration) error {
	if s.Rates == nil || cost == 0 {
		return nil
	}
	ms := (cost + time.Millisecond - 1) / time.Millisecond
	return s.Rates.Take(ctx, limit.Verification, did, int64(ms))
}

// RefusedObject returns the lexicon's error name for a field in which err was found.
// An error that is an *xrpc.Error already, such as that of a limit, is returned
// unchanged, because it says nothing about the field.
func RefusedObject(name, field string, err error) error {
	var limited *xrpc.Error
	if errors.As(err, &limited) {
		return limited
	}
	return gen.Errorf(name, "%s: %v", field, err)
}
