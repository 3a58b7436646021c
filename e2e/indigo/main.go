// Command indigo reads an event stream with indigo's own consumer until the
// stream ends. It prints how many frames the consumer took, and the error frame
// where there was one; what made the consumer give up goes to standard error.
//
//	indigo ws://host/xrpc/NSID token
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/bluesky-social/indigo/events"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(url, token string) error {
	conn, res, err := websocket.DefaultDialer.Dial(url, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer res.Body.Close()
	defer conn.Close()
	w := &work{Error: "none"}
	err = events.HandleRepoStream(context.Background(), conn, w, nil)
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return err
	}
	w.CloseCode = closed.Code
	if w.Frames, err = frames(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(w)
}

// work handles what the consumer delivers: error frames, and events of repositories, which are not expected.
type work struct {
	Frames    float64 `json:"frames"`
	Error     string  `json:"error"`
	Message   string  `json:"message"`
	CloseCode int     `json:"closeCode"`
}

func (w *work) AddWork(_ context.Context, _ string, ev *events.XRPCStreamEvent) error {
	if ev.Error == nil {
		return errors.New("the consumer took a frame for an event of a repository")
	}
	w.Error, w.Message = ev.Error.Error, ev.Error.Message
	return nil
}

func (w *work) Shutdown() {}

// frames is the number of frames that the consumer counted.
func frames() (float64, error) {
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		return 0, err
	}
	for _, f := range families {
		if f.GetName() == "indigo_repo_stream_events_received_total" {
			return f.GetMetric()[0].GetCounter().GetValue(), nil
		}
	}
	return 0, nil
}
