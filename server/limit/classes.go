package limit

import "catbird.blue/mls/xrpc"

// Class is a group of methods that share a rate: calls of one class by one
// account are taken from one bucket.
type Class uint8

const (
	// ClassRead: queries that read the caller's own conversations.
	ClassRead Class = iota
	// ClassSend: application messages, ephemeral signals, read positions.
	ClassSend
	// ClassChange: calls that change a group or ask other members to: commits,
	// proposals, joining, leaving, GroupInfo.
	ClassChange
	// ClassPublish: publishing key packages, changes to devices, confirming
	// Welcomes.
	ClassPublish
	// ClassClaim: leasing key packages of other accounts.
	ClassClaim
	// ClassUpload and ClassDownload: attachments.
	ClassUpload
	ClassDownload
	// ClassStream: opening streams and requesting tickets.
	ClassStream
	// ClassPublic: methods without a token. They are limited by source address,
	// and their answers come from a cache.
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

// ClassOf returns the class of a method. A procedure that is not in the table
// is in ClassChange.
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

// ConvoRow is the rate of a class for one conversation; nil if it has none.
func ConvoRow(c Class) *Row { return convoRates[c] }
