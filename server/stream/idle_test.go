package stream

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

// maxIdle is how much resident memory of the process a quiet stream of server-sent
// events may take, in bytes.
const maxIdle = 20 << 10

// An idle stream takes at most maxIdle. The server of this test runs in another
// process, which has only streams.
func TestIdleMemory(t *testing.T) {
	if os.Getenv("STREAM_IDLE") != "" {
		serveIdle(t)
		return
	}
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Log("resident memory is measured only where there is /proc")
		return
	}
	for _, header := range []string{"Accept: text/event-stream", "Accept-Encoding: gzip"} {
		cost := idleCost(t, header)
		t.Logf("%s: %d bytes for each stream", header, cost)
		if cost > maxIdle*raceFactor {
			t.Errorf("%s: %d bytes for each idle stream, at most %d", header, cost, maxIdle*raceFactor)
		}
	}
}

// serveIdle serves streams until its input ends. For each line that it reads it
// prints how much memory is resident.
func serveIdle(t *testing.T) {
	w := newWorld(t, Config{PerDID: 1 << 20, Heartbeat: time.Second})
	fmt.Printf("at %s\n", w.srv.Listener.Addr())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		for range 3 {
			runtime.GC()
		}
		w.deliver(NewEvent(message(1, 1000), nil))
		time.Sleep(1500 * time.Millisecond) // a heartbeat for every stream
		runtime.GC()
		fmt.Printf("streams %d resident %d\n", w.count(), resident(t))
	}
}

func resident(t *testing.T) int {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(raw))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// idleCost opens streams at a server process and returns how much resident memory
// each of them adds on average.
func idleCost(t *testing.T, header string) int {
	const many = 2000
	cmd := exec.Command(os.Args[0], "-test.run", "^TestIdleMemory$")
	cmd.Env = append(os.Environ(), "STREAM_IDLE=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); _ = cmd.Wait() }()
	lines := bufio.NewReader(out)
	var addr string
	if _, err := fmt.Fscanf(lines, "at %s\n", &addr); err != nil {
		t.Fatal(err)
	}
	measure := func() (streams, memory int) {
		fmt.Fprintln(in)
		if _, err := fmt.Fscanf(lines, "streams %d resident %d\n", &streams, &memory); err != nil {
			t.Fatal(err)
		}
		return streams, memory
	}
	open := func(n int) {
		for range n {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer did:plc:me\r\n%s\r\n\r\n", ssePath, header)
			head := make([]byte, 15)
			if _, err := conn.Read(head); err != nil || !bytes.Equal(head, []byte("HTTP/1.1 200 OK")) {
				t.Fatalf("%q %v", head, err)
			}
		}
	}
	_, before := measure()
	open(many)
	n, after := measure()
	if n != many {
		t.Fatalf("%d streams", n)
	}
	return (after - before) / many
}

// The memory of an idle stream does not grow with what it has carried.
func TestIdleStreamIsEmpty(t *testing.T) {
	w := newWorld(t, Config{})
	_, r, _ := w.raw(t, ssePath)
	to := w.sink(t).(*outbox)
	for i := range 1000 {
		if err := to.Send(t.Context(), NewEvent(message(i, 1000), nil)); err != nil {
			t.Fatal(err)
		}
	}
	events := xrpc.NewEventReader(chunkReader(r))
	for i := range 1000 {
		if ev, err := events.Next(); err != nil || ev.ID != cursorOf(i) {
			t.Fatalf("%+v %v", ev, err)
		}
	}
	eventually(t, "the stream is idle", func() bool {
		to.mu.Lock()
		defer to.mu.Unlock()
		return to.state == idle && to.pending.events == nil && to.pending.size == 0 && to.pending.rest == nil && to.pending.partial == nil
	})
}
