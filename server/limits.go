package server

import (
	"time"

	"catbird.blue/mls/gen"
)

// Limits in force. Bytes are decoded bytes. The lexicons state the same
// numbers, or larger ones where an old client may send more than is accepted;
// a test holds lexicons, proxy configuration and documents to this table.
const (
	MaxApplicationMessage = 2 << 20
	MaxCommit             = 4 << 20
	MaxProposal           = 1 << 20
	MaxWelcome            = 4 << 20
	MaxGroupInfo          = 4 << 20
	MaxRatchetTree        = 4 << 20
	MaxKeyPackage         = 48 << 10
	// MaxSignal is what sendEphemeral takes.
	MaxSignal = 64 << 10
	// MaxRequestBody is the most that any method takes as JSON. What each of
	// them takes follows from its lexicon, in gen.Methods.
	MaxRequestBody = gen.MaxJSON
	MaxBlob        = 50 << 20
	// MaxBlobBytes is what the blobs of one account may take together.
	MaxBlobBytes = 1 << 30
	// MaxKeyPackages counts unspent packages of one device and cipher suite.
	// Last-resort packages count apart, to the same number.
	MaxKeyPackages = 100
	// MaxDevices counts devices of one account with live packages or leaves.
	MaxDevices = 32
	// LowKeyPackages is below how many packages of a device and cipher suite
	// its account is told that they are scarce.
	LowKeyPackages = 10
	MaxMembers     = 1000
	MaxLeaves      = 4000
	// MaxAnswer is where an answer is cut, though it holds at least one item:
	// a PDS passes no more than 10 MiB.
	MaxAnswer = 4_000_000
	// LeaseTime is how long a key package is kept for who asked.
	LeaseTime = time.Hour
	// MaxPackageLifetime bounds how far ahead a package may end.
	MaxPackageLifetime = 90*24*time.Hour + time.Hour
	// IdempotencyTime is how long a first answer is kept.
	IdempotencyTime = 7 * 24 * time.Hour
	// MaxSyncPositions, MaxSyncMessages and MaxSyncWait bound one call of sync.
	// A PDS gives up on an answer after 10 s.
	MaxSyncPositions = 1000
	MaxSyncMessages  = 1000
	MaxSyncWait      = 8 * time.Second
	// TicketTime is how long a ticket can be used.
	TicketTime = time.Minute
	// MessageTime is how long application messages are kept where nothing else
	// is configured.
	MessageTime = 30 * 24 * time.Hour
	// UnattachedBlobTime is how long a blob waits for a message to name it.
	UnattachedBlobTime = time.Hour
)
