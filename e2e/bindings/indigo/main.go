// Command indigo uses the code that indigo's lexgen generates from the lexicons
// into mlsapi, which others.test.mjs does in a copy of this folder. Like
// marshalx.py, it reads {url, tokens, cipherSuite, keyPackage, convoId,
// foreignConvo} from its input and writes what it got as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"

	"catbird.blue/mls/e2e/bindings/indigo/mlsapi"
	"github.com/bluesky-social/indigo/xrpc"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// authorized adds the token of the method that is called.
type authorized map[string]string

func (tokens authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if token := tokens[path.Ext(r.URL.Path)[1:]]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func run(ctx context.Context) error {
	var in struct {
		URL, CipherSuite, KeyPackage, ConvoID, ForeignConvo string
		Tokens                                              authorized
	}
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	c := &xrpc.Client{Host: in.URL, Client: &http.Client{Transport: in.Tokens}}

	description, err := mlsapi.DescribeService(ctx, c)
	if err != nil {
		return err
	}
	published, err := mlsapi.PublishKeyPackages(ctx, c, &mlsapi.PublishKeyPackages_Input{
		KeyPackages: []*mlsapi.PublishKeyPackages_KeyPackageItem{{CipherSuite: in.CipherSuite, KeyPackage: in.KeyPackage}},
	})
	if err != nil {
		return err
	}
	epoch, err := mlsapi.GetEpoch(ctx, c, in.ConvoID)
	if err != nil {
		return err
	}
	_, err = mlsapi.GetGroupInfo(ctx, c, in.ForeignConvo)
	var refusal *xrpc.XRPCError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("a conversation of others: %w", err)
	}
	page, err := mlsapi.GetMessages(ctx, c, 0, in.ConvoID, 10, "", 0, nil)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"suites":     description.CipherSuites,
		"published":  published.Succeeded,
		"device":     published.Published[0].DeviceId,
		"epoch":      epoch.CurrentEpoch,
		"refused":    refusal.ErrStr,
		"typedBytes": true,
		"message":    []byte(page.Messages[0].Ciphertext),
	})
}
