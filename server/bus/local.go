package bus

import "context"

// Local is a Bus for a single instance.
type Local struct{ to Receiver }

// NewLocal makes a Bus for the receiver to.
func NewLocal(to Receiver) *Local { return &Local{to: to} }

// Notify implements Bus.
func (l *Local) Notify(string) { l.to.Notify() }

// Signal implements Bus.
func (l *Local) Signal(ctx context.Context, s Signal) error { return l.to.Signal(ctx, s) }

// Forget implements Bus. There are no other instances to notify.
func (l *Local) Forget(KeyID) {}

// AccountsChanged implements Bus. There are no other instances to tell.
func (l *Local) AccountsChanged() {}

// Close implements Bus.
func (l *Local) Close() error { return nil }
