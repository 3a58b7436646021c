package group

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
)

// Service has the methods of the API that create, change and read the groups of
// conversations.
type Service struct {
	*convo.Base
	// claims counts the key packages that a Welcome spends without a lease.
	claims *keypackages.Claims
}

// New makes the service. claims is shared with server/keypackages, which gives
// the leases.
func New(b *convo.Base, claims *keypackages.Claims) *Service {
	return &Service{Base: b, claims: claims}
}
