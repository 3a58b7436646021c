package lexgen

import (
	"net/http"
	"slices"
	"strings"
)

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
	// ConvoIDs lists the strings that are ids of conversations, by their name
	// (convoId, convoIds[]) wherever it occurs, or as DEFINITION.path.
	ConvoIDs []string
	// Methods has an entry for every method.
	Methods map[string]MethodPolicy
	// Status gives the HTTP status of error names. The default is 400.
	Status map[string]int
	// Full and Read are the names of two permission sets: Full must list every
	// method that needs a token, Read those of them that only read. "" means
	// that there is no such set.
	Full, Read string
}

// MethodPolicy holds the facts about one method that its lexicon cannot express.
type MethodPolicy struct {
	// Rate is the rate class: the methods of one class share a rate.
	Rate RateClass
	// Public methods need no token. Their class is RatePublic.
	Public bool
	// Ticket methods accept a ticket in the parameter "ticket" in place of a token.
	Ticket bool
	// ReadOnly procedures change nothing. Reading rights include them.
	ReadOnly bool
	// Streams is the Go name of the union of events that the method streams,
	// "" where it streams none. Methods with the same name have the same
	// events, and one Go type for each. A query has the events of the
	// subscription with the same name.
	Streams string
	// TooLarge is the error name for a request body that is too large; "" means
	// PayloadTooLarge.
	TooLarge string
	// Rules assign error names to violated constraints.
	Rules []Rule
}

// ConvoID gives the entry of ConvoIDs for a string at a place, "" for none.
func (p *Policy) ConvoID(place string) string {
	for _, entry := range []string{place, place[strings.LastIndexByte(place, '.')+1:]} {
		if slices.Contains(p.ConvoIDs, entry) {
			return entry
		}
	}
	return ""
}

// RateClass is the name of a constant of package xrpc without its prefix Rate.
// That package says what belongs to each class.
type RateClass string

// The rate classes. server/limit has the amounts.
const (
	RateRead     RateClass = "Read"
	RateSend     RateClass = "Send"
	RateChange   RateClass = "Change"
	RatePublish  RateClass = "Publish"
	RateClaim    RateClass = "Claim"
	RateUpload   RateClass = "Upload"
	RateDownload RateClass = "Download"
	RateStream   RateClass = "Stream"
	RatePublic   RateClass = "Public"
)

var rateClasses = []RateClass{
	RateRead, RateSend, RateChange, RatePublish, RateClaim, RateUpload, RateDownload, RateStream, RatePublic,
}

// Rule assigns one of the errors that a method declares to the violation of
// constraints of its input or parameters.
type Rule struct {
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
		ConvoIDs: []string{
			"convoId",
			"convoIds[]",
			"createConvo.input.groupId",
			"defs.convoView.id",
			"defs.convoView.groupId",
			"sync.output.removed[]",
		},
		Methods: methodPolicies(),
		Status: map[string]int{
			"InvalidTicket":       http.StatusUnauthorized,
			"NotMember":           http.StatusForbidden,
			"NotAllowed":          http.StatusForbidden,
			"FollowRequired":      http.StatusForbidden,
			"ApprovalRequired":    http.StatusForbidden,
			"ConvoNotFound":       http.StatusNotFound,
			"WelcomeNotFound":     http.StatusNotFound,
			"BlobNotFound":        http.StatusNotFound,
			"InvalidCode":         http.StatusNotFound,
			"LinkNotFound":        http.StatusNotFound,
			"JoinRequestNotFound": http.StatusNotFound,
			"AlreadyMember":       http.StatusConflict,
			"KeyPackageNotFound":  http.StatusConflict,
			"EpochMismatch":       http.StatusConflict,
			"ConvoExists":         http.StatusConflict,
			"IdempotencyConflict": http.StatusConflict,
			"InfoVersionMismatch": http.StatusConflict,
			"WelcomeExpired":      http.StatusGone,
			"MessageTooLarge":     http.StatusRequestEntityTooLarge,
			"BlobTooLarge":        http.StatusRequestEntityTooLarge,
			"StorageFull":         http.StatusServiceUnavailable,
		},
		Full: "authFull",
		Read: "authRead",
	}
}

