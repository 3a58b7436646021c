package xrpc

import "context"

type rangeKey struct{}

// WithRange notes the Range header of a request, for a handler that gives
// bytes.
func WithRange(ctx context.Context, header string) context.Context {
	if header == "" {
		return ctx
	}
	return context.WithValue(ctx, rangeKey{}, header)
}

// RangeFromContext gives the Range header of the request a Download answers, ""
// where it has none (RFC 9110, section 14.2).
func RangeFromContext(ctx context.Context) string {
	h, _ := ctx.Value(rangeKey{}).(string)
	return h
}
