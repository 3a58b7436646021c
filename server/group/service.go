package group

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
)

// groupService has the methods of handshakes.
type Service struct {
	*convo.Base
	claims *keypackages.Claims
}

func New(b *convo.Base, claims *keypackages.Claims) *Service {
	return &Service{Base: b, claims: claims}
}
