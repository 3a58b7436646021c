package group

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/links"
)

// Service has the methods of the API that create, change and read the groups of
// conversations.
type Service struct {
	*convo.Base
	// claims counts the key packages that a Welcome spends without a lease.
	claims *keypackages.Claims
	// links decides who may join by a link.
	links *links.Access
}

// New makes the service. claims is shared with server/keypackages, which gives
// the leases, and access with server/links.
func New(b *convo.Base, claims *keypackages.Claims, access *links.Access) *Service {
	return &Service{Base: b, claims: claims, links: access}
}
