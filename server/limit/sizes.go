package limit

import (
	"time"
)

// Sizes, counts and times that hold for every caller. Sizes are bytes after base64
// has been decoded. A method's lexicon has the same numbers, or larger ones where
// clients of earlier lexicons may send more than is accepted. A test of
// server/apitest compares these with the lexicons, the proxy's configuration and
// the documents.
const (
	MaxApplicationMessage = 2 << 20
	MaxCommit             = 4 << 20
	MaxProposal           = 1 << 20
	MaxWelcome            = 4 << 20
	MaxGroupInfo          = 4 << 20
	MaxRatchetTree        = 4 << 20
	MaxKeyPackage         = 48 << 10
	// MaxNamed bounds the key packages that a Welcome names together, and the
	// proposals that a commit refers to together. Both are read into memory.
	MaxNamed = 8 << 20
	// MaxSignal bounds what sendEphemeral takes.
	MaxSignal = 64 << 10
	MaxBlob   = 50 << 20
	// MaxBlobBytes bounds the blobs of one account together.
	MaxBlobBytes = 1 << 30
	// MaxKeyPackages counts unspent packages of one device and cipher suite.
	// Last-resort packages count apart, to the same number.
	MaxKeyPackages = 100
	// MaxDevices counts devices of one account with live packages or leaves.
	MaxDevices = 32
	// LowKeyPackages: when fewer packages of a device and cipher suite are left,
	// the account gets a keyPackagesLowEvent.
	LowKeyPackages = 10
	MaxMembers     = 1000
	MaxLeaves      = 4000
	// MaxAnswer bounds an answer that holds more than one item, because a PDS
	// passes at most 10 MiB on.
	MaxAnswer = 4_000_000
	// LeaseTime is how long a key package stays leased to its requester.
	LeaseTime = time.Hour
	// MaxPackageLifetime bounds how long after its publication a package may end.
	MaxPackageLifetime = 90*24*time.Hour + time.Hour
	// RequestTime is how long a request waits for an answer.
	RequestTime = 14 * 24 * time.Hour
	// EndedLinkTime is how long a link is kept after it was disabled or expired.
	EndedLinkTime = 30 * 24 * time.Hour
	// IdempotencyTime is how long an idempotency record is kept.
	IdempotencyTime = 7 * 24 * time.Hour
	// MaxSyncPositions, MaxSyncMessages and MaxSyncWait bound one call of sync.
	// A PDS waits 10 s for an answer.
	MaxSyncPositions = 1000
	MaxSyncMessages  = 1000
	MaxSyncWait      = 8 * time.Second
	// TicketTime is how long after its issue a ticket opens a stream.
	TicketTime = time.Minute
	// MessageTime is how long application messages are kept by default.
	MessageTime = 30 * 24 * time.Hour
	// ResolvedReportTime is how long a report is kept after it was resolved.
	ResolvedReportTime = 30 * 24 * time.Hour
	// UnattachedBlobTime is how long a blob is kept without a message that names it.
	UnattachedBlobTime = time.Hour
)
