package xrpc

import "context"

type rangeKey struct{}

// WithRange stores the Range header of a request in the context, for handlers
// of downloads.
func WithRange(ctx context.Context, header string) context.Context {
	if header == "" {
		return ctx
	}
	return context.WithValue(ctx, rangeKey{}, header)
}

// RangeFromContext returns the Range header of the request (RFC 9110 §14.2), ""
// if it has none.
func RangeFromContext(ctx context.Context) string {
	h, _ := ctx.Value(rangeKey{}).(string)
	return h
}
