package keypackages

import "catbird.blue/mls/server/convo"

// Service implements the methods of key packages and devices.
type Service struct {
	*convo.Base
	claims *Claims
}

// New returns a Service that counts claims with claims.
func New(b *convo.Base, claims *Claims) *Service {
	return &Service{Base: b, claims: claims}
}
