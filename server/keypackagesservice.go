package server

import (
	"catbird.blue/mls/server/convo"
)

// keyPackagesService has the methods of key packages and devices.
type keyPackagesService struct {
	*convo.Base
	claims *packageClaims
}

func newKeyPackages(b *convo.Base, claims *packageClaims) *keyPackagesService {
	return &keyPackagesService{Base: b, claims: claims}
}
