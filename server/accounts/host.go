package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/server/auth"
)

// hostTimeout bounds one question to a PDS.
const hostTimeout = 10 * time.Second

// Host asks the PDS of an account for its status.
type Host struct {
	// Directory finds the PDS of an account.
	Directory Directory
	// Client refuses addresses that are not on the public internet.
	Client *http.Client
}

// Directory is the part of auth.Directory that Host uses.
type Directory interface {
	// Renew forgets what is known of a DID and looks its key up again.
	Renew(ctx context.Context, did string) (atcrypto.PublicKey, error)
	// Endpoint returns the PDS of an account that was looked up.
	Endpoint(did string) (pds string, ok bool)
}

// Status returns the status of an account at its PDS: "" for active, Deleted also
// if the DID is gone or its PDS does not have the account. An error means that
// nothing is known.
func (h Host) Status(ctx context.Context, did string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, hostTimeout)
	defer cancel()
	if _, err := h.Directory.Renew(ctx, did); errors.Is(err, auth.ErrUnknownIdentity) {
		return Deleted, nil
	} else if err != nil {
		return "", err
	}
	pds, ok := h.Directory.Endpoint(did)
	if !ok || pds == "" {
		return "", errors.New("the PDS of the account is not known")
	}
	address := pds + "/xrpc/com.atproto.sync.getRepoStatus?did=" + url.QueryEscape(did)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("ask the PDS: %w", err)
	}
	req.Header.Set("User-Agent", "mlsd")
	res, err := h.Client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask the PDS: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	return readStatus(res, did)
}

// maxStatus bounds the answer of a PDS.
const maxStatus = 16 << 10

// readStatus reads the answer to com.atproto.sync.getRepoStatus.
func readStatus(res *http.Response, did string) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxStatus))
	if err != nil {
		return "", fmt.Errorf("read the answer of the PDS: %w", err)
	}
	var answer struct {
		DID    string `json:"did"`
		Active bool   `json:"active"`
		Status string `json:"status"`
		Error  string `json:"error"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", fmt.Errorf("read the answer of the PDS: %w", err)
	}
	switch {
	case res.StatusCode == http.StatusBadRequest && answer.Error == "RepoNotFound":
		return Deleted, nil
	case res.StatusCode != http.StatusOK || answer.DID != did:
		return "", fmt.Errorf("the PDS answers %d", res.StatusCode)
	case answer.Active:
		return "", nil
	}
	return Status(answer.Status), nil
}

// Status returns a status that account_states has for one that an event or a PDS
// states. One that is not known counts as deactivated: the account is not active.
func Status(stated string) string {
	switch stated {
	case Suspended, TakenDown, Deleted:
		return stated
	}
	return Deactivated
}
