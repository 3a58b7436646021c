package server

import (
	"strings"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// parseConvoID reads a conversation id, which is the MLS group id in
// hexadecimal, and gives its one stored form: lower case. The lexicons bound
// its length; path names the field in the error.
func parseConvoID(path, s string) (string, error) {
	if len(s)%2 != 0 {
		return "", xrpc.Invalid(path, "a conversation id is hexadecimal of even length, this has %d digits", len(s))
	}
	id := strings.ToLower(s)
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", xrpc.Invalid(path, "a conversation id is hexadecimal, this has %q at %d", s[i], i)
		}
	}
	return id, nil
}

// convoNotFound is the answer to a stranger: the same, to the byte, whether
// the conversation exists or not.
func convoNotFound() *xrpc.Error {
	return gen.Errorf(gen.ErrConvoNotFound, "no such conversation")
}

// notMember is the answer to who was a member once, where membership is
// needed now.
func notMember() *xrpc.Error {
	return gen.Errorf(gen.ErrNotMember, "no longer a member of this conversation")
}
