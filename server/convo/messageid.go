package convo

import (
	"fmt"

	"github.com/google/uuid"

	"catbird.blue/mls/xrpc"
)

// NewMessageID makes the id of a message whose sender gave none: a UUID of version
// 7 (RFC 9562).
func NewMessageID() (xrpc.MessageID, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make message id: %w", err)
	}
	return xrpc.MessageID(u.String()), nil
}
