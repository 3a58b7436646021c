package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// rate makes a row of calls per account.
func rate(class Class, perSecond, burst int64) *Row {
	return &Row{Name: class.String(), What: "calls of the class " + class.String(), Unit: Calls, Per: "account", Amount: burst,
		Refill: perSecond, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared}
}

// A person's clients stay far below these: the bursts allow a device to start
// with several hundred conversations, and the rates a busy bot. They bound
// what one account can cost others.
var accountRates = [classes]*Row{
	ClassRead:     rate(ClassRead, 50, 1000),
	ClassSend:     rate(ClassSend, 20, 200),
	ClassChange:   rate(ClassChange, 5, 100),
	ClassPublish:  rate(ClassPublish, 5, 200),
	ClassClaim:    rate(ClassClaim, 5, 100),
	ClassUpload:   rate(ClassUpload, 2, 50),
	ClassDownload: rate(ClassDownload, 20, 300),
	ClassStream:   rate(ClassStream, 1, 30),
	ClassPublic: {Name: ClassPublic.String(), What: "calls that need no token", Unit: Calls, Per: "instance", Amount: 1000,
		Refill: 200, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process},
}

// convoRates bound one conversation, whoever calls: members receive what is
// sent to it, so its rate is multiplied by their number. Classes without an
// entry are bounded by account only.
var convoRates = map[Class]*Row{
	ClassSend: {Name: "convo-send", What: "messages accepted", Unit: Calls, Per: "conversation", Amount: 1000,
		Refill: 100, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
	ClassChange: {Name: "convo-change", What: "commits and proposals accepted", Unit: Calls, Per: "conversation", Amount: 200,
		Refill: 10, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
}

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

// Table is every row, in the order of the documentation.
var Table = table()

func table() []*Row {
	rows := append([]*Row{}, accountRates[:]...)
	return append(rows, convoRates[ClassSend], convoRates[ClassChange], MembersAdded, MembersAddedByRemovers, SpentTokens)
}
