package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"catbird.blue/mls/server/auth"
)

const (
	createReport = "com.atproto.moderation.createReport"
	// LabelerFragment is the id of a moderation service in its DID document.
	LabelerFragment = "#atproto_labeler"
)

// Labeler is a moderation service of the AT Protocol.
type Labeler struct {
	// DID is its DID, ServiceDID that of this service, which signs with Key.
	DID, ServiceDID string
	Key             func() *auth.Key
	// Endpoint returns the origin of the service with a fragment in a DID document.
	Endpoint func(ctx context.Context, did, fragment string) (string, error)
	// Client sends the notices. Its URL is that of a DID document, so it must be safe
	// against hostile hosts (auth.NewGuardedClient).
	Client *http.Client
	Now    func() time.Time
}

var _ Recipient = (*Labeler)(nil)

// Send implements Recipient by com.atproto.moderation.createReport.
func (l *Labeler) Send(ctx context.Context, n Notice) (int64, error) {
	endpoint, err := l.Endpoint(ctx, l.DID, LabelerFragment)
	if err != nil {
		return 0, fmt.Errorf("find the moderation service: %w", err)
	}
	body, err := json.Marshal(map[string]any{
		"reasonType": n.ReasonType,
		"reason":     fmt.Sprintf("Report %d at %s", n.Number, l.ServiceDID),
		"subject":    map[string]string{"$type": "com.atproto.admin.defs#repoRef", "did": n.Account},
	})
	if err != nil {
		return 0, fmt.Errorf("encode the notice: %w", err)
	}
	token, err := l.Key().ServiceToken(l.ServiceDID, l.DID, createReport, l.Now())
	if err != nil {
		return 0, err //nolint:wrapcheck // says what failed
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/xrpc/"+createReport, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("address the moderation service: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("User-Agent", "mlsd")
	res, err := l.Client.Do(req)
	if err != nil {
		return 0, errNoAnswer // the error may have the URL
	}
	defer func() { _ = res.Body.Close() }()
	return readAnswer(res)
}

var errNoAnswer = errors.New("the moderation service does not answer")

// readAnswer returns the number of the report at the moderation service. What a 200
// says beyond that is not looked at: the report was accepted.
func readAnswer(res *http.Response) (int64, error) {
	raw, err := io.ReadAll(res.Body)
	var answer struct {
		ID    int64  `json:"id"`
		Error string `json:"error"`
	}
	wrong := err != nil || json.Unmarshal(raw, &answer) != nil
	switch {
	case res.StatusCode != http.StatusOK && !wrong && len(answer.Error) <= 64:
		return 0, fmt.Errorf("the moderation service answers %d %q", res.StatusCode, answer.Error)
	case res.StatusCode != http.StatusOK:
		return 0, fmt.Errorf("the moderation service answers %d", res.StatusCode)
	case wrong || answer.ID <= 0:
		return 0, errors.New("the answer of the moderation service has no number of a report")
	}
	return answer.ID, nil
}
