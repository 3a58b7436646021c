package server

import (
	"catbird.blue/mls/server/convo"
)

// groupService has the methods of handshakes.
type groupService struct {
	*convo.Base
	claims *packageClaims
}

func newGroup(b *convo.Base, claims *packageClaims) *groupService {
	return &groupService{Base: b, claims: claims}
}
