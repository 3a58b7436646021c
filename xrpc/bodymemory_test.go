package xrpc

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// store is a Bodies that keeps the rooms it handed out.
type store struct {
	mu     sync.Mutex
	rooms  []*testRoom
	refuse *Error
	// most is the largest amount that one room grants; 0 means no limit.
	most int64
	// grown is called for every charge.
	grown func(r *testRoom, n int64)
}

type testRoom struct {
	store            *store
	caller           Caller
	lose             func() bool
	held, peak       int64
	arrived, streams int
	whole, ended     bool
}

func (s *store) Begin(caller Caller, lose func() bool) BodyMemory {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &testRoom{store: s, caller: caller, lose: lose}
	s.rooms = append(s.rooms, r)
	return r
}

func (r *testRoom) Grow(n int64) error {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if r.store.refuse != nil && (r.store.most == 0 || r.held+n > r.store.most) {
		return r.store.refuse
	}
	r.held += n
	r.peak = max(r.peak, r.held)
	if r.store.grown != nil {
		r.store.grown(r, n)
	}
	return nil
}

func (r *testRoom) Shrink(n int64) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if r.held -= n; r.held < 0 {
		panic("more is given back than was charged")
	}
}

func (r *testRoom) Stream() error { r.streams++; return r.Grow(1 << 16) }

func (r *testRoom) Arrived(n int) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.arrived += n
}

func (r *testRoom) Whole() {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.whole = true
}

func (r *testRoom) End() {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.ended, r.held = true, 0
}

// only returns the room, of which there must be exactly one.
func (s *store) only(t *testing.T) *testRoom {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rooms) != 1 {
		t.Fatalf("%d bodies were begun", len(s.rooms))
	}
	return s.rooms[0]
}

// Memory is charged before it is allocated, and grows with the bytes that
// arrive.
func TestMemoryIsCharged(t *testing.T) {
	for _, size := range []int{1, 512, 70_000, 1 << 20, 3<<20 + 7} {
		for _, length := range []int64{int64(size), -1} {
			s := &store{}
			r := httptest.NewRequest(http.MethodPost, "/", &zeros{int64(size)})
			r.ContentLength = length
			b := newBody(httptest.NewRecorder(), r, 4<<20, "")
			b.bodies = s
			s.grown = func(room *testRoom, n int64) {
				// The limit is twice the bytes that arrived plus the initial
				// buffer; while a buffer is copied, the old one counts too.
				if room.held > 3*int64(room.arrived)+initialBuffer {
					t.Errorf("%d of %d bytes arrived, and %d are charged", room.arrived, size, room.held)
				}
			}
			got, err := b.readAll()
			room := s.only(t)
			if err != nil || len(got) != size || room.held != int64(cap(got)) || room.held != b.held {
				t.Fatalf("%d (length %d): %d bytes in a buffer of %d, %d charged, %v", size, length, len(got), cap(got), room.held, err)
			}
			if !room.whole || room.ended || room.arrived != size {
				t.Errorf("%d: the room is %+v", size, room)
			}
			if b.close(); !room.ended {
				t.Errorf("%d: memory is not given back", size)
			}
		}
	}
}

// Only bytes that arrive are charged, not the stated Content-Length.
func TestContentLengthIsNotCharged(t *testing.T) {
	s := &store{}
	r := httptest.NewRequest(http.MethodPost, "/", &zeros{10})
	r.ContentLength = 4 << 20
	b := newBody(httptest.NewRecorder(), r, 4<<20, "")
	b.bodies = s
	if _, err := b.readAll(); err != nil || s.only(t).peak > initialBuffer {
		t.Errorf("%d bytes are charged, %v", s.only(t).peak, err)
	}
}

