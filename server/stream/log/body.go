package eventlog

import (
	"encoding/json"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Kinds of events in the log that are not messages.
const (
	KindMembership      = "membership"
	KindWelcome         = "welcome"
	KindRejoinRequested = "rejoin-requested"
	KindConvoDamaged    = "convo-damaged"
	KindKeyPackagesLow  = "key-packages-low"
	KindRead            = "read"
	KindPreferences     = "preferences"
	KindRole            = "role"
	KindPolicy          = "policy"
	KindLock            = "lock"
	KindRequest         = "request"
	KindAccepted        = "accepted"
	KindRequestEnded    = "request-ended"
	KindInfo            = "info"
	KindInfoKeyAsked    = "info-key-requested"
	KindJoinRequests    = "join-requests"
	KindJoinAnswered    = "join-answered"
)

// Actions of a membership event. The first three begin and end windows.
const (
	ActionJoined         = "joined"
	ActionLeft           = "left"
	ActionRemoved        = "removed"
	ActionPendingRemoval = "pending-removal"
	ActionDeviceRemoved  = "device-removed"
)

// Body is the content of an event that is not a message, without its position.
// The fields have the names of the lexicon. It is stored as JSON.
type Body struct {
	ConvoID     xrpc.ConvoID `json:"convoId,omitempty"`
	DID         string       `json:"did,omitempty"`
	Action      string       `json:"action,omitempty"`
	Actor       string       `json:"actor,omitempty"`
	Epoch       int64        `json:"epoch,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	DeviceID    string       `json:"deviceId,omitempty"`
	CipherSuite string       `json:"cipherSuite,omitempty"`
	Available   int64        `json:"available,omitempty"`
	Seq         int64        `json:"seq,omitempty"`
	Muted       bool         `json:"muted,omitempty"`
	Archived    bool         `json:"archived,omitempty"`
	Role        string       `json:"role,omitempty"`
	LockStatus  string       `json:"lockStatus,omitempty"`
	JoinedSeq   int64        `json:"joinedSeq,omitempty"`
	LastSeq     int64        `json:"lastSeq,omitempty"`
	At          string       `json:"at,omitempty"`
	Version     int64        `json:"version,omitempty"`
	KeyEpoch    int64        `json:"keyEpoch,omitempty"`
	Pending     int64        `json:"pending,omitempty"`
	Status      string       `json:"status,omitempty"`
	// Policy is the new policy of a conversation.
	Policy *gen.ConvoPolicy `json:"policy,omitempty"`
}

// JSON returns the stored form.
func (b Body) JSON() string {
	j, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings and numbers can always be encoded
	}
	return string(j)
}

// actor returns the account that caused the event, nil if the service did or the
// account that the event is about.
func (b *Body) actor() *string {
	if b.Actor == "" {
		return nil
	}
	return &b.Actor
}
