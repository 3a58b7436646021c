package consent

import "context"

// Pair is an account and another one that it may follow or block.
type Pair struct{ Account, Other string }

// Relationship is what an AppView says about a pair.
type Relationship struct {
	// Follows: the account follows the other one.
	Follows bool
	// Blocks: one of the two has blocked the other one.
	Blocks bool
}

// Follows knows whom accounts follow and block elsewhere.
type Follows interface {
	// Follows returns what is known now. It does not wait for an AppView. A pair about
	// which nothing is known has no entry. It costs the same whether the accounts exist
	// or not.
	Follows(ctx context.Context, pairs []Pair) map[Pair]Relationship
}
