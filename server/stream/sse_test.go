package stream

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// The answer on the wire: header, retry time, id and data of each event on one line
// each, last chunk.
func TestSSEOnTheWire(t *testing.T) {
	w := newWorld(t, Config{})
	_, r, h := w.raw(t, ssePath+"?cursor=a", "Accept: text/event-stream")
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform",
		"X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*", "Content-Encoding": ""} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	to := w.sink(t)
	to.Deliver(NewEvent(&gen.ReadEvent{Cursor: "b", ConvoID: "00", Seq: 7}, nil))
	to.End(nil)
	raw, err := io.ReadAll(r)
	if err != nil || !bytes.HasSuffix(raw, []byte("\r\n0\r\n\r\n")) {
		t.Errorf("no last chunk: %q %v", raw, err)
	}
	body, err := io.ReadAll(chunked(raw))
	if err != nil {
		t.Fatal(err)
	}
	retry, rest, _ := strings.Cut(string(body), "\n\n")
	var ms int
	if n, err := fmt.Sscanf(retry, "retry: %d", &ms); n != 1 || err != nil || ms < 500 || ms > 2500 {
		t.Errorf("retry time %q", retry)
	}
	const nsid = gen.NSIDStreamConvoEvents
	if want := "id: b\ndata: {\"$type\":\"" + nsid + "#readEvent\",\"cursor\":\"b\",\"convoId\":\"00\",\"seq\":7}\n\n" +
		"id: b\ndata: {\"$type\":\"" + nsid + "#infoEvent\",\"cursor\":\"b\",\"info\":\"closing\"}\n\n"; rest != want {
		t.Errorf("got\n%s\nwant\n%s", rest, want)
	}
}

