package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/xrpc"
)

// notProvoked has the declared errors that no test can cause, as method/error,
// and the reason.
var notProvoked = map[string]string{
	"getMessages/NotMember": "a former member may still read the windows of its memberships, so it is never refused",
	"getCommits/NotMember":  "as getMessages",
	"getBlob/NotMember":     "as getMessages",
}

// statuses are the statuses of error names; other declared errors have 400. The
// table is independent of the generator's.
var statuses = map[string]int{
	"NotMember": 403, "NotAllowed": 403, "FollowRequired": 403, "ApprovalRequired": 403,
	"ConvoNotFound": 404, "WelcomeNotFound": 404, "BlobNotFound": 404, "InvalidCode": 404, "LinkNotFound": 404, "JoinRequestNotFound": 404, "GroupInfoUnavailable": 404,
	"AlreadyMember": 409, "KeyPackageNotFound": 409, "EpochMismatch": 409, "InfoVersionMismatch": 409, "ConvoExists": 409, "IdempotencyConflict": 409,
	"InvalidTicket":   401,
	"WelcomeExpired":  410,
	"MessageTooLarge": 413, "BlobTooLarge": 413,
	"StorageFull": 503,
}

// protocol has the errors that any method may return, and with which statuses
// (https://atproto.com/specs/xrpc, @atproto/xrpc-server). InternalServerError
// is not among them: no test may cause one.
var protocol = map[string][]int{
	"InvalidRequest":       {400, 405, 408, 415, 416, 426},
	"PayloadTooLarge":      {413},
	"ConvoLocked":          {403},
	"RateLimitExceeded":    {429},
	"MethodNotImplemented": {501},
	"UpstreamFailure":      {502},
	"ServiceUnavailable":   {503},

	"AuthenticationRequired": {401}, "BadJwt": {401}, "BadJwtType": {401}, "BadJwtAudience": {401}, "BadJwtLexiconMethod": {401},
	"BadJwtIss": {401}, "UntrustedIss": {401}, "BadJwtSignature": {401}, "JwtExpired": {401}, "JwtReplayed": {401},
}

// recorder checks answers against the lexicons and remembers which occurred.
type recorder struct {
	mu sync.Mutex
	// answers has "" for a success, otherwise the name of the error, by method.
	answers map[string]map[string]bool
}

func newRecorder() *recorder { return &recorder{answers: map[string]map[string]bool{}} }

func (r *recorder) note(m *xrpc.Method, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers[m.NSID] == nil {
		r.answers[m.NSID] = map[string]bool{}
	}
	r.answers[m.NSID][name] = true
}

// check fails the test if the lexicon and the protocol do not allow an answer
// of a method.
func (r *recorder) check(t testing.TB, m *xrpc.Method, a answer) {
	t.Helper()
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control is %q", m.NSID, got)
	}
	if a.status == http.StatusOK || a.status == http.StatusPartialContent {
		r.success(t, m, a)
		return
	}
	e, err := envelope(a)
	if err == nil && (a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable) {
		if !strings.HasSuffix(e.Message, ": try again in "+a.header.Get("Retry-After")+" s") {
			t.Errorf("%s: the message %q does not end with its Retry-After, %q", m.NSID, e.Message, a.header.Get("Retry-After"))
		}
	}
	if err != nil {
		t.Errorf("%s: %v", m.NSID, err)
		return
	}
	if err := allowed(m, e.Error, a.status); err != nil {
		t.Errorf("%s: %v (%s)", m.NSID, err, e.Message)
	}
	r.note(m, e.Error)
}

