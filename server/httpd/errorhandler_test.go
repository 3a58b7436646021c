package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/redact"
	"catbird.blue/mls/xrpc"
)

func TestErrorsAndTheirAnswers(t *testing.T) {
	pg := func(code string) error {
		return fmt.Errorf("insert: %w", &pgconn.PgError{Code: code, Message: "secret"})
	}
	for _, tc := range []struct {
		name   string
		err    error
		status int
		error  string
	}{
		{"a lexicon's", xrpc.Errorf(404, "ConvoNotFound", "no such conversation"), 404, "ConvoNotFound"},
		{"a wrapped one", fmt.Errorf("secret: %w", xrpc.Errorf(409, "EpochMismatch", "x")), 409, "EpochMismatch"},
		{"echo's 404", echo.ErrNotFound, 404, xrpc.NotFound},
		{"echo's 405", echo.ErrMethodNotAllowed, 405, xrpc.InvalidRequest},
		{"echo's 413", echo.ErrStatusRequestEntityTooLarge, 413, xrpc.PayloadTooLarge},
		{"echo's 401", echo.ErrUnauthorized, 401, xrpc.AuthenticationRequired},
		{"echo's 429", echo.ErrTooManyRequests, 429, xrpc.RateLimitExceeded},
		{"echo's 503", echo.ErrServiceUnavailable, 503, xrpc.ServiceUnavailable},
		{"echo's 500", echo.NewHTTPError(500, "secret"), 500, xrpc.InternalServerError},
		{"echo's 400", echo.NewHTTPError(400, "secret"), 400, xrpc.InvalidRequest},
		{"any other", errors.New("secret"), 500, xrpc.InternalServerError},
		{"a constraint nobody knows", pg("23505"), 500, xrpc.InternalServerError},
		{"no rows", pgx.ErrNoRows, 500, xrpc.InternalServerError},
		{"a standby", pg("25006"), 503, xrpc.ServiceUnavailable},
		{"shutdown", pg("57P01"), 503, xrpc.ServiceUnavailable},
		{"connection exception", pg("08006"), 503, xrpc.ServiceUnavailable},
		{"lock timeout", pg("55P03"), 503, xrpc.ServiceUnavailable},
		{"statement timeout", pg("57014"), 503, xrpc.ServiceUnavailable},
		{"serialization failure", pg("40001"), 503, xrpc.ServiceUnavailable},
		{"deadlock", pg("40P01"), 503, xrpc.ServiceUnavailable},
		{"a full disk", pg("53100"), 503, xrpc.ServiceUnavailable},
		{"no memory", pg("53200"), 503, xrpc.ServiceUnavailable},
		{"no connection left", pg("53300"), 503, xrpc.ServiceUnavailable},
		{"a broken disk", pg("58030"), 503, xrpc.ServiceUnavailable},
		{"connection reset", fmt.Errorf("q: %w", &net.OpError{Op: "read", Err: io.EOF}), 503, xrpc.ServiceUnavailable},
		{"connection closed midway", fmt.Errorf("q: %w", io.ErrUnexpectedEOF), 503, xrpc.ServiceUnavailable},
		{"time ran out", context.DeadlineExceeded, 503, xrpc.ServiceUnavailable},
		{"as the routes wrap it", xrpc.AsError(pg("57P01")), 503, xrpc.ServiceUnavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), rec)
			handleError(tc.err, c)
			if rec.Code != tc.status || !strings.Contains(rec.Body.String(), `{"error":"`+tc.error+`","message":"`) {
				t.Errorf("answer is %d %s", rec.Code, rec.Body)
			}
			if strings.Contains(rec.Body.String(), "secret") {
				t.Errorf("the answer tells too much: %s", rec.Body)
			}
			if retry := rec.Header().Get("Retry-After"); (tc.status == http.StatusTooManyRequests || tc.status == http.StatusServiceUnavailable) != (retry != "") {
				t.Errorf("Retry-After is %q", retry)
			}
		})
	}
}

