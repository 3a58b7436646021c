package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

const day = 24 * time.Hour

// TooManyProposals is the error for an account that has reached its limit of
// proposals in an epoch.
const TooManyProposals = "TooManyProposals"

// Rows for stored data. StoredBytes counts everything, KeptBytes only what is
// kept as long as its conversation. A GroupInfo replaces the previous one, so
// only its growth counts.
var (
	StoredBytes = &Row{Name: "stored-bytes", What: "stored bytes",
		Unit: Bytes, Per: "account", Amount: 512 << 20, Refill: 512 << 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	KeptBytes = &Row{Name: "kept-bytes", What: "stored bytes of commits and proposals",
		Unit: Bytes, Per: "account", Amount: 64 << 20, Refill: 64 << 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	ConvosCreated = &Row{Name: "convos-created", What: "conversations created",
		Unit: Rows, Per: "account", Amount: 200, Refill: 200, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	ConvosCreatedByNew = &Row{Name: "convos-created-by-new", What: "conversations created by new accounts",
		Unit: Rows, Per: "account", Amount: 20, Refill: 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
)

// Reports limits how many reports one account files.
var Reports = &Row{Name: "reports", What: "reports to the operator",
	Unit: Rows, Per: "account", Amount: 20, Refill: 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}

// Limits on what exists at one time. The proposals of an epoch are kept: the
// service cannot tell which of them a commit sent as PrivateMessage refers to.
var (
	EpochProposals = &Row{Name: "epoch-proposals", What: "proposals in one epoch",
		Unit: Rows, Per: "account and conversation", Amount: 64, Error: TooManyProposals, Kept: Database}
	EpochProposalBytes = &Row{Name: "epoch-proposal-bytes", What: "bytes of proposals in one epoch",
		Unit: Bytes, Per: "account and conversation", Amount: 1 << 20, Error: TooManyProposals, Kept: Database}
	// Blocks counts the accounts that one account has blocked.
	Blocks = &Row{Name: "blocks", What: "blocked accounts",
		Unit: Rows, Per: "account", Amount: 10_000, Error: "TooManyBlocks", Kept: Database}
	// OpenUploads limits concurrent uploads. The maximum size of each is
	// reserved in the account's quota.
	OpenUploads = &Row{Name: "open-uploads", What: "concurrent uploads",
		Unit: Calls, Per: "account and instance", Amount: 4, Error: xrpc.RateLimitExceeded, Kept: Process}
)

// How much of the storage must be free.
var (
	FreeForAll = &Row{Name: "free-for-all", What: "least free storage for accounts above their fair share",
		Unit: Percent, Per: "instance", Amount: 10, Error: StorageFull, Kept: Process}
	FreeForWrites = &Row{Name: "free-for-writes", What: "least free storage for writes except removals",
		Unit: Percent, Per: "instance", Amount: 3, Error: StorageFull, Kept: Process}
)

var storageTable = []*Row{StoredBytes, KeptBytes, ConvosCreated, ConvosCreatedByNew, Reports, EpochProposals, EpochProposalBytes, Blocks, OpenUploads,
	FreeForAll, FreeForWrites}
