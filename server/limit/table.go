package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// rate makes the row of a class for one account.
func rate(class xrpc.RateClass, perSecond, burst int64) *Row {
	return &Row{Name: class.String(), What: "calls of the class " + class.String(), Unit: Calls, Per: "account", Amount: burst,
		Refill: perSecond, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared}
}

// Rates for one account. They bound what one account can cost others. A
// person's clients stay far below them: the bursts let a device start with
// several hundred conversations, and the refills suffice for a busy bot.
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

// convoRates limit one conversation, whoever calls: each message goes to all
// members, so the cost of this rate is multiplied by their number. Classes
// without an entry are limited by account only.
var convoRates = map[xrpc.RateClass]*Row{
	xrpc.RateSend: {Name: "convo-send", What: "messages accepted", Unit: Calls, Per: "conversation", Amount: 1000,
		Refill: 100, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
	xrpc.RateChange: {Name: "convo-change", What: "commits and proposals accepted", Unit: Calls, Per: "conversation", Amount: 200,
		Refill: 10, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared},
}

// AccountRow is the rate of a class for one account.
func AccountRow(c xrpc.RateClass) *Row { return accountRates[c] }

// ConvoRow is the rate of a class for one conversation; nil if it has none.
func ConvoRow(c xrpc.RateClass) *Row { return convoRates[c] }

// SpentTokens bounds the memory for used tokens.
var SpentTokens = &Row{
	Name: "spent-tokens", What: "remembered used tokens",
	Unit: Rows, Per: "instance", Amount: 1 << 20, Error: xrpc.RateLimitExceeded, Kept: Shared, Metric: "mls_auth_replay_checks_total",
}

// MembersAdded and MembersAddedByAdmins limit how many accounts one account
// adds to conversations, so that a member cannot fill one with accounts under
// its control. The second row is for admins, who may also remove members.
var (
	MembersAdded = &Row{Name: "members-added", What: "accounts added to conversations", Unit: Rows, Per: "account", Amount: 100,
		Refill: 100, Every: time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
	MembersAddedByAdmins = &Row{Name: "members-added-by-admins", What: "accounts that admins add to their conversations",
		Unit: Rows, Per: "account", Amount: 1000, Refill: 1000, Every: time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
)

// MaxLinks is the number of links of a conversation.
const MaxLinks = 100

// Limits on what accounts do with links. One more request than JoinRequests ends the
// oldest request of the origin that has most.
var (
	JoinRequests = &Row{Name: "join-requests", What: "requests to join that wait", Unit: Rows, Per: "conversation", Amount: 500,
		Error: "the oldest of the origin with most ends", Kept: Database}
	JoinRequestsMade = &Row{Name: "join-requests-made", What: "requests to join made by one account", Unit: Rows, Per: "account", Amount: 20,
		Refill: 20, Every: 24 * time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
	LinkGroupInfos = &Row{Name: "link-group-infos", What: "GroupInfos by the code of a link", Unit: Calls, Per: "account and link", Amount: 20,
		Refill: 20, Every: 24 * time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
	WrongCodes = &Row{Name: "wrong-codes", What: "wrong codes of links", Unit: Calls, Per: "account", Amount: 30,
		Refill: 30, Every: time.Hour, Error: xrpc.RateLimitExceeded, Kept: Shared}
)

// Verification limits the cost of signature checks of commits, proposals,
// groups and key packages, by a fixed time for each cipher suite. A group of
// 4,000 leaves with P-521 takes 6 s, one of 1,000 with Ed25519 80 ms, and a
// commit to a group whose tree is cached a few checks.
var Verification = &Row{Name: "verification", What: "signature checks of MLS objects", Unit: CPU,
	Per: "account", Amount: 20_000, Refill: 200, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Shared}

// The memory for request bodies, which server/bodies divides.
var (
	BodyBytes = &Row{Name: "body-bytes", What: "memory for request bodies; the slowest gets 408", Unit: Bytes,
		Per: "account", Amount: 64 << 20, Error: xrpc.RateLimitExceeded, Kept: Process}
	// AllBodyBytes is a quarter of the memory limit of the process; its amount
	// applies if that limit is not known.
	AllBodyBytes = &Row{Name: "body-bytes-all", What: "a quarter of the memory limit, for request bodies",
		Unit: Bytes, Per: "instance", Amount: 256 << 20, Error: xrpc.ServiceUnavailable, Kept: Process}
)

// Connections, which server/conns divides.
var (
	// OpenConnections is the most that the service configures by itself. It
	// configures fewer if the limits of open files or memory require it.
	OpenConnections = &Row{Name: "connections", What: "open connections; new ones replace idle ones",
		Unit: Connections, Per: "instance", Amount: 10_000, Error: xrpc.ServiceUnavailable, Kept: Process}
	SourceConnections = &Row{Name: "connections-source", What: "least share of connections",
		Unit: Connections, Per: "source address", Amount: 1, Error: xrpc.ServiceUnavailable, Kept: Process}
)

// Table has every row, in the order of the documentation.
var Table = table()

func table() []*Row {
	rows := append([]*Row{}, accountRates[:]...)
	rows = append(rows, convoRates[xrpc.RateSend], convoRates[xrpc.RateChange], SpentTokens, MembersAdded, MembersAddedByAdmins,
		JoinRequests, JoinRequestsMade, LinkGroupInfos, WrongCodes, Verification)
	rows = append(rows, WaitsAndStreams, Evictions, StreamAge, SyncCalls)
	rows = append(rows, BodyBytes, AllBodyBytes, OpenConnections, SourceConnections, RequesterPackages, StrangerPackages,
		Strangers, StrangersOfNew, OpenRequests)
	rows = append(rows, storageTable...)
	return append(rows, originTable()...)
}
