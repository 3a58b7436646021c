package group

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// handshakeTx is a call that changes one conversation, inside its transaction.
type handshakeTx struct {
	q       *db.Queries
	convoID xrpc.ConvoID
	caller  string
	now     time.Time
	// bill is what the call pays for what it stores.
	bill *storage.Bill
	// convo is the conversation's row, locked.
	convo db.LockConvoRow
}

// begin locks the conversation, looks for the first answer and requires
// membership.
func (h *handshakeTx) begin(ctx context.Context, first *convo.Record, out any) (found bool, err error) {
	known, err := h.lock(ctx)
	if err != nil {
		return false, err
	}
	if found, err := first.Find(ctx, h.q, out); found || err != nil {
		return found, err
	}
	if !known {
		return false, convo.NotFound()
	}
	return false, convo.RequireMember(ctx, h.q, h.convoID, h.caller)
}

// lock locks the conversation. known is false for a stranger, who locks
// nothing.
func (h *handshakeTx) lock(ctx context.Context) (known bool, err error) {
	h.convo, err = h.q.LockConvo(ctx, h.convoID, h.caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock conversation: %w", err)
	}
	return true, nil
}

// suite is the conversation's cipher suite.
func (h *handshakeTx) suite() mls.CipherSuite { return mls.CipherSuite(h.convo.CipherSuite) }
