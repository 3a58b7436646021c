package blob

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/smithy-go/logging"
)

// sdkLogger makes the lines of the AWS SDK lines of the service's log.
type sdkLogger struct{ log *slog.Logger }

// Logf implements logging.Logger. The SDK has two levels.
func (l sdkLogger) Logf(c logging.Classification, format string, args ...any) {
	level := slog.LevelDebug
	if c == logging.Warn {
		level = slog.LevelWarn
	}
	// As an error, so that identifiers and addresses are left out.
	l.log.Log(context.Background(), level, "S3 client", "cause", fmt.Errorf("%s", strings.TrimSpace(fmt.Sprintf(format, args...))))
}