func methodPolicies() map[string]MethodPolicy {
	return map[string]MethodPolicy{
		"acceptConvo": {Rate: RateChange},
		"addMembers": {Rate: RateChange, Rules: []Rule{
			{"didList", tooLong, "TooManyMembers"},
			{"commit", length, "InvalidCommit"},
			{"welcomeMessage", length, "InvalidWelcome"},
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
		}},
		"approveJoinRequest": {Rate: RatePublish},
		"blockAccount":       {Rate: RatePublish},
		"confirmWelcome":     {Rate: RatePublish},
		"createConvo": {Rate: RateChange, Rules: []Rule{
			{"initialMembers", tooLong, "TooManyMembers"},
			{"cipherSuite", length, "InvalidCipherSuite"},
			{"welcomeMessage", length, "InvalidWelcome"},
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
		}},
		"createJoinLink": {Rate: RatePublish},
		"createReport": {Rate: RatePublish, Rules: []Rule{
			{"evidence", length, "InvalidEvidence"},
		}},
		"declineConvo":    {Rate: RateChange},
		"deleteDevice":    {Rate: RatePublish},
		"disableJoinLink": {Rate: RatePublish},
		"editJoinLink":    {Rate: RatePublish},
		"describeService": {Rate: RatePublic, Public: true},
		"getBlob":         {Rate: RateDownload},
		"getCommits": {Rate: RateRead, Rules: []Rule{
			{"fromEpoch", negative, "InvalidEpochRange"},
			{"toEpoch", negative, "InvalidEpochRange"},
			{"cursor", length, "InvalidCursor"},
		}},
		"getConvo": {Rate: RateRead},
		"getConvos": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"getEpoch": {Rate: RateRead},
		"getGroupInfo": {Rate: RateRead, Rules: []Rule{
			{"code", length, "InvalidCode"},
		}},
		"getJoinLinkPreview": {Rate: RateRead, Rules: []Rule{
			{"code", length, "InvalidCode"},
		}},
		"getKeyPackageStats": {Rate: RateRead, Rules: []Rule{
			{"cipherSuite", length, "InvalidCipherSuite"},
		}},
		"getKeyPackages": {Rate: RateClaim, Rules: []Rule{
			{"dids", tooLong, "TooManyDids"},
			{"dids[]", malformed, "InvalidDid"},
		}},
		"getMessages": {Rate: RateRead, Rules: []Rule{
			{"sinceMessage", length, "InvalidCursor"},
		}},
		"getPreferences": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"getSubscriptionTicket": {Rate: RateStream, ReadOnly: true},
		"getUnreadCounts": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"getWelcome": {Rate: RateRead},
		"joinConvo": {Rate: RateChange, Rules: []Rule{
			{"externalCommit", length, "InvalidCommit"},
			{"code", length, "InvalidCode"},
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
		}},
		"leaveConvo": {Rate: RateChange, Rules: []Rule{
			{"commit", length, "InvalidCommit"},
			{"proposal", length, "InvalidProposal"},
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
		}},
		"listBlocks": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"listConvoRequests": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"listDevices":   {Rate: RateRead},
		"listJoinLinks": {Rate: RateRead},
		"listJoinRequests": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"listWelcomes": {Rate: RateRead, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"lockConvo": {Rate: RatePublish},
		"publishKeyPackage": {Rate: RatePublish, Rules: []Rule{
			{"keyPackage", length, "InvalidKeyPackage"},
			{"cipherSuite", length, "InvalidCipherSuite"},
		}},
		"publishKeyPackages": {Rate: RatePublish, Rules: []Rule{
			{"keyPackages[].keyPackage", length, "InvalidKeyPackage"},
			{"keyPackages[].cipherSuite", length, "InvalidCipherSuite"},
		}},
		"rejectJoinRequest": {Rate: RatePublish},
		"requestJoin": {Rate: RatePublish, Rules: []Rule{
			{"code", length, "InvalidCode"},
		}},
		"requestRejoin": {Rate: RateChange},
		"sendCommit": {Rate: RateChange, Rules: []Rule{
			{"commit", length, "InvalidCommit"},
			{"welcome", length, "InvalidWelcome"},
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
			{"addedDids", tooLong, "TooManyMembers"},
		}},
		"sendEphemeral": {Rate: RateSend},
		"sendMessage": {Rate: RateSend, Rules: []Rule{
			{"ciphertext", []string{"minLength"}, "InvalidMessage"},
			{"ciphertext", tooLong, "MessageTooLarge"},
		}},
		"sendProposal": {Rate: RateChange, Rules: []Rule{
			{"proposal", length, "InvalidProposal"},
		}},
		"streamConvoEvents": {Rate: RateStream, Ticket: true, Streams: "ConvoEvent", Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
			{"ticket", length, "InvalidTicket"},
		}},
		"subscribeConvoEvents": {Rate: RateStream, Ticket: true, Streams: "ConvoEvent", Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
			{"ticket", length, "InvalidTicket"},
		}},
		"sync": {Rate: RateRead, ReadOnly: true, Rules: []Rule{
			{"cursor", length, "InvalidCursor"},
		}},
		"unblockAccount":    {Rate: RatePublish},
		"unlockConvo":       {Rate: RatePublish},
		"updateConvoPolicy": {Rate: RatePublish},
		"updateConvoInfo":   {Rate: RatePublish},
		"updateMemberRole":  {Rate: RatePublish},
		"updateCursor":      {Rate: RateSend},
		"updateGroupInfo": {Rate: RateChange, Rules: []Rule{
			{"groupInfo", length, "InvalidGroupInfo"},
			{"ratchetTree", length, "InvalidGroupInfo"},
		}},
		"updatePreferences":   {Rate: RateSend},
		"withdrawJoinRequest": {Rate: RatePublish},
		"uploadBlob":          {Rate: RateUpload, TooLarge: "BlobTooLarge"},
	}
}
