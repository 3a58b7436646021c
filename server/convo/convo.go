package convo

import (
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// convoNotFound is the answer to a stranger: the same, to the byte, whether
// the conversation exists or not.
func NotFound() *xrpc.Error {
	return gen.Errorf(gen.ErrConvoNotFound, "no such conversation")
}

// notMember is the answer to who was a member once, where membership is
// needed now.
func NotMember() *xrpc.Error {
	return gen.Errorf(gen.ErrNotMember, "no longer a member of this conversation")
}
