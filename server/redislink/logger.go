package redislink

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// clientLogger makes the lines of go-redis lines of the service's log. Failures
// that matter are logged by those who met them, so these are details.
type clientLogger struct{ log *slog.Logger }

// Printf implements the logger of go-redis.
func (l clientLogger) Printf(ctx context.Context, format string, args ...any) {
	if !l.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	// As an error, so that identifiers and addresses are left out.
	l.log.DebugContext(ctx, "Redis client", "cause", fmt.Errorf(format, args...))
}

// UseLogger makes all clients of the process log to log, in place of standard
// error.
func UseLogger(log *slog.Logger) { redis.SetLogger(clientLogger{log}) }
