package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/links"
	"catbird.blue/mls/xrpc"
)

// commitRequest is the input of addMembers, joinConvo, sendCommit and, where it
// removes another member by a commit, leaveConvo. Service.commit serves all
// four, which differ only in these fields.
type commitRequest struct {
	method *xrpc.Method
	// key is the idempotency key, and content the decoded input that it is
	// compared with.
	key     *string
	content any
	convoID xrpc.ConvoID

	commit, welcome, groupInfo, ratchetTree []byte
	// infoKey is the key of the info, wrapped for the epoch that the commit leads to.
	infoKey []byte
	// infoVersion is the version of the info whose key that is; nil for the current one.
	infoVersion *int64
	// The lexicon's names for commit, welcome, added and removed, for errors.
	commitField, welcomeField, addedField, removedField string
	// added and removed are the DIDs whose memberships begin and end.
	added, removed []string
	// code is the code of a link that the caller sent. link is set if the caller is no
	// member and may join by it.
	code *string
	link *links.Link
	// external says that the commit has to be the caller's external commit.
	external bool
	// rateUsedUp is set while the conversation has used up its rate.
	rateUsedUp bool
	// addRefused is the error of the limit on additions, where the caller has
	// used that up. It is returned under the lock, so that a repeated call gets
	// its recorded answer before.
	addRefused error
	// question is whether the caller may add the accounts.
	question *consent.Question
}

// commitOutput is the output of all four methods.
type commitOutput = gen.SendCommitOutput

// AddMembers adds members, or devices of members, by a commit and its Welcome.
func (s *Service) AddMembers(ctx context.Context, caller xrpc.Caller, in *gen.AddMembersInput) (*gen.AddMembersOutput, error) {
	out, err := s.commit(ctx, caller, &commitRequest{
		method: gen.MethodAddMembers, key: in.IdempotencyKey, content: in, convoID: in.ConvoID,
		commit: in.Commit, welcome: in.WelcomeMessage, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree, infoKey: in.InfoKey, infoVersion: in.InfoVersion,
		commitField: "commit", welcomeField: "welcomeMessage", addedField: "didList",
		added: in.DIDList,
	})
	return (*gen.AddMembersOutput)(out), err
}

// JoinConvo adds a device by an external commit: one of a member, which is new or has
// lost its state, or that of an account which joins by a link.
func (s *Service) JoinConvo(ctx context.Context, caller xrpc.Caller, in *gen.JoinConvoInput) (*gen.JoinConvoOutput, error) {
	out, err := s.commit(ctx, caller, &commitRequest{
		method: gen.MethodJoinConvo, key: in.IdempotencyKey, content: in, convoID: in.ConvoID,
		commit: in.ExternalCommit, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree, infoKey: in.InfoKey, infoVersion: in.InfoVersion,
		commitField: "externalCommit", external: true, code: in.Code,
	})
	return (*gen.JoinConvoOutput)(out), err
}

// SendCommit accepts a commit with any combination of additions, removals and
// updates.
func (s *Service) SendCommit(ctx context.Context, caller xrpc.Caller, in *gen.SendCommitInput) (*gen.SendCommitOutput, error) {
	return s.commit(ctx, caller, &commitRequest{
		method: gen.MethodSendCommit, key: in.IdempotencyKey, content: in, convoID: in.ConvoID,
		commit: in.Commit, welcome: in.Welcome, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree, infoKey: in.InfoKey, infoVersion: in.InfoVersion,
		commitField: "commit", welcomeField: "welcome", addedField: "addedDids", removedField: "removedDids",
		added: in.AddedDIDs, removed: in.RemovedDIDs,
	})
}

// commit parses, verifies and decides a commit. It is accepted with all its
// effects, or not at all.
func (s *Service) commit(ctx context.Context, caller xrpc.Caller, req *commitRequest) (*commitOutput, error) {
	parsed, err := parseCommit(req)
	if err != nil {
		return nil, err
	}
	payment, err := s.payAdditions(ctx, caller, req)
	if err != nil {
		return nil, err
	}
	stored := false
	out, err := convo.WithinRate(s.Base, req.convoID, req.method, func(rateUsedUp bool) (out *commitOutput, _ bool, err error) {
		req.rateUsedUp = rateUsedUp
		out, stored, err = s.decide(ctx, caller, req, parsed)
		return out, stored, err
	})
	if err != nil || !stored {
		payment.GiveBack(ctx)
	}
	return out, err
}

