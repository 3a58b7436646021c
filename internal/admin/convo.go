package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/roles"
	"catbird.blue/mls/xrpc"
)

var errNoConvo = errors.New("there is no such conversation")

// Convo runs "admin convo ID ACTION".
func (a *Admin) Convo(ctx context.Context, id, action string) error {
	convoID := xrpc.ConvoID(strings.ToLower(id))
	if id == "" || !convoID.Valid() {
		return fmt.Errorf("%q is not the id of a conversation, which is hexadecimal", id)
	}
	switch action {
	case "show":
		return a.showConvo(ctx, convoID)
	case "lock":
		return a.lockConvo(ctx, convoID, "convo lock", true,
			"the conversation is locked: members can read and leave it, remove others, and come back with their own devices")
	case "unlock":
		return a.lockConvo(ctx, convoID, "convo unlock", false, "the operator's lock of the conversation has ended: admins may have locked it too")
	}
	return fmt.Errorf("there is no action %q: show, lock or unlock", action)
}

func (a *Admin) showConvo(ctx context.Context, id xrpc.ConvoID) error {
	row, err := db.New(a.Pool).ShowConvo(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoConvo
	}
	if err != nil {
		return fmt.Errorf("read conversation: %w", err)
	}
	a.lineAt("created", &row.CreatedAt)
	a.lineAt("last activity", &row.LastActivityAt)
	a.lineAt("closed", row.ClosedAt)
	a.lineAt("locked", row.LockedAt)
	a.line("locked by", "%s", convo.LockStatus(row.LockedByAdmin, row.LockedByOperator))
	a.line("epoch", "%d", row.Epoch)
	a.line("last number", "%d", row.LastSeq)
	a.line("members", "%d, and %d removals pending", row.Members, row.PendingRemovals)
	a.line("leaves", "%d", row.Leaves)
	a.line("messages", "%d stored, %s", row.Messages, Bytes(row.MessageBytes))
	a.line("attachments", "%d", row.Attachments)
	a.line("group info", "%s", Bytes(row.GroupInfoBytes))
	if err := a.history(ctx, string(id)); err != nil {
		return err
	}
	return a.record(ctx, "convo show", string(id))
}

// lockConvo locks or unlocks a conversation for the operator, and records that in the
// same transaction.
func (a *Admin) lockConvo(ctx context.Context, id xrpc.ConvoID, action string, locked bool, done string) error {
	err := pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		known, err := roles.LockByOperator(ctx, q, id, locked, time.Now().UTC())
		switch {
		case err != nil:
			return fmt.Errorf("change conversation: %w", err)
		case !known:
			return errNoConvo
		}
		return a.Eraser.Audit.RecordIn(ctx, q, action, string(id))
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Out, done)
	return nil
}
