package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// rate makes a row of calls per account.
func rate(class xrpc.RateClass, perSecond, burst int64) *Row {
	return &Row{Name: class.String(), What: "calls of the class " + class.String(), Unit: Calls, Per: "account", Amount: burst,
		Refill: perSecond, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared}
}

// A person's clients stay far below these: the bursts allow a device to start
// with several hundred conversations, and the rates a busy bot. They bound
// what one account can cost others.
var accountRates = [xrpc.RateClasses]*Row{
	xrpc.RateRead:     rate(xrpc.RateRead, 50, 1000),
	xrpc.RateSend:     rate(xrpc.RateSend, 20, 200),
	xrpc.RateChange:   rate(xrpc.RateChange, 5, 100),
	xrpc.RatePublish:  rate(xrpc.RatePublish, 5, 200),
	xrpc.RateClaim:    rate(xrpc.RateClaim, 5, 100),
	xrpc.RateUpload:   rate(xrpc.RateUpload, 2, 50),
	xrpc.RateDownload: rate(xrpc.RateDownload, 20, 300),
	xrpc.RateStream:   rate(xrpc.RateStream, 1, 30),
	xrpc.RatePublic: {Name: xrpc.RatePublic.String(), What: "calls that need no token", Unit: Calls, Per: "source address", Amount: 200,
		Refill: 20, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process},
}

// convoRates bound one conversation, whoever calls: members receive what is
// sent to it, so its rate is multiplied by their number. Classes without an
// entry are bounded by account only.
var convoRates = map[xrpc.RateClass]*Row{
	xrpc.RateSend: {Name: "convo-send", What: "messages accepted", Unit: Calls, Per: "conversation", Amount: 1000,
		Refill: 100, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
	xrpc.RateChange: {Name: "convo-change", What: "commits and proposals accepted", Unit: Calls, Per: "conversation", Amount: 200,
		Refill: 10, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
}

// AccountRow is the rate of a class for one account.
func AccountRow(c xrpc.RateClass) *Row { return accountRates[c] }

// ConvoRow is the rate of a class for one conversation; nil for no bound.
func ConvoRow(c xrpc.RateClass) *Row { return convoRates[c] }

// SpentTokens bounds the memory of used tokens.
var SpentTokens = &Row{
	Name: "spent-tokens", What: "used tokens remembered (in Redis: what its memory has room for); where little is left, those with most are refused, " +
		"and the last tenth is for accounts with fewer than 16",
	Unit: Rows, Per: "instance", Amount: 1 << 20, Error: xrpc.RateLimitExceeded, Kept: Shared, Metric: "mls_auth_replay_checks_total",
}

// MembersAdded and MembersAddedByRemovers bound how many accounts one account
// brings into conversations, so that a member cannot fill one with puppets. The
// second is for who may remove members: the creator, as a rule.
var (
	MembersAdded = &Row{Name: "members-added", What: "accounts added to conversations", Unit: Rows, Per: "account", Amount: 100,
		Refill: 100, Every: time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
	MembersAddedByRemovers = &Row{Name: "members-added-by-removers", What: "accounts added to conversations in which the adder may remove members",
		Unit: Rows, Per: "account", Amount: 1000, Refill: 1000, Every: time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
)

// Verification bounds what the signature checks of commits, proposals, groups
// and key packages cost, by agreed times of each cipher suite: a group of 4,000
// leaves with P-521 takes 6 s, one of 1,000 with Ed25519 80 ms, and a commit to
// a group that is known already a few checks.
var Verification = &Row{Name: "verification", What: "signatures of MLS objects checked, at 0.08 ms each (P-384: 0.6 ms, P-521: 1.5 ms)", Unit: CPU,
	Per: "account", Amount: 20_000, Refill: 200, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared}

// The memory of request bodies, which server/bodies shares out.
var (
	BodyBytes = &Row{Name: "body-bytes", What: "memory of request bodies that are read or answered; the slowest is answered 408", Unit: Bytes,
		Per: "account", Amount: 64 << 20, Error: xrpc.RateLimitExceeded, Kept: Process}
	// AllBodyBytes is a quarter of the memory that the process may use; the
	// amount is for where that is not known.
	AllBodyBytes = &Row{Name: "body-bytes-all", What: "a quarter of the memory limit, for request bodies; the account with most loses its slowest (408)",
		Unit: Bytes, Per: "instance", Amount: 256 << 20, Error: xrpc.ServiceUnavailable, Kept: Process}
)

// Connections, which server/conns shares out.
var (
	// OpenConnections is the most that are configured by themselves: fewer
	// where open files or memory are fewer.
	OpenConnections = &Row{Name: "connections", What: "open connections; the longest waiting give way, of the source with most first",
		Unit: Connections, Per: "instance", Amount: 10_000, Error: xrpc.ServiceUnavailable, Kept: Process}
	SourceConnections = &Row{Name: "connections-source", What: "connections in an equal share of those that have proven nothing, at least",
		Unit: Connections, Per: "source address", Amount: 1, Error: xrpc.ServiceUnavailable, Kept: Process}
)

// Table is every row, in the order of the documentation.
var Table = table()

func table() []*Row {
	rows := append([]*Row{}, accountRates[:]...)
	rows = append(rows, convoRates[xrpc.RateSend], convoRates[xrpc.RateChange], SpentTokens, MembersAdded, MembersAddedByRemovers, Verification)
	rows = append(rows, WaitsAndStreams, Evictions, StreamAge, SyncCalls)
	rows = append(rows, BodyBytes, AllBodyBytes, OpenConnections, SourceConnections, RequesterPackages, StrangerPackages)
	rows = append(rows, storageTable...)
	return append(rows, originTable()...)
}