// payAdditions takes the accounts that a commit adds from the number that the
// caller may add in an hour. Where too few are left, it sets req.addRefused.
func (s *Service) payAdditions(ctx context.Context, caller xrpc.Caller, req *commitRequest) (*convo.Payment, error) {
	added := convo.Unique(req.added)
	req.question = s.Consent.Ask(ctx, caller.DID, added)
	var err error
	if req.addRefused, err = s.countStrangers(ctx, caller, req.convoID, req.question, added); err != nil || req.addRefused != nil {
		return nil, err
	}
	if s.Rates == nil || len(added) == 0 {
		return nil, nil
	}
	admin, err := convo.IsAdmin(ctx, db.New(s.Pool), req.convoID, caller.DID)
	if err != nil {
		return nil, err
	}
	row := limit.MembersAdded
	if admin {
		row = limit.MembersAddedByAdmins
	}
	var payment *convo.Payment
	payment, req.addRefused = s.Pay(ctx, caller, row, int64(len(added)))
	return payment, nil
}

// countStrangers counts the strangers that a call adds, before and apart from its
// transaction: they count whatever becomes of it. refused is the error of the limit.
func (s *Service) countStrangers(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, question *consent.Question, added []string) (refused, err error) {
	if s.Consent.Limits == nil || len(added) == 0 {
		return nil, nil
	}
	now := s.Now()
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldAccount(ctx, caller.DID, now); err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		answers, err := question.Early(ctx, q, convoID)
		if err != nil {
			return err
		}
		return answers.CountStrangers(ctx, q, now)
	})
	if e := (*xrpc.Error)(nil); errors.As(err, &e) && e.Name == xrpc.RateLimitExceeded {
		return err, nil
	}
	return nil, err
}

// decide verifies a commit outside the transaction, and accepts or refuses it
// inside. stored is false where the call repeats an earlier one.
func (s *Service) decide(ctx context.Context, caller xrpc.Caller, req *commitRequest, parsed *parsedCommit) (out *commitOutput, stored bool, err error) {
	now := s.Timestamp()
	record, err := s.Idempotency.NewRecord(caller, req.method.NSID, req.key, req.content, now)
	if err != nil {
		return nil, false, err
	}
	if err := s.enterByLink(ctx, caller, req); err != nil {
		return nil, false, err
	}
	bill := s.Storage.Bill(caller.DID)
	var requests []string
	err = retryIfGroupChanged(func() error {
		verified, err := s.verifyCommit(ctx, caller, req, parsed)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) (err error) {
			h := &handshakeTx{q: db.New(tx), convoID: req.convoID, caller: caller.DID, now: now, bill: bill, erased: erasedAccounts{pseudonyms: s.Pseudonyms}}
			c := &commitTx{handshake: h, req: req, parsed: parsed, verified: verified, claims: s.claims, links: s.links}
			out, stored, err = c.run(ctx, record)
			requests = c.requests
			return err
		})
	})
	settleBill(ctx, bill, stored, err)
	if conflict := (*epochConflict)(nil); errors.As(err, &conflict) {
		if req.link != nil {
			return s.lostByLink(req, conflict), false, nil
		}
		if err := s.reserveEpoch(ctx, caller, req.convoID, conflict); err != nil {
			return nil, false, err
		}
		out, err = s.conflictOutput(ctx, caller, req.convoID, conflict)
		return out, false, err
	}
	if err != nil {
		return nil, false, s.links.CountWrong(ctx, caller, err)
	}
	if req.link != nil {
		s.links.Turns.Joined(req.convoID, caller.DID, s.Now())
	}
	s.Notify(string(req.convoID))
	s.EndExcess(ctx, requests)
	return out, stored, nil
}

// checkRate refuses a member's commit with ErrRateUsedUp while the conversation
// has used up its rate. Removals by an admin are exempt.
func (req *commitRequest) checkRate(ctx context.Context, q *db.Queries, caller string) error {
	if !req.rateUsedUp {
		return nil
	}
	if len(req.removed) == 0 {
		return convo.ErrRateUsedUp
	}
	admin, err := convo.IsAdmin(ctx, q, req.convoID, caller)
	if err == nil && !admin {
		err = convo.ErrRateUsedUp
	}
	return err
}

// removedName is the lexicon's name for the i-th DID to remove.
func (req *commitRequest) removedName(i int) string {
	if req.removedField == fieldTargetDID {
		return req.removedField
	}
	return fmt.Sprintf("%s[%d]", req.removedField, i)
}
