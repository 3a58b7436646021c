package follows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxAnswer bounds an answer of the AppView, in bytes. One of 30 relationships with the
// longest record keys has about 100,000.
const MaxAnswer = 256 << 10

const (
	nsid             = "app.bsky.graph.getRelationships"
	relationshipType = "app.bsky.graph.defs#relationship"
	notFoundType     = "app.bsky.graph.defs#notFoundActor"
	// actorNotFound is the error of the lexicon for an account that the AppView does
	// not know: it has no relationships.
	actorNotFound = "ActorNotFound"
)

// fetchError says why a call has no answer.
type fetchError struct {
	outcome    string
	retryAfter time.Duration
	reason     error
}

func (e *fetchError) Error() string {
	return "the AppView's answer to " + nsid + ": " + e.reason.Error()
}

func (e *fetchError) Unwrap() error { return e.reason }

// fetch asks the AppView for the relationships of an account. The error is a
// *fetchError.
func (a *AppView) fetch(ctx context.Context, account string, pairs []pair) (map[pairKey]flags, error) {
	query := url.Values{"actor": {account}}
	for _, p := range pairs {
		query.Add("others", p.other)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/xrpc/"+nsid+"?"+query.Encode(), nil)
	if err != nil {
		return nil, &fetchError{outcome: failed, reason: err}
	}
	req.Header.Set("User-Agent", "mlsd")
	began := a.now()
	res, err := a.client.Do(req)
	if err != nil {
		return nil, &fetchError{outcome: failed, reason: err}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	a.metrics.seconds.Observe(a.now().Sub(began).Seconds())
	switch {
	case err != nil:
		return nil, &fetchError{outcome: failed, reason: err}
	case res.StatusCode == http.StatusBadRequest:
		return badRequest(body, pairs)
	case res.StatusCode != http.StatusOK:
		return nil, &fetchError{outcome: failed, retryAfter: retryAfter(res.Header), reason: fmt.Errorf("has status %d", res.StatusCode)}
	}
	learned, err := parse(body, account, pairs)
	if err != nil {
		return nil, &fetchError{outcome: wrong, reason: err}
	}
	return learned, nil
}

// Probe asks an AppView once, for the operator.
func Probe(ctx context.Context, client *http.Client, url, account string) error {
	a := &AppView{url: url, client: client, now: time.Now, metrics: newMetrics(nil)}
	_, err := a.fetch(ctx, account, []pair{a.newPair(account, "did:web:example.org")})
	return err
}

// badRequest returns that an account which does not exist has no relationships.
func badRequest(body []byte, pairs []pair) (map[pairKey]flags, error) {
	var envelope struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Error != actorNotFound {
		return nil, &fetchError{outcome: refused, reason: errors.New("has status 400")}
	}
	learned := make(map[pairKey]flags, len(pairs))
	for _, p := range pairs {
		learned[p.key] = 0
	}
	return learned, nil
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// answer is the output of the lexicon.
type answer struct {
	Actor         *string `json:"actor"`
	Relationships []struct {
		Type string `json:"$type"`
		// DID is set in a relationship, Actor in a notFoundActor.
		DID   string `json:"did"`
		Actor string `json:"actor"`

		Following      string `json:"following"`
		FollowedBy     string `json:"followedBy"`
		Blocking       string `json:"blocking"`
		BlockedBy      string `json:"blockedBy"`
		BlockingByList string `json:"blockingByList"`
		BlockedByList  string `json:"blockedByList"`
	} `json:"relationships"`
}

// parse requires an answer about this account and each of the others, and nobody else.
// A follow must be a record of the account that follows, since it gives rights.
func parse(body []byte, account string, pairs []pair) (map[pairKey]flags, error) {
	var out answer
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, fmt.Errorf("is not of the lexicon: %w", err)
	}
	if out.Actor != nil && *out.Actor != account {
		return nil, errors.New("is about another account")
	}
	asked := make(map[string]pair, len(pairs))
	for _, p := range pairs {
		asked[p.other] = p
	}
	learned := make(map[pairKey]flags, len(pairs))
	for _, r := range out.Relationships {
		var found Relationship
		did := r.DID
		switch r.Type {
		case notFoundType:
			did = r.Actor
		case relationshipType:
			if !recordOf(r.Following, account) || !recordOf(r.FollowedBy, did) {
				return nil, errors.New("names a follow that is no record of the account that follows")
			}
			found = Relationship{
				Follows: r.Following != "", FollowedBy: r.FollowedBy != "",
				Blocks: r.Blocking != "" || r.BlockedBy != "" || r.BlockingByList != "" || r.BlockedByList != "",
			}
		default:
			return nil, fmt.Errorf("has an entry that is neither a relationship nor a notFoundActor")
		}
		p, ok := asked[did]
		if !ok {
			return nil, errors.New("names an account that was not asked for, or one twice")
		}
		delete(asked, did)
		learned[p.key] = p.flags(found)
	}
	if len(asked) > 0 {
		return nil, fmt.Errorf("lacks %d of %d accounts", len(asked), len(pairs))
	}
	return learned, nil
}

// recordOf reports whether a URI is absent, or that of a record of an account.
func recordOf(uri, did string) bool { return uri == "" || strings.HasPrefix(uri, "at://"+did+"/") }