func (r *recorder) success(t testing.TB, m *xrpc.Method, a answer) {
	t.Helper()
	r.note(m, "")
	if m.OutputEncoding != "application/json" {
		return
	}
	if got := a.header.Get("Content-Type"); got != "application/json" || a.status != http.StatusOK {
		t.Errorf("%s: a success of status %d, Content-Type %q", m.NSID, a.status, got)
	}
	if err := contract.Output(m.NSID, a.body); err != nil {
		t.Errorf("the answer does not conform to its lexicon: %v\n%s", err, a.short())
	}
	for _, path := range undeclared(m.NSID, a.body) {
		t.Errorf("%s: the answer has %s, which its lexicon does not declare", m.NSID, path)
	}
	// The errors of publishKeyPackages for single key packages count too.
	var batch struct {
		Errors []struct{ Error, Message string }
	}
	if json.Unmarshal(a.body, &batch) == nil {
		for _, e := range batch.Errors {
			if err := allowed(m, e.Error, statusOf(e.Error)); err != nil {
				t.Errorf("%s: an item's error: %v", m.NSID, err)
			}
			r.note(m, e.Error)
		}
	}
}

// event checks an event of a stream against its lexicon. An event counts as
// success of the method.
func (r *recorder) event(t testing.TB, m *xrpc.Method, data []byte) {
	t.Helper()
	r.note(m, "")
	conforms := contract.Output
	if m.Kind == xrpc.Subscription {
		conforms = contract.Message
	}
	if err := conforms(m.NSID, data); err != nil {
		t.Errorf("an event does not conform to its lexicon: %v\n%.300s", err, data)
	}
	for _, path := range undeclared(m.NSID, data) {
		t.Errorf("%s: an event has %s, which its lexicon does not declare", m.NSID, path)
	}
}

// broke fails the test if a stream may not end with this error.
func (r *recorder) broke(t testing.TB, m *xrpc.Method, f failure) {
	t.Helper()
	if f.Message == "" || !contract.Declared(m.NSID, f.Error) && protocol[f.Error] == nil {
		t.Errorf("%s: the stream ended with %+v", m.NSID, f)
	}
	r.note(m, f.Error)
}

func statusOf(name string) int {
	if s, ok := statuses[name]; ok {
		return s
	}
	return http.StatusBadRequest
}

// allowed returns an error if a method may not return this name with this
// status.
func allowed(m *xrpc.Method, name string, status int) error {
	if contract.Declared(m.NSID, name) {
		if want := statusOf(name); status != want {
			return fmt.Errorf("%s has status %d, want %d", name, status, want)
		}
		return nil
	}
	if !slices.Contains(protocol[name], status) {
		return fmt.Errorf("%d %s is neither declared by the lexicon nor known to the protocol", status, name)
	}
	return nil
}

type failure struct{ Error, Message string }

// envelope decodes an error response, which must have a name, a message and
// nothing else.
func envelope(a answer) (failure, error) {
	var fields map[string]string
	if err := json.Unmarshal(a.body, &fields); err != nil {
		return failure{}, fmt.Errorf("status %d without an error envelope: %w: %s", a.status, err, a.short())
	}
	e := failure{fields["error"], fields["message"]}
	if len(fields) != 2 || e.Error == "" || e.Message == "" {
		return e, fmt.Errorf("the error envelope is %s", a.short())
	}
	if got := a.header.Get("Content-Type"); got != "application/json" {
		return e, fmt.Errorf("the error envelope is of type %q", got)
	}
	return e, nil
}

// missing lists declared errors that never occurred.
func (r *recorder) missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	left := map[string]bool{}
	for key := range notProvoked {
		left[key] = true
	}
	for _, nsid := range lexicons.NSIDs() {
		l := readLexicon(nsid)
		if !l.isMethod() {
			continue
		}
		if !r.answers[nsid][""] {
			out = append(out, nsid+" never succeeded")
		}
		for _, e := range l.main().Errors {
			key := strings.TrimPrefix(nsid, namespace) + "/" + e.Name
			delete(left, key)
			switch _, excused := notProvoked[key]; {
			case r.answers[nsid][e.Name] && excused:
				out = append(out, key+" is listed as not provoked, but was seen")
			case !r.answers[nsid][e.Name] && !excused:
				out = append(out, key+" was not provoked by any test")
			}
		}
	}
	for key := range left {
		out = append(out, key+" is listed as not provoked, but no lexicon declares it")
	}
	return out
}
