package accounts

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

const (
	// eraseBatch bounds the rows of one statement.
	eraseBatch = 500
	// answersPage is how many idempotency records one statement looks through.
	answersPage = 2000
	// DefaultLinger is how long an account stays refused after the first step of
	// its erasure. Calls that were admitted before it, such as slow uploads, have
	// ended by then, and the second step removes what they stored.
	DefaultLinger = 15 * time.Minute
	// defaultTell is how long the events of the departure keep the DID after they
	// can be read, so that instances deliver them to open streams. It is several
	// times the interval at which they read the log without a notification.
	defaultTell = 5 * time.Second
	// claimHold is how long an instance has for a step before another one takes it.
	claimHold = 10 * time.Minute
	// eraseInterval is how often an instance looks for erasures that are due.
	eraseInterval = time.Minute
)

// Eraser removes what the service has of an account.
type Eraser struct {
	Changes
	// Leave ends the membership of an account in a conversation, and tells the
	// other members, as leaveConvo does.
	Leave func(ctx context.Context, did string, convoID xrpc.ConvoID) error
	// HostStatus asks the PDS of an account that was reported as deleted for its
	// status. Only one that it calls deleted is erased; with an error, the erasure
	// is put off.
	HostStatus func(ctx context.Context, did string) (string, error)
	// Linger and Tell are DefaultLinger and some seconds where zero. A negative
	// value means none.
	Linger, TellTime time.Duration
	Log              *slog.Logger
}

func orDefault(d, def time.Duration) time.Duration { return max(0, cmp.Or(d, def)) }

// Erase does the first step of an erasure: it makes all instances refuse the
// account, ends its memberships, and erases what names it. The row of
// account_states stays until Run of an instance does the second step.
func (e *Eraser) Erase(ctx context.Context, did string) error {
	if err := e.beginErasure(ctx, did, orDefault(e.Linger, DefaultLinger)); err != nil {
		return err
	}
	return e.sweep(ctx, did)
}

// sweep ends the memberships of an account and erases what names it. It may be
// repeated.
func (e *Eraser) sweep(ctx context.Context, did string) error {
	q := db.New(e.Pool)
	active, err := q.ActiveConvosOf(ctx, did)
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	for _, id := range active {
		if err := e.Leave(ctx, did, id); err != nil {
			return fmt.Errorf("leave a conversation: %w", err)
		}
	}
	if len(active) > 0 {
		if err := e.untilTold(ctx); err != nil {
			return err
		}
	}
	convos, err := q.ConvosOf(ctx, did)
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	for _, id := range convos {
		if err := e.eraseFromConvo(ctx, did, id); err != nil {
			return fmt.Errorf("erase from a conversation: %w", err)
		}
	}
	if err := e.eraseAccount(ctx, did); err != nil {
		return fmt.Errorf("erase the account: %w", err)
	}
	return e.eraseAnswers(ctx, did)
}

