package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
)

// outcome is everything that the log and the metrics learn of a request.
type outcome struct {
	nsid, errName string
	status        int
	took          time.Duration
	in, out       int64
	// cause is the internal error behind an answer of 500 and above.
	cause error
}

// observe logs one line for each request and counts it. The line has the fields
// of outcome and a random request id; it has no DID, conversation id, token,
// address, path or error message.
func observe(log *slog.Logger, m *Metrics) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			m.inFlight.Inc()
			defer m.inFlight.Dec()
			body := &countedBody{ReadCloser: c.Request().Body}
			if body.ReadCloser != nil && body.ReadCloser != http.NoBody {
				c.Request().Body = body
			}
			id := fmt.Sprintf("%016x", rand.Uint64())
			c.Response().Header().Set("X-Request-Id", id)
			o := &outcome{nsid: routeName(c.Path())}
			finished := false
			defer func() {
				if !finished { // the handler panicked with http.ErrAbortHandler
					o.errName = errAborted
				}
				o.status, o.out, o.in, o.took = c.Response().Status, c.Response().Size, body.n, time.Since(start)
				m.record(o)
				o.log(c.Request().Context(), log, id)
			}()
			if err := next(c); err != nil {
				e := toXRPC(err)
				o.errName, o.cause = e.Name, e.Cause
				c.Error(e)
			}
			finished = true
			return nil
		}
	}
}

func (o *outcome) log(ctx context.Context, log *slog.Logger, id string) {
	attrs := []slog.Attr{
		slog.String("nsid", o.nsid), slog.Int("status", o.status), slog.String("error", o.errName),
		slog.Float64("duration_ms", float64(o.took.Microseconds())/1000),
		slog.Int64("bytes_in", o.in), slog.Int64("bytes_out", o.out), slog.String("request_id", id),
	}
	level := slog.LevelInfo
	if o.status >= http.StatusInternalServerError && o.status != http.StatusNotImplemented {
		level = slog.LevelError
		if o.cause != nil {
			attrs = append(attrs, slog.String("cause", describe(o.cause)))
		}
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}

// identifiers matches DIDs, conversation and message ids, tokens and addresses
// in the text of errors, and whatever stands between quotes, which is usually a
// value.
var identifiers = regexp.MustCompile(`did:[a-z0-9]+:[^\s"'` + "`" + `,;)\]}]+` +
	`|"(?:[^"\\]|\\.)*"|'[^']*'` +
	`|eyJ[\w-]+(?:\.[\w-]+)*` +
	`|\\x[0-9a-fA-F]+` + // bytea, as PostgreSQL writes it
	`|\b[0-9a-fA-F]{16,}\b` +
	`|\b[\w+/-]{40,}={0,2}` +
	`|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?` +
	`|\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?(?::\d+)?` +
	`|[\w.+-]+://\S+`)

// describe gives the text of an error without identifiers. For an error of
// PostgreSQL it adds the SQLSTATE, table, column and constraint.
func describe(err error) string {
	text := identifiers.ReplaceAllString(err.Error(), "[redacted]")
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		text += fmt.Sprintf(" (SQLSTATE %s, table %q, column %q, constraint %q)", pg.Code, pg.TableName, pg.ColumnName, pg.ConstraintName)
	}
	return text
}

// Redact is a slog.HandlerOptions.ReplaceAttr that removes identifiers from the
// text of logged errors.
func Redact(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindAny { // Value.Any would allocate for other kinds
		return a
	}
	if err, ok := a.Value.Any().(error); ok {
		a.Value = slog.StringValue(describe(err))
	}
	return a
}

// countedBody counts the bytes read from a request's body.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}
