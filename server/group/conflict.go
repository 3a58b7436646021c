package group

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// epochConflict is the error of a commit, or of a leave's proposal, that is not
// accepted because of its epoch. The caller gets it as a conflict in the output,
// not as an error.
type epochConflict struct {
	framing, current int64
	// wait is how long the epoch is closed to the caller. It is 0 where another
	// commit of the epoch was accepted.
	wait time.Duration
}

func (e *epochConflict) Error() string {
	return fmt.Sprintf("epoch %d was won by another commit, the current one is %d", e.framing, e.current)
}

// conflictOutput makes the output for an epochConflict: the accepted commits
// from the caller's framing epoch on, which it has to apply first, and the
// proposals of the epoch that they lead to. It reads them after the transaction
// has released the lock: the commits of past epochs do not change.
func (s *Service) conflictOutput(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, conflict *epochConflict) (*commitOutput, error) {
	q := db.New(s.Pool)
	c := &gen.CommitConflict{CurrentEpoch: conflict.current, Commits: []gen.CommitMessage{}}
	rows, err := q.ConflictCommits(ctx, db.ConflictCommitsParams{
		ConvoID: convoID, Did: caller.DID, FromEpoch: conflict.framing, Below: conflict.current, Budget: limit.MaxAnswer,
	})
	if err != nil {
		return nil, fmt.Errorf("read winning commits: %w", err)
	}
	budget, more := int64(limit.MaxAnswer), false
	for _, r := range rows {
		seq := r.Seq
		c.Commits = append(c.Commits, gen.CommitMessage{
			Epoch: r.Epoch, Sender: *r.SenderDid, CommitData: r.Ciphertext, CreatedAt: xrpc.FormatTime(r.CreatedAt), Seq: &seq,
		})
		budget, more = limit.MaxAnswer-r.Upto, r.Total > int64(len(rows))
	}
	if more {
		c.More = &more
	} else if c.Proposals, err = conflictProposals(ctx, q, caller, convoID, conflict.current, budget); err != nil {
		return nil, err
	}
	out := &commitOutput{NewEpoch: conflict.current, Conflict: c}
	if ms := conflict.wait.Milliseconds(); ms > 0 {
		out.RetryAfterMs = &ms
	}
	return out, nil
}

// conflictProposals reads the proposals of an epoch that fit into budget bytes.
func conflictProposals(ctx context.Context, q *db.Queries, caller xrpc.Caller, convoID xrpc.ConvoID, epoch, budget int64) ([]gen.MessageView, error) {
	rows, err := q.ConflictProposals(ctx, db.ConflictProposalsParams{ConvoID: convoID, Did: caller.DID, Epoch: epoch, Budget: budget})
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", err)
	}
	out := make([]gen.MessageView, 0, len(rows))
	for _, r := range rows {
		out = append(out, eventlog.MessageView(db.ReplayMessagesRow{
			ConvoID: convoID, Seq: r.Seq, Kind: "proposal", MessageID: r.MessageID, Epoch: r.Epoch, SenderDid: r.SenderDid,
			Ciphertext: r.Ciphertext, CreatedAt: r.CreatedAt,
		}))
	}
	return out, nil
}
