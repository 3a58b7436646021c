package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"catbird.blue/mls/db"
)

// Account runs "admin account DID ACTION".
func (a *Admin) Account(ctx context.Context, did, action string) error {
	if _, err := syntax.ParseDID(did); err != nil {
		return fmt.Errorf("%q is not a DID", did)
	}
	if most, found := strings.CutPrefix(action, "strangers="); found {
		return a.allowStrangers(ctx, did, most)
	}
	switch action {
	case "show":
		return a.showAccount(ctx, did)
	case "suspend":
		return a.suspend(ctx, did)
	case "resume":
		return a.resume(ctx, did)
	case "erase":
		return a.erase(ctx, did)
	}
	return fmt.Errorf("there is no action %q: show, suspend, resume, erase or strangers=N", action)
}

func (a *Admin) showAccount(ctx context.Context, did string) error {
	row, err := db.New(a.Pool).ShowAccount(ctx, did)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	state, err := a.Eraser.Read(ctx, did)
	if err != nil {
		return err
	}
	a.line("state", "%s", state)
	a.lineAt("suspended", state.SuspendedAt)
	a.lineAt("inactive", state.HostStatusAt)
	a.lineAt("erased next", state.EraseAt)
	a.lineAt("first seen", &row.CreatedAt)
	a.lineAt("no longer new", row.SettledAt)
	a.line("conversations", "%d, and %d that it was in before", row.Convos, row.FormerConvos)
	a.line("devices", "%d", row.Devices)
	a.line("key packages", "%d", row.KeyPackages)
	a.line("attachments", "%d, %s", row.Blobs, Bytes(row.BlobBytes))
	if err := a.history(ctx, did); err != nil {
		return err
	}
	return a.record(ctx, "account show", did)
}

// allowStrangers sets how many strangers the account may ask for in a day; 0 is as many as
// every other account.
func (a *Admin) allowStrangers(ctx context.Context, did, most string) error {
	n, err := strconv.ParseInt(most, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("strangers=%s: want a number", most)
	}
	if n == 0 {
		err = db.New(a.Pool).ForgetAllowance(ctx, did)
	} else {
		err = db.New(a.Pool).AllowStrangers(ctx, did, n)
	}
	if err != nil {
		return fmt.Errorf("set the number of strangers: %w", err)
	}
	fmt.Fprintln(a.Out, "set")
	return a.record(ctx, "account strangers", did)
}

func (a *Admin) suspend(ctx context.Context, did string) error {
	changed, err := a.Eraser.Suspend(ctx, did)
	if err != nil {
		return err
	}
	if !changed {
		fmt.Fprintln(a.Out, "the account is suspended already")
		return nil
	}
	fmt.Fprintln(a.Out, "the account is suspended: all instances refuse its calls, and its streams end")
	return nil
}

func (a *Admin) resume(ctx context.Context, did string) error {
	changed, err := a.Eraser.Resume(ctx, did)
	if err != nil {
		return err
	}
	if !changed {
		fmt.Fprintln(a.Out, "the account is not suspended")
		return nil
	}
	state, err := a.Eraser.Read(ctx, did)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "the suspension is taken back; the account is %s\n", state)
	return nil
}

func (a *Admin) erase(ctx context.Context, did string) error {
	if err := a.Eraser.Erase(ctx, did); err != nil {
		return err
	}
	fmt.Fprint(a.Out, "the account is erased, and its conversations were told that it left;\n"+
		"it is refused until a running instance has removed what late calls left, about a quarter of an hour from now;\n"+
		"dumps and WAL from before still have it\n")
	return nil
}
