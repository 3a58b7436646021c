package lexgen

import "net/http"

// Policy holds the facts about methods that lexicons cannot express. Every
// entry is checked against the lexicons: an entry that names something unknown
// is an error.
type Policy struct {
	// Namespace is the prefix of all NSIDs. Methods and files are named by the
	// rest of the NSID.
	Namespace string
	// Base64 lists the strings that carry bytes, as DEFINITION.path. The
	// definition is written as in createConvo.input.groupInfo or
	// defs.keyPackageRef.keyPackage.
	Base64 []string
	// Rules assign error names to violated constraints.
	Rules []Rule
	// Status gives the HTTP status of error names. The default is 400.
	Status map[string]int
	// TooLarge gives the error name for a request body that is too large. The
	// default is PayloadTooLarge.
	TooLarge map[string]string
	// Public lists the methods that need no token.
	Public []string
	// Streams maps each streaming method to the Go name of its union of events.
	// Methods with the same name must stream the same events and share the Go
	// types.
	Streams map[string]string
	// Tickets lists the methods whose parameter "ticket" can replace a token.
	Tickets []string
	// ReadOnly lists the procedures that change nothing. Reading rights include
	// them.
	ReadOnly []string
	// Full and Read are the names of two permission sets: Full must list every
	// method that needs a token, Read those of them that only read. "" means
	// that there is no such set.
	Full, Read string
}

// Rule assigns one of the errors that a method declares to the violation of
// constraints of its input or parameters.
type Rule struct {
	Method string
	// Path is the path of the value, with [] for the items of an array.
	Path string
	// Constraints lists the constraints that share the error: minLength,
	// maxLength, minimum, maximum, format, required, type.
	Constraints []string
	Error       string
}

var (
	tooLong   = []string{"maxLength"}
	length    = []string{"minLength", "maxLength"}
	malformed = []string{"format"}
	negative  = []string{"minimum"}
)

// DefaultPolicy returns the policy of this service.
func DefaultPolicy() Policy {
	return Policy{
		Namespace: "blue.catbird.mls",
		Base64: []string{
			"createConvo.input.welcomeMessage",
			"createConvo.input.groupInfo",
			"createConvo.input.ratchetTree",
			"addMembers.input.commit",
			"addMembers.input.welcomeMessage",
			"addMembers.input.groupInfo",
			"addMembers.input.ratchetTree",
			"leaveConvo.input.commit",
			"leaveConvo.input.proposal",
			"leaveConvo.input.groupInfo",
			"leaveConvo.input.ratchetTree",
			"publishKeyPackage.input.keyPackage",
			"publishKeyPackages.keyPackageItem.keyPackage",
			"getWelcome.output.welcome",
			"defs.keyPackageRef.keyPackage",
		},
		Rules: []Rule{
			{"createConvo", "initialMembers", tooLong, "TooManyMembers"},
			{"createConvo", "cipherSuite", length, "InvalidCipherSuite"},
			{"createConvo", "welcomeMessage", length, "InvalidWelcome"},
			{"createConvo", "groupInfo", length, "InvalidGroupInfo"},
			{"createConvo", "ratchetTree", length, "InvalidGroupInfo"},
			{"addMembers", "didList", tooLong, "TooManyMembers"},
			{"addMembers", "commit", length, "InvalidCommit"},
			{"addMembers", "welcomeMessage", length, "InvalidWelcome"},
			{"addMembers", "groupInfo", length, "InvalidGroupInfo"},
			{"addMembers", "ratchetTree", length, "InvalidGroupInfo"},
			{"leaveConvo", "commit", length, "InvalidCommit"},
			{"leaveConvo", "proposal", length, "InvalidProposal"},
			{"leaveConvo", "groupInfo", length, "InvalidGroupInfo"},
			{"leaveConvo", "ratchetTree", length, "InvalidGroupInfo"},
			{"sendCommit", "commit", length, "InvalidCommit"},
			{"sendCommit", "welcome", length, "InvalidWelcome"},
			{"sendCommit", "groupInfo", length, "InvalidGroupInfo"},
			{"sendCommit", "ratchetTree", length, "InvalidGroupInfo"},
			{"sendCommit", "addedDids", tooLong, "TooManyMembers"},
			{"sendProposal", "proposal", length, "InvalidProposal"},
			{"joinConvo", "externalCommit", length, "InvalidCommit"},
			{"joinConvo", "groupInfo", length, "InvalidGroupInfo"},
			{"joinConvo", "ratchetTree", length, "InvalidGroupInfo"},
			{"updateGroupInfo", "groupInfo", length, "InvalidGroupInfo"},
			{"updateGroupInfo", "ratchetTree", length, "InvalidGroupInfo"},
			{"getCommits", "fromEpoch", negative, "InvalidEpochRange"},
			{"getCommits", "toEpoch", negative, "InvalidEpochRange"},
			{"getCommits", "cursor", length, "InvalidCursor"},
			{"getConvos", "cursor", length, "InvalidCursor"},
			{"getMessages", "sinceMessage", length, "InvalidCursor"},
			{"sendMessage", "ciphertext", []string{"minLength"}, "InvalidMessage"},
			{"sendMessage", "ciphertext", tooLong, "MessageTooLarge"},
			{"publishKeyPackage", "keyPackage", length, "InvalidKeyPackage"},
			{"publishKeyPackage", "cipherSuite", length, "InvalidCipherSuite"},
			{"publishKeyPackages", "keyPackages[].keyPackage", length, "InvalidKeyPackage"},
			{"publishKeyPackages", "keyPackages[].cipherSuite", length, "InvalidCipherSuite"},
			{"getKeyPackages", "dids", tooLong, "TooManyDids"},
			{"getKeyPackages", "dids[]", malformed, "InvalidDid"},
			{"getKeyPackageStats", "cipherSuite", length, "InvalidCipherSuite"},
			{"streamConvoEvents", "cursor", length, "InvalidCursor"},
			{"streamConvoEvents", "ticket", length, "InvalidTicket"},
			{"subscribeConvoEvents", "cursor", length, "InvalidCursor"},
			{"subscribeConvoEvents", "ticket", length, "InvalidTicket"},
			{"sync", "cursor", length, "InvalidCursor"},
		},
		Status: map[string]int{
			"InvalidTicket":       http.StatusUnauthorized,
			"NotMember":           http.StatusForbidden,
			"NotAllowed":          http.StatusForbidden,
			"ConvoNotFound":       http.StatusNotFound,
			"WelcomeNotFound":     http.StatusNotFound,
			"BlobNotFound":        http.StatusNotFound,
			"AlreadyMember":       http.StatusConflict,
			"KeyPackageNotFound":  http.StatusConflict,
			"EpochMismatch":       http.StatusConflict,
			"ConvoExists":         http.StatusConflict,
			"IdempotencyConflict": http.StatusConflict,
			"WelcomeExpired":      http.StatusGone,
			"MessageTooLarge":     http.StatusRequestEntityTooLarge,
			"BlobTooLarge":        http.StatusRequestEntityTooLarge,
			"StorageFull":         http.StatusServiceUnavailable,
		},
		TooLarge: map[string]string{"uploadBlob": "BlobTooLarge"},
		Public:   []string{"describeService"},
		Streams: map[string]string{
			"streamConvoEvents":    "ConvoEvent",
			"subscribeConvoEvents": "ConvoEvent",
		},
		Tickets:  []string{"streamConvoEvents", "subscribeConvoEvents"},
		ReadOnly: []string{"getSubscriptionTicket", "sync"},
		Full:     "authFull",
		Read:     "authRead",
	}
}
