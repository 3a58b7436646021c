package consent

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

// strangers returns the accounts that share no accepted conversation with the adder,
// as hashes that differ for each adder.
func (a *Answers) strangers() [][]byte {
	out := [][]byte{}
	for _, did := range a.question.dids {
		if r := a.rows[did]; did == a.question.adder || r.Member || r.Acquainted || r.Known {
			continue
		}
		h := hmac.New(sha256.New, a.question.rules.Key)
		_, _ = h.Write([]byte(a.question.adder + " " + did)) // a DID has no space
		out = append(out, h.Sum(nil)[:16])
	}
	return out
}

// CountStrangers counts the strangers among the accounts, whatever the answer about
// them, and returns the error of the limit where the adder has asked for too many
// different ones within a day. The adder's account row must be locked.
func (a *Answers) CountStrangers(ctx context.Context, q *db.Queries, now time.Time) error {
	if !a.question.bounded {
		return nil
	}
	row := a.question.row
	used, err := q.AskStrangers(ctx, db.AskStrangersParams{
		Did: a.question.adder, Since: now.Add(-row.Every), Now: now, Strangers: a.strangers(),
	})
	if err != nil {
		return fmt.Errorf("count strangers: %w", err)
	}
	most, _ := a.question.rules.Limits.Amount(row)
	if used.Used <= max(most, used.Allowance) || used.Added == 0 {
		return nil
	}
	a.question.rules.Limits.Refused(row)
	return row.Refuse(used.Oldest.Add(row.Every).Sub(now))
}
