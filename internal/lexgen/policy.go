package lexgen

import "net/http"

// Policy is what the lexicons cannot say. Every entry is checked against them:
// one that names something they do not have is an error.
type Policy struct {
	// Namespace that all NSIDs are in. Methods and files are named by
	// what follows it.
	Namespace string
	// Base64 lists the strings that carry bytes, as DEFINITION.path with
	// the definition as in Rules' messages: createConvo.input.groupInfo,
	// defs.keyPackageRef.keyPackage.
	Base64 []string
	// Rules give violated constraints their own error names.
	Rules []Rule
	// Status of error names; others have 400.
	Status map[string]int
	// TooLarge is the error name for bodies beyond the bound; others are
	// PayloadTooLarge.
	TooLarge map[string]string
	// Public methods need no token.
	Public []string
	// Streams gives the methods that stream events the Go name of the
	// union of them. Methods with the same name have the same events, and
	// one Go type for each.
	Streams map[string]string
	// Tickets are the methods whose parameter "ticket" can stand for a
	// token.
	Tickets []string
	// ReadOnly procedures change nothing, so reading rights include them.
	ReadOnly []string
	// Full and Read name the permission sets that list every method with
	// a token, and those that read. "" for none.
	Full, Read string
}

// Rule gives the violation of a constraint of a method's input or parameters
// an error that the method declares.
type Rule struct {
	Method string
	// Path of the value, with [] for the items of an array.
	Path string
	// Constraints that share the error: minLength, maxLength, minimum,
	// maximum, format, required, type.
	Constraints []string
	Error       string
}

var (
	tooLong   = []string{"maxLength"}
	length    = []string{"minLength", "maxLength"}
	malformed = []string{"format"}
	negative  = []string{"minimum"}
)

// DefaultPolicy is the policy of this service.
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