func chunked(raw []byte) io.Reader {
	res, err := http.ReadResponse(bufio.NewReader(io.MultiReader(
		strings.NewReader("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), bytes.NewReader(raw))), nil)
	if err != nil {
		panic(err)
	}
	return res.Body
}

// An answer to HTTP/1.0 has no chunked coding.
func TestSSEOverHTTP10(t *testing.T) {
	w := newWorld(t, Config{})
	conn, err := net.Dial("tcp", w.srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nAuthorization: Bearer did:plc:me\r\n\r\n", ssePath)
	to := w.sink(t)
	to.Deliver(NewEvent(message(1, 10), nil))
	to.End(nil)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.TransferEncoding != nil {
		t.Errorf("%v", res.TransferEncoding)
	}
	events := xrpc.NewEventReader(res.Body)
	for range 2 {
		if ev, err := events.Next(); err != nil || ev.ID != cursorOf(1) {
			t.Fatalf("%+v %v", ev, err)
		}
	}
	if _, err := events.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// Last-Event-ID takes precedence over the parameter; one that is too long is
// refused.
func TestLastEventID(t *testing.T) {
	w := newWorld(t, Config{})
	w.raw(t, ssePath+"?cursor=a", "Last-Event-ID: b")
	w.sink(t)
	for _, want := range w.sinks {
		if want.Cursor != "b" || want.DID != "did:plc:me" {
			t.Errorf("%+v", want)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, w.srv.URL+ssePath, nil)
	r.Header.Set("Authorization", "Bearer did:plc:me")
	r.Header.Set("Last-Event-ID", strings.Repeat("x", 257))
	res, err := w.client.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if e := xrpc.Failure(res); e.Name != gen.ErrInvalidCursor {
		t.Error(e)
	}
}

// A stream that ends before its first event ends with the cursor that it was opened
// with, or with none.
func TestEndBeforeTheFirstEvent(t *testing.T) {
	for _, path := range []string{ssePath, ssePath + "?cursor=a"} {
		w := newWorld(t, Config{})
		_, r, _ := w.raw(t, path)
		w.sink(t).End(nil)
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if has := bytes.Contains(raw, []byte("id: a\n")); has != (path != ssePath) || bytes.Contains(raw, []byte("id: \n")) {
			t.Errorf("%s: %q", path, raw)
		}
	}
}

// Every event can be decompressed as soon as it was delivered, all streams share
// its compressed form, and the body is a correct gzip member.
func TestSSECompressed(t *testing.T) {
	w := newWorld(t, Config{})
	var readers []*xrpc.EventReader
	for range 3 {
		_, r, h := w.raw(t, ssePath, "Accept-Encoding: br, gzip;q=0.5")
		if h.Get("Content-Encoding") != "gzip" {
			t.Fatal(h)
		}
		var plain io.Reader
		ready := make(chan error)
		go func() {
			z, err := gzip.NewReader(chunkReader(r))
			plain = z
			ready <- err
		}()
		if err := <-ready; err != nil {
			t.Fatal(err)
		}
		readers = append(readers, xrpc.NewEventReader(plain))
	}
	eventually(t, "all streams", func() bool { return w.count() == 3 })
	for i := range 50 {
		w.deliver(NewEvent(message(i, 1000*i), w.metrics))
		for _, events := range readers {
			if ev, err := events.Next(); err != nil || ev.ID != cursorOf(i) ||
				!bytes.Equal(ev.Data, xrpc.EventJSON(gen.NSIDStreamConvoEvents, message(i, 1000*i))) {
				t.Fatalf("%d: %+v %v", i, ev, err)
			}
		}
	}
	if n := w.encoded("gzip"); n != 50 {
		t.Errorf("compressed %d times", n)
	}
	if err := w.streams.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	for _, events := range readers {
		if ev, err := events.Next(); err != nil || ev.ID != cursorOf(49) || !bytes.Contains(ev.Data, []byte("closing")) {
			t.Fatalf("%+v %v", ev, err)
		}
		// The gzip reader checks the checksum and the size.
		if _, err := events.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
}

// chunkReader returns the chunked body after a header that was read already.
func chunkReader(r *bufio.Reader) io.Reader {
	res, err := http.ReadResponse(bufio.NewReader(io.MultiReader(
		strings.NewReader("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), r)), nil)
	if err != nil {
		panic(err)
	}
	return res.Body
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "br, GZIP": true, "gzip;q=0": false, "gzip; q=0.000": false,
		"gzip;q=1.0, br": true, "identity": false, "x-gzip": false, "deflate, gzip ; q = 0.1": true, "gzip;q=x": false} {
		if got := acceptsGzip(http.Header{"Accept-Encoding": {header}}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// A stream that may come through a PDS ends below the bound of the PDS, in good
// order and with its cursor. A stream whose request asks for events does not end.
func TestEndsBelowTheBoundOfAProxy(t *testing.T) {
	const eventSize = 1_000_000
	for _, header := range []string{"Accept: */*", "Accept-Encoding: gzip", "Accept: text/event-stream"} {
		t.Run(header, func(t *testing.T) {
			w := newWorld(t, Config{})
			_, r, h := w.raw(t, ssePath, header)
			to := w.sink(t)
			go func() {
				for i := range 20 {
					if to.Send(t.Context(), NewEvent(message(i, eventSize), nil)) != nil {
						return
					}
				}
				to.End(nil)
			}()
			count := &counter{r: chunkReader(r)}
			var body io.Reader = count
			if h.Get("Content-Encoding") == "gzip" {
				z, err := gzip.NewReader(body)
				if err != nil {
					t.Fatal(err)
				}
				plain := &counter{r: z}
				body = plain
				// A proxy may count either.
				defer func() { tooLong(t, plain.n) }()
			}
			events, n, last := xrpc.NewEventReader(body), 0, ""
			for {
				ev, err := events.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				n, last = n+1, string(ev.Data)
			}
			if strings.Contains(header, "event-stream") {
				if n != 21 {
					t.Errorf("%d events", n)
				}
				return
			}
			tooLong(t, count.n)
			if want := cursorOf(n - 2); n < 5 || n > 20 || !strings.Contains(last, `"cursor":"`+want+`","info":"closing"`) {
				t.Errorf("%d events, the last is %s", n, last)
			}
		})
	}
}

func tooLong(t *testing.T, n int) {
	t.Helper()
	if n >= MaxProxied {
		t.Errorf("%d bytes", n)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// A quiet stream gets heartbeats, compressed or not.
func TestHeartbeats(t *testing.T) {
	for _, header := range []string{"Accept: text/event-stream", "Accept-Encoding: gzip"} {
		w := newWorld(t, Config{Heartbeat: 150 * time.Millisecond})
		start := time.Now()
		_, r, h := w.raw(t, ssePath, header)
		body := chunkReader(r)
		if h.Get("Content-Encoding") == "gzip" {
			var err error
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		}
		lines := bufio.NewReader(body)
		if retry, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(retry, "retry: ") {
			t.Fatal(retry, err)
		}
		for i := range 10 {
			for _, want := range []string{"\n", ":\n"} {
				if got, err := lines.ReadString('\n'); err != nil || got != want {
					t.Fatalf("%d: %q %v", i, got, err)
				}
			}
		}
		if took := time.Since(start); took < 9*150*time.Millisecond {
			t.Errorf("10 heartbeats in %v", took)
		}
	}
}
