package httpd

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/internal/redact"
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
//
// Polls of the health pages have a line each minute, and when the status changes.
func observe(log *slog.Logger, m *Metrics) echo.MiddlewareFunc {
	polls := &pollSampler{now: time.Now}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			m.inFlight.Inc()
			defer m.inFlight.Dec()
			body := &countedBody{ReadCloser: c.Request().Body}
			if body.ReadCloser != nil && body.ReadCloser != http.NoBody {
				c.Request().Body = body
			}
			id := requestID()
			c.Response().Header().Set("X-Request-Id", id)
			o := &outcome{nsid: routeName(c.Path())}
			finished := false
			defer func() {
				if !finished { // the handler panicked with http.ErrAbortHandler
					o.errName = errAborted
				}
				o.status, o.out, o.in, o.took = c.Response().Status, c.Response().Size, body.n, time.Since(start)
				m.record(o)
				if skipped, ok := polls.sample(o); ok {
					o.log(c.Request().Context(), log, id, skipped)
				}
			}()
			if err := next(c); err != nil {
				e := storageFull(toXRPC(err), methodOf(c.Path()))
				o.errName, o.cause = e.Name, e.Cause
				c.Error(e)
			}
			finished = true
			return nil
		}
	}
}

// requestID returns a random id of 16 hexadecimal digits.
func requestID() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], rand.Uint64())
	return hex.EncodeToString(b[:])
}

func (o *outcome) log(ctx context.Context, log *slog.Logger, id string, skipped int) {
	attrs := []slog.Attr{
		slog.String("nsid", o.nsid), slog.Int("status", o.status), slog.String("error", o.errName),
		slog.Float64("duration_ms", float64(o.took.Microseconds())/1000),
		slog.Int64("bytes_in", o.in), slog.Int64("bytes_out", o.out), slog.String("request_id", id),
	}
	if skipped > 0 {
		attrs = append(attrs, slog.Int("skipped", skipped))
	}
	level := slog.LevelInfo
	if isPoll(o.nsid) {
		level = slog.LevelInfo // the cause is logged by the monitor
	} else if o.status >= http.StatusInternalServerError && o.status != http.StatusNotImplemented {
		level = slog.LevelError
		if o.cause != nil {
			attrs = append(attrs, slog.String("cause", redact.Error(o.cause)))
		}
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}

// Redact is a slog.HandlerOptions.ReplaceAttr that removes identifiers from the
// text of logged errors.
func Redact(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindAny { // Value.Any would allocate for other kinds
		return a
	}
	if err, ok := a.Value.Any().(error); ok {
		a.Value = slog.StringValue(redact.Error(err))
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
