package limit

import "catbird.blue/mls/xrpc"

// Class is a group of methods that share a rate: calls of one class by one
// account come out of one bucket.
type Class uint8

const (
	// ClassRead: queries that read the caller's own conversations.
	ClassRead Class = iota
	// ClassSend: application messages, ephemeral signals, read positions.
	ClassSend
	// ClassChange: what changes a group or asks others to: commits,
	// proposals, joins, leaving, GroupInfo.
	ClassChange
	// ClassPublish: key packages, devices, Welcomes confirmed.
	ClassPublish
	// ClassClaim: leasing the key packages of others.
	ClassClaim
	// ClassUpload and ClassDownload: blobs.
	ClassUpload
	ClassDownload
	// ClassStream: opening streams and asking for tickets.
	ClassStream
	// ClassPublic: methods that need no token, by the network of the caller's
	// address. What they answer comes out of a cache.
	ClassPublic
	classes
)

var classNames = [classes]string{
	"read", "send", "change", "publish", "claim", "upload", "download", "stream", "public",
}

func (c Class) String() string { return classNames[c] }

const nsidPrefix = "blue.catbird.mls."

// classOf has the methods whose class does not follow from their kind.
var classOf = map[string]Class{
	nsidPrefix + "sendMessage":           ClassSend,
	nsidPrefix + "sendEphemeral":         ClassSend,
	nsidPrefix + "updateCursor":          ClassSend,
	nsidPrefix + "sync":                  ClassRead,
	nsidPrefix + "publishKeyPackage":     ClassPublish,
	nsidPrefix + "publishKeyPackages":    ClassPublish,
	nsidPrefix + "deleteDevice":          ClassPublish,
	nsidPrefix + "confirmWelcome":        ClassPublish,
	nsidPrefix + "getKeyPackages":        ClassClaim,
	nsidPrefix + "uploadBlob":            ClassUpload,
	nsidPrefix + "getBlob":               ClassDownload,
	nsidPrefix + "streamConvoEvents":     ClassStream,
	nsidPrefix + "getSubscriptionTicket": ClassStream,
}

// ClassOf is the class of a method. A procedure not in the table is a
// ClassChange, the strictest that clients of several groups can live with.
func ClassOf(m *xrpc.Method) Class {
	if c, ok := classOf[m.NSID]; ok {
		return c
	}
	switch {
	case m.Public:
		return ClassPublic
	case m.Kind == xrpc.Subscription:
		return ClassStream
	case m.Kind == xrpc.Procedure:
		return ClassChange
	}
	return ClassRead
}

// AccountRow is the rate of a class for one account.
func AccountRow(c Class) *Row { return accountRates[c] }

// ConvoRow is the rate of a class for one conversation; nil for no bound.
func ConvoRow(c Class) *Row { return convoRates[c] }
