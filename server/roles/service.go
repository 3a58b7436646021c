package roles

import "catbird.blue/mls/server/convo"

// Service has the methods of the API that change roles, policies and locks.
type Service struct{ *convo.Base }

// New makes the service.
func New(b *convo.Base) *Service { return &Service{b} }
