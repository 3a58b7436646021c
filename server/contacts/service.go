package contacts

import "catbird.blue/mls/server/convo"

// Service implements the methods about other accounts.
type Service struct{ *convo.Base }

// New returns a Service.
func New(b *convo.Base) *Service { return &Service{Base: b} }
