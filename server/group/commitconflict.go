package group

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// conflict is the answer to who lost a race: the commits to apply first, from
// its own epoch on, and the proposals of the epoch they lead to. It is read
// after the lock is gone: commits of past epochs do not change.
func (s *Service) conflict(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, lost *lostRace) (*commitResult, error) {
	q := db.New(s.Pool)
	c := &gen.CommitConflict{CurrentEpoch: lost.current, Commits: []gen.CommitMessage{}}
	rows, err := q.ConflictCommits(ctx, db.ConflictCommitsParams{
		ConvoID: convoID, Did: caller.DID, FromEpoch: lost.framing, Below: lost.current, Budget: limit.MaxAnswer,
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
	} else if c.Proposals, err = conflictProposals(ctx, q, caller, convoID, lost.current, budget); err != nil {
		return nil, err
	}
	out := &commitResult{NewEpoch: lost.current, Conflict: c}
	if ms := lost.wait.Milliseconds(); ms > 0 {
		out.RetryAfterMs = &ms
	}
	return out, nil
}

func conflictProposals(ctx context.Context, q *db.Queries, caller xrpc.Caller, convoID xrpc.ConvoID, epoch, budget int64) ([]gen.MessageView, error) {
	rows, err := q.ConflictProposals(ctx, db.ConflictProposalsParams{ConvoID: convoID, Did: caller.DID, Epoch: epoch, Budget: budget})
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", err)
	}
	kind := "proposal"
	out := make([]gen.MessageView, 0, len(rows))
	for _, r := range rows {
		out = append(out, gen.MessageView{
			ID: string(r.MessageID), ConvoID: convoID, Ciphertext: r.Ciphertext, Epoch: r.Epoch, Seq: r.Seq,
			CreatedAt: xrpc.FormatTime(r.CreatedAt), Sender: r.SenderDid, MessageType: &kind,
		})
	}
	return out, nil
}
