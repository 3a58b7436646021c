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

// verifierFor gives the memory of verified leaves. What is checked with it is
// paid by an account, before it is checked.
func (s *Base) VerifierFor(ctx context.Context, did string) *mls.LeafCache {
	if s.Limits == nil {
		return s.Leaves
	}
	return s.Leaves.WithCharge(func(suite mls.CipherSuite, signatures int) error {
		return s.PayChecks(ctx, did, time.Duration(signatures)*suite.CheckTime())
	})
}

// payChecks takes CPU time of an account that its signature checks are about to
// cost, in whole milliseconds.
func (s *Base) PayChecks(ctx context.Context, did string, cost time.Duration) error {
	if s.Limits == nil || cost == 0 {
		return nil
	}
	ms := (cost + time.Millisecond - 1) / time.Millisecond
	return s.Limits.Take(ctx, limit.Verification, did, int64(ms))
}

// refusedObject makes the lexicon's error of what was found wrong with a field.
// The error of a limit stays what it is: nothing was found wrong.
func RefusedObject(name, field string, err error) error {
	var limited *xrpc.Error
	if errors.As(err, &limited) {
		return limited
	}
	return gen.Errorf(name, "%s: %v", field, err)
}
