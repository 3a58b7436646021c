package accounts

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

// Events handles what a relay says about accounts. It is a relay.Handler.
type Events struct {
	Changes
	// HostStatus asks the PDS of an account for its status.
	HostStatus func(ctx context.Context, did string) (string, error)
	// ForgetKey drops the cached keys of a DID at all instances.
	ForgetKey func(did string)
	// Grace is the time between the report that an account was deleted and its
	// erasure.
	Grace time.Duration
}

// Account implements relay.Handler. Accounts of which the service has nothing are
// ignored. The relay is believed, except that an account was deleted: a PDS that
// the account has left says so too, so that the present PDS is asked.
func (e *Events) Account(ctx context.Context, did string, active bool, stated string) error {
	known, err := db.New(e.Pool).KnowsAccount(ctx, did)
	if err != nil {
		return fmt.Errorf("look an account up: %w", err)
	}
	if !known {
		return nil
	}
	status := ""
	if !active {
		status = Status(stated)
	}
	if status == Deleted {
		if now, err := e.HostStatus(ctx, did); err == nil {
			status = now
		}
	}
	_, err = e.SetHostStatus(ctx, did, status, e.Grace)
	return err
}

// Identity implements relay.Handler.
func (e *Events) Identity(ctx context.Context, did string) error {
	if err := db.New(e.Pool).ForgetAccountKey(ctx, did); err != nil {
		return fmt.Errorf("forget a signing key: %w", err)
	}
	e.ForgetKey(did)
	return nil
}