// untilTold waits until the events of the departure are below the visibility
// horizon, and then for as long as instances need to read them.
func (e *Eraser) untilTold(ctx context.Context) error {
	q := db.New(e.Pool)
	xid, err := q.OwnXID(ctx)
	if err != nil {
		return fmt.Errorf("read transaction id: %w", err)
	}
	pause := 10 * time.Millisecond
	for {
		horizon, err := q.Horizon(ctx)
		if err != nil {
			return fmt.Errorf("read the horizon: %w", err)
		}
		if horizon > xid {
			return sleep(ctx, orDefault(e.TellTime, defaultTell))
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, time.Second)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// eraseFromConvo erases the account from one conversation. Rows that other
// members need get the pseudonym.
func (e *Eraser) eraseFromConvo(ctx context.Context, did string, id xrpc.ConvoID) error {
	pseudonym := e.Pseudonyms.Of(did)
	for after := int64(0); ; {
		last, err := db.New(e.Pool).EraseSender(ctx, db.EraseSenderParams{
			ConvoID: id, After: after, Batch: eraseBatch, Pseudonym: pseudonym, Did: did,
		})
		if err != nil {
			return fmt.Errorf("senders: %w", err)
		}
		if last == 0 {
			break
		}
		after = last
	}
	return pgx.BeginFunc(ctx, e.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if _, err := q.LockConvos(ctx, xrpc.StoredConvoIDs([]xrpc.ConvoID{id})); err != nil {
			return fmt.Errorf("lock conversation: %w", err)
		}
		ended, err := q.EraseRecipients(ctx, id, did)
		if err != nil {
			return fmt.Errorf("recipients: %w", err)
		}
		if err := removeEmptyWelcomes(ctx, q, ended); err != nil {
			return err
		}
		return errors.Join(
			q.EraseFromConvo(ctx, did, pseudonym, id),
			q.EraseConvoEvents(ctx, did, pseudonym, id),
			q.EraseMembersEvents(ctx, did, pseudonym, id),
			q.EraseLeaves(ctx, pseudonym, id, did),
			convo.SettleTree(ctx, q, id),
			q.EraseAdder(ctx, pseudonym, id, did),
			q.EraseRestOfConvo(ctx, id, did),
			q.EraseLinks(ctx, id, did),
			q.EraseMemberships(ctx, pseudonym, id, did), // last, since the queries before look members up
		)
	})
}

func removeEmptyWelcomes(ctx context.Context, q *db.Queries, ended []db.EraseRecipientsRow) error {
	var ids []xrpc.ConvoID
	var seqs []int64
	for _, r := range ended {
		ids, seqs = append(ids, r.ConvoID), append(seqs, r.Seq)
	}
	stored := xrpc.StoredConvoIDs(ids)
	if err := q.LockWelcomes(ctx, stored, seqs); err != nil {
		return fmt.Errorf("lock Welcomes: %w", err)
	}
	if err := q.RemoveEmptyWelcomes(ctx, stored, seqs); err != nil {
		return fmt.Errorf("remove Welcomes: %w", err)
	}
	return nil
}

// eraseAccount removes the rows that are keyed by the account, in the order of
// their references.
func (e *Eraser) eraseAccount(ctx context.Context, did string) error {
	for removed := int64(eraseBatch); removed == eraseBatch; {
		var err error
		if removed, err = db.New(e.Pool).EraseTargetedEvents(ctx, did, eraseBatch); err != nil {
			return fmt.Errorf("events: %w", err)
		}
	}
	return pgx.BeginFunc(ctx, e.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldKnownAccount(ctx, did); err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		return errors.Join(q.EraseAttachments(ctx, did), q.EraseLeases(ctx, did), q.ErasePackages(ctx, did),
			q.EraseDevices(ctx, did), q.EraseTickets(ctx, did), q.EraseBlocks(ctx, did), q.EraseConsent(ctx, did), q.EraseJoinRequests(ctx, did),
			q.EraseReports(ctx, did, e.Pseudonyms.Of(did)), q.EraseAccount(ctx, did))
	})
}

// eraseAnswers replaces the DID in recorded answers to other accounts' calls, such
// as the list of members that createConvo answers.
func (e *Eraser) eraseAnswers(ctx context.Context, did string) error {
	q, pseudonym := db.New(e.Pool), e.Pseudonyms.Of(did)
	for after := []byte{}; ; {
		page, err := q.AnswersNaming(ctx, did, after, answersPage)
		if err != nil {
			return fmt.Errorf("recorded answers: %w", err)
		}
		for _, r := range page {
			if r.Answer == nil {
				continue
			}
			// In JSON a DID stands between quotation marks, so that a longer one
			// with the same beginning does not match.
			answer := bytes.ReplaceAll(r.Answer, []byte(`"`+did+`"`), []byte(`"`+pseudonym+`"`))
			if err := q.ReplaceAnswer(ctx, answer, r.RecordID); err != nil {
				return fmt.Errorf("recorded answers: %w", err)
			}
		}
		if len(page) < answersPage {
			return nil
		}
		after = page[len(page)-1].RecordID
	}
}

// Run does the steps of erasures that are due until ctx ends, and then returns
// nil. Any number of instances may run it.
func (e *Eraser) Run(ctx context.Context) error {
	tick := time.NewTicker(eraseInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := e.Round(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("an account could not be erased and will be tried again", "error", err)
		}
	}
}

// Round does the steps that are due.
func (e *Eraser) Round(ctx context.Context) error {
	var failed error
	for {
		due, err := db.New(e.Pool).ClaimErasure(ctx, claimHold.Milliseconds())
		if errors.Is(err, pgx.ErrNoRows) {
			return failed
		}
		if err != nil {
			return errors.Join(failed, fmt.Errorf("look for accounts to erase: %w", err))
		}
		failed = errors.Join(failed, e.step(ctx, due))
	}
}

// step does one step: the first for an account that was reported as deleted, and
// the second for one whose linger time is over.
func (e *Eraser) step(ctx context.Context, due db.ClaimErasureRow) error {
	if due.Erasing {
		if err := e.sweep(ctx, due.Did); err != nil {
			return err
		}
		return e.endErasure(ctx, due.Did)
	}
	status, err := e.HostStatus(ctx, due.Did)
	if err != nil {
		return fmt.Errorf("ask whether an account is deleted: %w", err)
	}
	if status != Deleted {
		_, err := e.SetHostStatus(ctx, due.Did, status, 0)
		return err
	}
	return e.Erase(ctx, due.Did)
}
