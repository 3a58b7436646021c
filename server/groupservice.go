package server

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
)

// groupService has the methods of handshakes.
type groupService struct {
	*convo.Base
	claims *keypackages.Claims
}

func newGroup(b *convo.Base, claims *keypackages.Claims) *groupService {
	return &groupService{Base: b, claims: claims}
}
