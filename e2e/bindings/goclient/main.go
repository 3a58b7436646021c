// Command goclient uses gen/client, the Go client that this repository generates
// from the lexicons. Like marshalx.py, it reads {url, tokens, cipherSuite,
// keyPackage, convoId, foreignConvo} from its input and writes what it got as
// JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type input struct {
	URL, CipherSuite      string
	KeyPackage            []byte
	ConvoID, ForeignConvo xrpc.ConvoID
	Tokens                map[string]string
}

// authorize adds the token of the method that is called.
func (in *input) authorize(r *http.Request, nsid string) error {
	if token := in.Tokens[strings.TrimPrefix(nsid, "blue.catbird.mls.")]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

func run(ctx context.Context) error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	c := client.Client{Client: &xrpc.Client{Service: in.URL, Authorize: in.authorize}}

	description, err := c.DescribeService(ctx)
	if err != nil {
		return err
	}
	published, err := c.PublishKeyPackages(ctx, &client.PublishKeyPackagesInput{
		KeyPackages: []client.PublishKeyPackagesKeyPackageItem{{CipherSuite: in.CipherSuite, KeyPackage: in.KeyPackage}},
	})
	if err != nil {
		return err
	}
	epoch, err := c.GetEpoch(ctx, &client.GetEpochParams{ConvoID: in.ConvoID})
	if err != nil {
		return err
	}
	_, err = c.GetGroupInfo(ctx, &client.GetGroupInfoParams{ConvoID: in.ForeignConvo})
	var refusal *xrpc.Error
	if !errors.As(err, &refusal) {
		return fmt.Errorf("a conversation of others: %w", err)
	}
	page, err := c.GetMessages(ctx, &client.GetMessagesParams{ConvoID: in.ConvoID})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"suites":     description.CipherSuites,
		"published":  published.Succeeded,
		"device":     published.Published[0].DeviceID,
		"epoch":      epoch.CurrentEpoch,
		"refused":    refusal.Name,
		"typedBytes": true,
		"message":    []byte(page.Messages[0].Ciphertext),
	})
}
