package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

const day = 24 * time.Hour

// TooManyProposals is the error of an account that has sent as many proposals in
// an epoch as it may.
const TooManyProposals = "TooManyProposals"

// What accounts have the service store. StoredBytes is all of it, and KeptBytes
// the part that stays for as long as its conversation does. A GroupInfo takes the
// place of the one before, so it counts by how much larger it is.
var (
	StoredBytes = &Row{Name: "stored-bytes", What: "bytes stored: messages, blobs, key packages, Welcomes, GroupInfos by what they grow, commits, proposals",
		Unit: Bytes, Per: "account", Amount: 512 << 20, Refill: 512 << 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	KeptBytes = &Row{Name: "kept-bytes", What: "of them commits and proposals, which no age removes",
		Unit: Bytes, Per: "account", Amount: 64 << 20, Refill: 64 << 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	ConvosCreated = &Row{Name: "convos-created", What: "conversations created",
		Unit: Rows, Per: "account", Amount: 200, Refill: 200, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
	ConvosCreatedByNew = &Row{Name: "convos-created-by-new", What: "conversations created by new accounts",
		Unit: Rows, Per: "account", Amount: 20, Refill: 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Shared}
)

// What exists at one time. Nobody outside can tell which proposals a commit sent
// as PrivateMessage names, so those of an epoch stay.
var (
	EpochProposals = &Row{Name: "epoch-proposals", What: "proposals in one epoch",
		Unit: Rows, Per: "account and conversation", Amount: 64, Error: TooManyProposals, Kept: Database}
	EpochProposalBytes = &Row{Name: "epoch-proposal-bytes", What: "proposals in one epoch, together",
		Unit: Bytes, Per: "account and conversation", Amount: 1 << 20, Error: TooManyProposals, Kept: Database}
	// OpenUploads run; what each may come to is reserved in the account's quota.
	OpenUploads = &Row{Name: "open-uploads", What: "uploads under way",
		Unit: Calls, Per: "account and instance", Amount: 4, Error: xrpc.RateLimitExceeded, Kept: Process}
)

// How much of the storage has to be free.
var (
	FreeForAll = &Row{Name: "free-for-all", What: "free storage below which accounts above their fair share of the last day store nothing",
		Unit: Percent, Per: "instance", Amount: 10, Error: StorageFull, Kept: Process}
	FreeForWrites = &Row{Name: "free-for-writes", What: "free storage below which nothing is stored but what removals need",
		Unit: Percent, Per: "instance", Amount: 3, Error: StorageFull, Kept: Process}
)

var storageTable = []*Row{StoredBytes, KeptBytes, ConvosCreated, ConvosCreatedByNew, EpochProposals, EpochProposalBytes, OpenUploads,
	FreeForAll, FreeForWrites}
