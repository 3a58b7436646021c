package stream

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"testing"

	"catbird.blue/mls/gen"
)

// The event stream consumer of indigo accepts every kind of frame, skips the kinds
// that are not of repositories, and reports error frames. It is a program of
// another module, so that its dependencies are not ours.
func TestIndigoConsumer(t *testing.T) {
	const dir = "../../e2e/indigo"
	program := filepath.Join(t.TempDir(), "indigo")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	type taken struct {
		Frames         int
		Error, Message string
		CloseCode      int
	}
	closing := 1 // frames at the end of a stream
	for name, end := range map[string]struct {
		why  error
		want taken
	}{
		"error":    {gen.Errorf(gen.ErrConsumerTooSlow, "go on from the last cursor"), taken{Error: gen.ErrConsumerTooSlow, Message: "go on from the last cursor", CloseCode: 1008}},
		"going":    {nil, taken{Error: "none", CloseCode: 1001}},
		"complete": {ErrComplete, taken{Error: "none", CloseCode: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Config{})
			events := everyEvent()
			end.want.Frames = len(events) + closing
			at, err := url.JoinPath("ws://"+w.srv.Listener.Addr().String(), "xrpc", gen.NSIDSubscribeConvoEvents)
			if err != nil {
				t.Fatal(err)
			}
			var out, complaint bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program, at, "did:plc:me")
			cmd.Stdout, cmd.Stderr = &out, &complaint
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			to := w.sink(t)
			for _, ev := range events {
				to.Deliver(NewEvent(ev, nil))
			}
			to.End(end.why)
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v: %s", err, &complaint)
			}
			var got taken
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, &out)
			}
			if got != end.want {
				t.Errorf("got %+v, want %+v", got, end.want)
			}
		})
	}
}