// A request is charged to its caller until it is answered.
func TestChargedToTheCaller(t *testing.T) {
	s, w := &store{}, &watcher{}
	p := w.plumbing()
	p.Bodies = s
	p.Source = func(*http.Request) netip.Prefix { return netip.MustParsePrefix("192.0.2.0/24") }
	rt := Route{echoMethod, ProcedureJSON(func(ctx context.Context, c Caller, in *sample) (*sample, error) {
		if room := s.only(t); room.held == 0 || !room.whole || room.caller.DID != "did:x" || c.Source != p.Source(nil) {
			t.Errorf("while it is answered the room is %+v, the caller %+v", room, c)
		}
		return in, nil
	})}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"text":"x","num":1}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "did:x")
	rec := httptest.NewRecorder()
	host(rt, p).ServeHTTP(rec, r)
	if rec.Code != 200 || !s.only(t).ended {
		t.Errorf("%d, %+v", rec.Code, s.only(t))
	}
	// An upload is charged for the buffers that pass it on.
	s.rooms = nil
	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader("bytes"))
	host(Route{blobMethod, UploadJSON(readAll)}, p).ServeHTTP(httptest.NewRecorder(), r)
	if room := s.only(t); room.streams != 1 || room.peak != 1<<16 || room.arrived != 5 || !room.ended {
		t.Errorf("an upload: %+v", room)
	}
}

// A body that is refused memory is still read to its end, with one small
// buffer, and gets its answer.
func TestRefusedMemory(t *testing.T) {
	s, w := &store{refuse: Errorf(503, ServiceUnavailable, "later"), most: 200 << 10}, &watcher{}
	p := w.plumbing()
	p.Bodies = s
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, p)
	res, err := http.Post(srv.URL, "application/json", strings.NewReader(strings.Repeat(" ", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if room := s.only(t); res.StatusCode != http.StatusServiceUnavailable || res.Close || !room.ended || room.peak > s.most {
		t.Errorf("%d, close %v, %+v", res.StatusCode, res.Close, room)
	}
}

// A caller that is refused before it is authenticated is charged by its source
// network for the discarded bytes. If there is no memory even for those, the
// connection is closed.
func TestDrainingIsCharged(t *testing.T) {
	source := netip.MustParsePrefix("192.0.2.0/24")
	for name, c := range map[string]struct {
		store  *store
		closed bool
	}{
		"room":    {&store{}, false},
		"no room": {&store{refuse: Errorf(503, ServiceUnavailable, "later")}, true},
	} {
		w := &watcher{refuse: Errorf(401, "BadJwt", "no")}
		p := w.plumbing()
		p.Bodies, p.Source = c.store, func(*http.Request) netip.Prefix { return source }
		srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, p)
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Repeat("x", 300<<10)
		go fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusUnauthorized || res.Close != c.closed {
			t.Fatalf("%s: %v %v", name, res, err)
		}
		conn.Close()
		room := c.store.only(t)
		if room.peak > drainBufferSize || room.caller.DID != "" || room.caller.Source != source {
			t.Errorf("%s: %+v", name, room)
		}
	}
}

// A body that has to give up its memory is answered with 408 at once, wherever
// its reader waits.
func TestBodyLosesMemory(t *testing.T) {
	began := make(chan *testRoom, 2)
	s, w := &store{grown: func(r *testRoom, _ int64) { began <- r }}, &watcher{}
	p := w.plumbing()
	p.Bodies = s
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, p)
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	room := <-began
	if !room.lose() {
		t.Fatal("it does not give way")
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusRequestTimeout || !res.Close || res.Header.Get("Retry-After") != "5" {
		t.Fatalf("%v %v", res, err)
	}
	raw, _ := io.ReadAll(res.Body)
	if !strings.Contains(string(raw), "try again in 5 s") {
		t.Errorf("%s", raw)
	}
	srv.Close()
	if !room.ended || room.whole || room.lose() {
		t.Errorf("%+v", room)
	}
}

// A body that was read completely cannot lose its memory any more, and the next
// request on its connection is not affected.
func TestWholeBodyKeepsMemory(t *testing.T) {
	s, w := &store{}, &watcher{}
	p := w.plumbing()
	p.Bodies = s
	srv := serve(t, Route{echoMethod, ProcedureJSON(func(_ context.Context, _ Caller, in *sample) (*sample, error) {
		for _, room := range s.rooms {
			if room.lose() {
				t.Error("a whole body gives way")
			}
		}
		return in, nil
	})}, p)
	for range 3 {
		res, err := http.Post(srv.URL, "application/json", strings.NewReader(`{"text":"x","num":1}`))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", res, err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}
