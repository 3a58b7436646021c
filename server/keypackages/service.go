package keypackages

import (
	"catbird.blue/mls/server/convo"
)

// keyPackagesService has the methods of key packages and devices.
type Service struct {
	*convo.Base
	claims *Claims
}

func New(b *convo.Base, claims *Claims) *Service {
	return &Service{Base: b, claims: claims}
}
