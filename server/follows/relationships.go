package follows

import "context"

// Relationship is what is known of an account and another one. The zero value stands
// for accounts that have nothing to do with each other, and for those of which nothing
// is known.
type Relationship struct {
	// Follows says that the account follows the other one, FollowedBy that the other
	// one follows the account.
	Follows, FollowedBy bool
	// Blocks says that one of the two blocks the other, by itself or by a list.
	Blocks bool
}

// Relationships answers from what is known at once.
type Relationships interface {
	// Configured reports whether there is an AppView. If not, nothing is ever known,
	// and a preference that needs to know it must be refused.
	Configured() bool
	// Of returns what this instance and the others know of an account and each of
	// others, and lets the AppView be asked for what is not fresh. It may ask Redis, so
	// it does not belong into a transaction. Absent entries are not known.
	Of(ctx context.Context, account string, others []string) map[string]Relationship
	// Known returns what this instance has in memory, after Of was called.
	Known(account string, others []string) map[string]Relationship
}

// None knows no relationships: the service has no AppView.
type None struct{}

var _ Relationships = None{}

// Configured implements Relationships.
func (None) Configured() bool { return false }

// Of implements Relationships.
func (None) Of(context.Context, string, []string) map[string]Relationship { return nil }

// Known implements Relationships.
func (None) Known(string, []string) map[string]Relationship { return nil }

// OrNone returns r, or None if r is nil.
func OrNone(r Relationships) Relationships {
	if r == nil {
		return None{}
	}
	return r
}

// Blocked returns the accounts that block the account or are blocked by it, in the
// order of others. It is never nil, so that it can be the argument of a statement.
func Blocked(known map[string]Relationship, others []string) []string {
	out := []string{}
	for _, did := range others {
		if known[did].Blocks {
			out = append(out, did)
		}
	}
	return out
}
