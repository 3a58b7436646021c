package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

// serve stands for a delivery service.
func serve(answer func(w http.ResponseWriter, r *http.Request)) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(answer))
}

// A client calls through the PDS of its account: Authorize adds the session's
// token and says which service the PDS calls. Here the answer is a fixed one.
func ExampleClient_GetEpoch() {
	pds := serve(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path)
		fmt.Println("to", r.Header.Get("Atproto-Proxy"))
		fmt.Fprintf(w, `{"convoId": %q, "currentEpoch": 7}`, r.URL.Query().Get("convoId"))
	})
	defer pds.Close()

	c := client.Client{Client: &xrpc.Client{
		Service: pds.URL,
		Authorize: func(r *http.Request, _ string) error {
			r.Header.Set("Authorization", "Bearer the-access-token")
			r.Header.Set("Atproto-Proxy", "did:web:mls.example.com#atproto_mls")
			return nil
		},
	}}
	out, err := c.GetEpoch(context.Background(), &client.GetEpochParams{ConvoID: "000102030405060708090a0b0c0d0e0f"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("epoch", out.CurrentEpoch)
	// Output:
	// GET /xrpc/blue.catbird.mls.getEpoch
	// to did:web:mls.example.com#atproto_mls
	// epoch 7
}

// A failure that the service states is an *xrpc.Error with the name that the
// lexicon declares.
func ExampleClient_SendMessage() {
	server := serve(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"error": "EpochMismatch", "message": "epoch: the current epoch is 8"}`)
	})
	defer server.Close()

	c := client.Client{Client: &xrpc.Client{Service: server.URL}}
	_, err := c.SendMessage(context.Background(), &client.SendMessageInput{
		ConvoID:    "000102030405060708090a0b0c0d0e0f",
		Ciphertext: xrpc.Bytes("an MLSMessage"),
		Epoch:      7,
	})
	if failure := (*xrpc.Error)(nil); errors.As(err, &failure) && failure.Name == client.ErrEpochMismatch {
		fmt.Println("apply the commits, then send again:", failure.Message)
	}
	// Output:
	// apply the commits, then send again: epoch: the current epoch is 8
}
