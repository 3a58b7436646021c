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
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// handshakeTx is the transaction of a call that changes one conversation. The
// conversation's row is locked from begin or lock on, so that calls that change
// the same conversation run one after the other.
type handshakeTx struct {
	q       *db.Queries
	convoID xrpc.ConvoID
	caller  string
	now     time.Time
	// erased has what the call found out about erased accounts.
	erased erasedAccounts
	// bill counts what the call stores, at the caller's expense. It is nil for
	// calls that store nothing of a size that clients choose.
	bill *storage.Bill
	// convo is the conversation's row, as it was read under the lock.
	convo db.LockConvoRow
	// admin says that the caller is an admin, and request that it has not accepted the
	// conversation, as it was read under the lock.
	admin, request bool
}

// begin locks the conversation, looks for the call's idempotency record and
// requires that the caller is a member that has accepted. Where there is a record,
// found is true and out is the recorded answer.
func (h *handshakeTx) begin(ctx context.Context, record *convo.Record, out any) (found bool, err error) {
	return h.beginAs(ctx, record, out, h.requireMember)
}

// beginAs is begin, with another requirement on the caller's membership.
func (h *handshakeTx) beginAs(ctx context.Context, record *convo.Record, out any, require func(context.Context) error) (found bool, err error) {
	known, err := h.lock(ctx)
	if err != nil {
		return false, err
	}
	if found, err := record.Find(ctx, h.q, out); found || err != nil {
		return found, err
	}
	if !known {
		return false, convo.NotFound()
	}
	return false, require(ctx)
}

// requireMember requires that the caller is a member that has accepted, and reads its
// role.
func (h *handshakeTx) requireMember(ctx context.Context) (err error) {
	h.admin, err = convo.MemberRole(ctx, h.q, h.convoID, h.caller)
	return err
}

// requireReader requires that the caller is a member, and reads its role and whether it
// has accepted.
func (h *handshakeTx) requireReader(ctx context.Context) error {
	m, err := h.q.MembershipState(ctx, h.convoID, h.caller)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Active, m.Request:
		h.admin, h.request = m.Admin, m.Request
		return nil
	case m.Ever:
		return convo.NotMember()
	}
	return convo.NotFound()
}

// requireOrAccept requires that the caller is a member. One that has not accepted
// accepts by the call: if that fails, the transaction is undone.
func (h *handshakeTx) requireOrAccept(ctx context.Context) error {
	if err := h.requireReader(ctx); err != nil || !h.request {
		return err
	}
	h.request = false
	_, err := convo.AcceptRequest(ctx, h.q, &h.convo, h.caller, h.now)
	return err
}

// policy returns who may do what in the conversation.
func (h *handshakeTx) policy() convo.Policy { return convo.PolicyOf(&h.convo) }

// admins reads the admins of the conversation.
func (h *handshakeTx) admins(ctx context.Context) (map[string]bool, error) {
	dids, err := h.q.Admins(ctx, h.convoID)
	if err != nil {
		return nil, fmt.Errorf("read admins: %w", err)
	}
	return convo.SetOf(dids), nil
}

// lock locks the conversation's row. For an account that never was a member it
// locks nothing and returns false.
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

// suite returns the conversation's cipher suite.
func (h *handshakeTx) suite() mls.CipherSuite { return mls.CipherSuite(h.convo.CipherSuite) }

// endMembership ends the membership of did without a commit: its window ends at
// the newest sequence number. Its leaf stays in the group until a member commits
// the removal. When the last member that has accepted leaves, open requests and the
// conversation end as well. When the last admin leaves, the accepted member with the
// longest membership becomes one.
func (h *handshakeTx) endMembership(ctx context.Context, did, action string, last bool) error {
	if err := h.q.LeaveConvo(ctx, h.now, last, h.convoID); err != nil {
		return fmt.Errorf("change roster: %w", err)
	}
	var events convo.Events
	events.Ends(action, h.caller, h.convo.Epoch, []string{did})
	if !last {
		events.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: did, Action: eventlog.ActionPendingRemoval, Epoch: h.convo.Epoch})
	}
	if err := h.replaceAdmin(ctx, did, &events); err != nil {
		return err
	}
	ended, err := h.endRequests(ctx, &events, func(request string) bool { return last || request == did })
	if err != nil {
		return err
	}
	row, err := events.Store(ctx, h.q, h.convoID, h.now)
	if err != nil {
		return err
	}
	end := db.EndMembershipsParams{
		Seq: row.LastSeq, At: h.now, Pending: !last, ByOther: did != h.caller, ConvoID: h.convoID, Dids: []string{did},
		N: row.Base + 1, Gen: row.Gen, Pos: row.LastPos,
	}
	if err := h.q.EndMemberships(ctx, end); err != nil {
		return fmt.Errorf("end membership: %w", err)
	}
	if last && len(ended) > 0 {
		end.ByOther, end.Dids = false, ended
		if err := h.q.EndMemberships(ctx, end); err != nil {
			return fmt.Errorf("end requests: %w", err)
		}
	}
	if err := h.q.EndRejoinRequests(ctx, h.convoID, []string{did}); err != nil {
		return fmt.Errorf("end rejoin request: %w", err)
	}
	return h.endReports(ctx, []string{did})
}

// endRequests tells the accounts of open requests that end. It returns all that end,
// with those whose accounts were told of none.
func (h *handshakeTx) endRequests(ctx context.Context, events *convo.Events, ends func(did string) bool) (ended []string, err error) {
	rows, err := h.q.RequestsIn(ctx, h.convoID)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	var told []string
	for _, r := range rows {
		if !ends(r.Did) {
			continue
		}
		ended = append(ended, r.Did)
		if r.Shown {
			told = append(told, r.Did)
		}
	}
	events.RequestsEnded(h.convoID, told)
	return ended, nil
}

// replaceAdmin makes another member an admin if the one that is about to leave is
// the last one.
func (h *handshakeTx) replaceAdmin(ctx context.Context, leaver string, events *convo.Events) error {
	next, err := h.q.NextAdmin(ctx, h.convoID, leaver)
	if err != nil {
		return fmt.Errorf("find the next admin: %w", err)
	}
	for _, did := range next {
		if _, err := h.q.SetRole(ctx, convo.RoleAdmin, h.convoID, did); err != nil {
			return fmt.Errorf("set role: %w", err)
		}
		events.Add(eventlog.KindRole, "", convo.NoEdge, eventlog.Body{DID: did, Role: convo.RoleAdmin})
	}
	return nil
}

// endReports withdraws the reports of failed commits by accounts whose
// memberships end: they have no vote any more.
func (h *handshakeTx) endReports(ctx context.Context, dids []string) error {
	if len(dids) == 0 {
		return nil
	}
	if err := h.q.EndCommitFailures(ctx, h.convoID, dids); err != nil {
		return fmt.Errorf("end reports of commits: %w", err)
	}
	return nil
}

// settleBill closes the bill of a call whose transaction ended with err. A
// commit or proposal of a past epoch, and one that was verified against a past
// epoch, stored nothing.
func settleBill(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	if conflict := (*epochConflict)(nil); errors.As(err, &conflict) || errors.Is(err, errGroupChanged) {
		stored, err = false, nil
	}
	convo.SettleBill(ctx, bill, stored, err)
}
