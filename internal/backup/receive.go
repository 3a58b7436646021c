package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgtools"
)

// Receiver is the name of the replication slot and of the standby, as which the
// write-ahead log is received.
const Receiver = "mls_backup"

// errSlotLost is returned if the database no longer has the log that comes next.
var errSlotLost = errors.New("the database no longer has the log that follows")

// lostMessages are in what pg_receivewal says in that case.
var lostMessages = []string{"has already been removed", "can no longer", "no longer be", "has been invalidated", "ahead of the WAL flush position"}

// receiver runs pg_receivewal, which writes the log into the spool.
type receiver struct {
	tools       *pgtools.Tools
	spool       string
	synchronous bool
}

// makeSpool creates the spool, which only the service's account may read.
func makeSpool(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("spool of the write-ahead log: %w", err)
	}
	return nil
}

// once receives until the connection ends, which is an error unless ctx has ended.
// The slot makes the database keep what has not been received.
func (r *receiver) once(ctx context.Context) error {
	create := r.command(ctx, "--create-slot", "--if-not-exists")
	if err := create.Failure(create.RunTied()); err != nil {
		return ignoreEnd(ctx, err)
	}
	args := []string{"--no-loop", "--status-interval=5"}
	if r.synchronous {
		args = append(args, "--synchronous")
	}
	receive := r.command(ctx, args...)
	err := receive.Failure(receive.RunTied())
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the end was asked for
	}
	if err == nil {
		return errors.New("pg_receivewal ended")
	}
	for _, text := range lostMessages {
		if strings.Contains(err.Error(), text) {
			return fmt.Errorf("%w: %w", errSlotLost, err)
		}
	}
	return err
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the end was asked for
	}
	return err
}

// dropSlot gives up what the database keeps for the receiver.
func (r *receiver) dropSlot(ctx context.Context) error {
	drop := r.command(ctx, "--drop-slot")
	return drop.Failure(drop.RunTied())
}

func (r *receiver) command(ctx context.Context, args ...string) *pgtools.Tool {
	cmd := r.tools.Command(ctx, "pg_receivewal", append([]string{"--directory=" + r.spool, "--slot=" + Receiver, "--no-password"}, args...)...)
	cmd.Env = append(cmd.Env, "PGAPPNAME="+Receiver, "LC_ALL=C")
	return cmd
}

// PrivateSettings returns the settings of a private PostgreSQL. What it keeps for
// a receiver that is not there is bounded, also after backups were turned off.
// If it is synchronous, commits wait until the log is in the spool.
func PrivateSettings(synchronous bool) map[string]string {
	set := map[string]string{"max_slot_wal_keep_size": "8GB"}
	if synchronous {
		set["synchronous_standby_names"] = Receiver
	}
	return set
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// FindTools checks that the programs which backups need are installed.
func FindTools(ctx context.Context) error {
	_, err := pgembed.FindClient(ctx, 0)
	return err
}