// TestFullDisk: a full disk of the database is StorageFull for the methods that
// declare it, with a time to come back.
func TestFullDisk(t *testing.T) {
	cause := fmt.Errorf("insert: %w", &pgconn.PgError{Code: "53100"})
	for nsid, want := range map[string]string{
		gen.NSIDSendMessage: "StorageFull", gen.NSIDLeaveConvo: xrpc.ServiceUnavailable, gen.NSIDGetConvos: xrpc.ServiceUnavailable, "none": xrpc.ServiceUnavailable,
	} {
		e := storageFull(toXRPC(xrpc.AsError(cause)), methodOf("/xrpc/"+nsid))
		if e.Status != 503 || e.Name != want || e.RetryAfter != fullRetry || !errors.Is(e, cause) {
			t.Errorf("%s: %+v", nsid, e)
		}
	}
	if e := storageFull(toXRPC(xrpc.AsError(errors.New("other"))), methodOf("/xrpc/"+gen.NSIDSendMessage)); e.Name != xrpc.InternalServerError {
		t.Errorf("another error: %+v", e)
	}
}

func TestRetryAfterRoundsUp(t *testing.T) {
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), rec)
	handleError(&xrpc.Error{Status: 429, Name: xrpc.RateLimitExceeded, Message: "slowly", RetryAfter: 1500 * time.Millisecond}, c)
	if got := rec.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After is %q", got)
	}
}

func TestErrorBehindAnAnswerIsNotWritten(t *testing.T) {
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), rec)
	if err := c.String(http.StatusOK, "half"); err != nil {
		t.Fatal(err)
	}
	handleError(errors.New("late"), c)
	if rec.Code != 200 || rec.Body.String() != "half" {
		t.Errorf("answer is %d %s", rec.Code, rec.Body)
	}
}

func TestDescribeLeavesIdentifiersOut(t *testing.T) {
	for in, want := range map[string]string{
		"reading did:plc:ewvi7nxzyoun6zhxrhs64oiz: gone":                   "reading [redacted] gone",
		"member did:web:alice.example, left":                               "member [redacted], left",
		"no leaf did:plc:abc#device1":                                      "no leaf [redacted]",
		"convo 0123456789abcdef0123456789abcdef closed":                    "convo [redacted] closed",
		`duplicate key (convo_id)=(\xaba313534dc90d88)`:                    `duplicate key (convo_id)=([redacted])`,
		`invalid input syntax for type bigint: "hunter2"`:                  `invalid input syntax for type bigint: [redacted]`,
		"token eyJhbGciOiJFUzI1NksifQ.eyJpc3MiOiJkaWQ6cGxjIn0.sig refused": "token [redacted] refused",
		"dial tcp 192.0.2.7:5432: refused":                                 "dial tcp [redacted]: refused",
		"dial tcp [2001:db8::1]:443: refused":                              "dial tcp [redacted]: refused",
		`Get "https://pds.example/x": EOF`:                                 "Get [redacted]: EOF",
		"fetch https://pds.example/xrpc/a?did=b failed":                    "fetch [redacted] failed",
		"blob bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku": "blob [redacted]",
		`invalid value \xab12 for convo_id`:                                "invalid value [redacted] for convo_id",
		"context deadline exceeded":                                        "context deadline exceeded",
	} {
		if got := redact.Error(errors.New(in)); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	pg := &pgconn.PgError{Severity: "ERROR", Code: "23505", Message: `duplicate key value violates unique constraint "messages_pkey"`,
		Detail: "Key (convo_id)=(0123) already exists.", TableName: "messages", ConstraintName: "messages_pkey"}
	got := redact.Error(fmt.Errorf("insert: %w", pg))
	if !strings.Contains(got, "23505") || !strings.Contains(got, `constraint "messages_pkey"`) || strings.Contains(got, "0123") {
		t.Errorf("an error of the database becomes %q", got)
	}
}
