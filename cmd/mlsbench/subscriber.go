package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// subscription is a client's stream of server-sent events.
type subscription struct {
	conn net.Conn
	// raw is the connection after the header of the answer, and res is the
	// answer. Only one of them may be read.
	raw *bufio.Reader
	res *http.Response
}

// subscribe opens a stream, from a cursor if one is given.
func (in *instance) subscribe(ctx context.Context, by *authtest.Account, cursor string) (*subscription, error) {
	request := in.subscribeCall(by, cursor)
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", in.Addr())
	if err != nil {
		return nil, err
	}
	s := &subscription{conn: conn, raw: bufio.NewReader(conn)}
	if _, err := conn.Write(request); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s.res, err = http.ReadResponse(s.raw, nil) //nolint:bodyclose // closing it would read the stream to its end
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if s.res.StatusCode != http.StatusOK {
		body, err := io.ReadAll(s.res.Body)
		return nil, errors.Join(fmt.Errorf("%s: %s", s.res.Status, body), err, conn.Close())
	}
	return s, nil
}

func (in *instance) subscribeCall(by *authtest.Account, cursor string) call {
	target := "/xrpc/" + gen.NSIDStreamConvoEvents
	if cursor != "" {
		target += "?" + url.Values{"cursor": {cursor}}.Encode()
	}
	token := by.TokenFor(in.ServiceDID, gen.NSIDStreamConvoEvents, 5*time.Minute)
	return newCall(in.Addr(), "GET", target, token, nil, "Accept: "+xrpc.EventStream)
}

func (s *subscription) close() { _ = s.conn.Close() }

// endOfEvent is the end of the chunk that holds an event (RFC 9112 §7.1). The
// chunk of a heartbeat has no closing brace.
const endOfEvent = "}\n\n\r\n"

// counter counts the events in the raw bytes of a stream.
type counter struct{ tail []byte }

// add returns the number of events that end in p.
func (c *counter) add(p []byte) int {
	const most = len(endOfEvent) - 1
	n := bytes.Count(p, []byte(endOfEvent))
	// Count also an event that began before p.
	c.tail = append(c.tail, p[:min(most, len(p))]...)
	n += bytes.Count(c.tail, []byte(endOfEvent))
	rest := c.tail
	if len(p) > most {
		rest = p
	}
	c.tail = append(c.tail[:0], rest[max(0, len(rest)-most):]...)
	return n
}

var errNoEvents = errors.New("no message came to a stream, so that it cannot have cost anything")

// countEvents reads the stream in the background until it ends, and counts its
// events, of which the first says that it is connected.
func (s *subscription) countEvents() *atomic.Int64 {
	seen := &atomic.Int64{}
	go func() {
		buf := make([]byte, 64<<10)
		for c := (counter{}); ; {
			n, err := s.raw.Read(buf)
			seen.Add(int64(c.add(buf[:n])))
			if err != nil {
				return
			}
		}
	}()
	return seen
}
