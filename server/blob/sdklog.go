package blob

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	"gocloud.dev/blob"
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

// useLogger replaces the logger of the client of an S3 bucket, which writes to
// standard error. The opener of gocloud.dev makes the client from the URL and
// takes no logger.
func useLogger(bucket *blob.Bucket, log *slog.Logger) {
	var client *s3.Client
	if bucket.As(&client) {
		*client = *s3.New(client.Options(), func(o *s3.Options) { o.Logger = sdkLogger{log} })
	}
}
