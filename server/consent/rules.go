package consent

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Values of the column memberships.consent.
const (
	// Accepted: the account takes part.
	Accepted = "accepted"
	// Requested: it has not answered yet.
	Requested = "request"
	// Hidden: it has not answered, and is not told, since it did not allow the request.
	Hidden = "hidden"
)

// Values of preferences.
const (
	All       = "all"
	Known     = "known"
	Following = "following"
	None      = "none"
	Nobody    = "nobody"
)

// OpenRequestsOfAdder is how many open requests one adder has to an account at most.
const OpenRequestsOfAdder = 3

// Verdict is how an account may be added.
type Verdict int

// Verdicts.
const (
	// Refuse: as if it had no key packages.
	Refuse Verdict = iota
	// Request: as a member that has to accept.
	Request
	// Accept: as an accepted member.
	Accept
)

// Limiter has the amounts of limits that are counted in the database.
type Limiter interface {
	// Amount returns what the row allows in its time; false for no limit.
	Amount(r *limit.Row) (int64, bool)
	// Refused counts a refusal by the row for the metrics.
	Refused(r *limit.Row)
}

// Rules decide who may be added by whom.
type Rules struct {
	// Key keys the hashes of strangers.
	Key []byte
	// Limits has the limits on strangers; nil for no bounds.
	Limits Limiter
	// IsNew reports whether an account is new; nil for no new accounts. It is called
	// outside transactions.
	IsNew func(ctx context.Context, did string) bool
	// Follows knows who follows and who blocks whom, from an AppView or none.
	Follows follows.Relationships
}

// Question is whether an adder may add some accounts.
type Question struct {
	rules   *Rules
	adder   string
	dids    []string
	appView map[string]follows.Relationship
	// row is the limit on strangers of the adder; bounded is false without one.
	row     *limit.Row
	bounded bool
	// early is the answer that Early has read.
	early *Answers
}

// Ask prepares a question. It must not be called inside a transaction.
func (r *Rules) Ask(ctx context.Context, adder string, dids []string) *Question {
	q := &Question{rules: r, adder: adder, dids: unique(dids), row: limit.Strangers}
	if r.Limits != nil {
		if r.IsNew != nil && r.IsNew(ctx, adder) {
			q.row = limit.StrangersOfNew
		}
		_, q.bounded = r.Limits.Amount(q.row)
	}
	if len(q.dids) > 0 {
		q.appView = r.Follows.Of(ctx, adder, q.dids)
	}
	return q
}

// With returns the same question about more accounts.
func (q *Question) With(dids []string) *Question {
	out := *q
	if out.dids = unique(slices.Concat(q.dids, dids)); len(out.dids) > len(q.dids) {
		out.early = nil
	}
	return &out
}

// Early returns the answer for the checks before the transaction of a call. It reads the
// database the first time only, and again after With has added accounts. The transaction
// must ask Answer, because a block holds as soon as its call has returned.
func (q *Question) Early(ctx context.Context, dbq *db.Queries, convo xrpc.ConvoID) (_ *Answers, err error) {
	if q.early == nil {
		q.early, err = q.Answer(ctx, dbq, convo)
	}
	return q.early, err
}

// Answer reads what decides about adding the accounts to a conversation, "" for none
// yet.
func (q *Question) Answer(ctx context.Context, dbq *db.Queries, convo xrpc.ConvoID) (*Answers, error) {
	rows, err := dbq.Relations(ctx, q.adder, q.dids, convo)
	if err != nil {
		return nil, fmt.Errorf("read what accounts allow: %w", err)
	}
	out := &Answers{question: q, rows: make(map[string]db.RelationsRow, len(rows))}
	for _, r := range rows {
		out.rows[r.Did] = r
	}
	return out, nil
}

// Answers has the answers to a question.
type Answers struct {
	question *Question
	rows     map[string]db.RelationsRow
}

// Verdict returns how an account may be added. An account that was not asked about is
// refused.
func (a *Answers) Verdict(did string) Verdict {
	r, asked := a.rows[did]
	about := a.question.appView[did]
	accept, allow := r.AcceptFrom, r.AllowIncoming
	if r.Accounts > 2 {
		accept, allow = r.AcceptGroupInvitesFrom, r.AllowGroupInvites
	}
	atOnce := accept == All ||
		accept == Known && (r.Known || about.FollowedBy) ||
		accept == Following && about.FollowedBy
	switch {
	case did == a.question.adder, r.Member:
		return Accept
	case !asked, r.Blocked, about.Blocks:
		return Refuse
	case atOnce && !r.LeftBefore:
		return Accept
	case !atOnce && allow != All && (allow != Following || !about.FollowedBy):
		return Refuse
	case r.OpenRequests >= OpenRequestsOfAdder:
		return Refuse
	}
	return Request
}

// Consent returns the value of the column for an account that is added. An account
// that is refused comes here with a package that the adder leased before: it is not
// told.
func (a *Answers) Consent(did string) string {
	switch a.Verdict(did) {
	case Accept:
		return Accepted
	case Request:
		return Requested
	}
	return Hidden
}

// Refused lists the accounts that are refused.
func (a *Answers) Refused() []string {
	out := []string{}
	for _, did := range a.question.dids {
		if a.Verdict(did) == Refuse {
			out = append(out, did)
		}
	}
	return out
}

// Members lists the accounts that are members of the conversation, as the adder is, and
// the adder.
func (a *Answers) Members() []string {
	out := []string{a.question.adder}
	for _, did := range a.question.dids {
		if a.rows[did].Member {
			out = append(out, did)
		}
	}
	return out
}

// Acquainted returns the accounts that share a conversation with the adder that they
// have accepted, and the adder.
func (a *Answers) Acquainted() map[string]bool {
	out := map[string]bool{a.question.adder: true}
	for did, r := range a.rows {
		if r.Acquainted {
			out[did] = true
		}
	}
	return out
}

// unique returns s without repetitions.
func unique(s []string) []string {
	out := make([]string, 0, len(s))
	seen := make(map[string]bool, len(s))
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
