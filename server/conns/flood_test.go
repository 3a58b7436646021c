package conns

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/server/limit"
)

// TestIdleFloodOfOneSource: idle connections of one source do not keep others
// out and stay within the limit.
func TestIdleFloodOfOneSource(t *testing.T) {
	p := newHarness(t, 64)
	honest := p.dial("198.51.100.1")
	honest.ask(200, "/")
	p.wait(time.Second)
	flood := make([]*client, 0, 400)
	for i := range 400 {
		c := p.dial(fmt.Sprintf("203.0.113.%d", i%250))
		if i%2 == 0 {
			c.ask(200, "/") // half of them have made a request
		}
		flood = append(flood, c)
		if open := p.openNow(); open > 64 {
			t.Fatalf("%d connections are open", open)
		}
	}
	// The connection that was there first is still open, and new ones are
	// served.
	honest.ask(200, "/")
	for i := range 10 {
		p.dial(fmt.Sprintf("192.0.2.%d", i)).ask(200, "/")
	}
	flood[0].ended()
	flood[300].ended()
	if !strings.Contains(p.log.String(), "connections are at their limit") || strings.Count(p.log.String(), "\n") != 1 {
		t.Errorf("the log says %s", p.log)
	}
	if got := p.value("mls_connections_closed_total", reasonShare); got < 300 {
		t.Errorf("%v gave way", got)
	}
}

// TestIdleFloodOfManySources: idle connections from many sources, one of each,
// do not keep others out.
func TestIdleFloodOfManySources(t *testing.T) {
	p := newHarness(t, 64)
	for i := range 400 {
		c := p.dial(fmt.Sprintf("203.%d.%d.7", i/200, i%200))
		if i%2 == 0 {
			c.ask(200, "/")
		}
	}
	if open := p.openNow(); open < 50 {
		t.Fatalf("the flood did nothing: %d are open", open)
	}
	for i := range 10 {
		p.dial(fmt.Sprintf("198.51.%d.1", i)).ask(200, "/")
	}
}

// TestProvenAndStreamsStay: authenticated connections are not replaced, and a
// part of all is reserved for them.
func TestProvenAndStreamsStay(t *testing.T) {
	p := newHarness(t, 32)
	streams := make([]*client, 8)
	for i := range streams {
		streams[i] = p.dial("198.51.100.1")
		streams[i].ask(200, "/stream", "DID: did:plc:a")
	}
	p.counts(stream, 8)
	busy := p.dial("198.51.100.2")
	busy.send("/hold", "DID: did:plc:b")
	<-p.inside
	p.wait(time.Minute)
	for i := range 200 {
		p.dial(fmt.Sprintf("203.0.113.%d", i))
	}
	// A stream is opened during the flood.
	late := p.dial("198.51.100.9")
	late.ask(200, "/stream", "DID: did:plc:c")
	close(p.hold)
	if res, _, err := busy.read(); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a proven request is lost: %v %v", res, err)
	}
	p.counts(stream, 9)
	for _, c := range streams {
		c.Close()
	}
	p.counts(stream, 1)
}

// TestStreamsAreBounded: streams leave room for requests, and are refused
// beyond their limit.
func TestStreamsAreBounded(t *testing.T) {
	p := newHarness(t, 32)
	most := p.maxProven()
	for i := range most {
		p.dial(fmt.Sprintf("198.51.%d.1", i)).ask(200, "/stream", "DID: did:plc:a")
	}
	p.counts(stream, most)
	res := p.dial("192.0.2.1").ask(503, "/stream", "DID: did:plc:b")
	if res.Header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", res.Header.Get("Retry-After"))
	}
	p.dial("192.0.2.2").ask(200, "/")
	p.dial("192.0.2.2").ask(200, "/health")
}

// TestReserve: when unauthenticated requests use all connections, health checks
// and streams still get through, and other requests get a Retry-After.
func TestReserve(t *testing.T) {
	p := newHarness(t, 32)
	most := p.maxUnproven()
	var busy []*client
	for i := range most {
		c := p.dial(fmt.Sprintf("203.%d.113.1", i))
		c.send("/hold")
		<-p.inside
		busy = append(busy, c)
	}
	p.counts(active, most)
	for range 5 {
		if res := p.dial("192.0.2.1").ask(200, "/health"); !res.Close {
			t.Error("a connection of the reserve stays open")
		}
		p.counts(reserved, 0)
	}
	res := p.dial("192.0.2.1").ask(503, "/")
	if !res.Close || res.Header.Get("Retry-After") != "5" {
		t.Errorf("close %v, Retry-After %q", res.Close, res.Header.Get("Retry-After"))
	}
	p.dial("192.0.2.1").ask(200, "/stream", "DID: did:plc:a")
	p.counts(stream, 1)
	// Connections without a request do not fill the reserve.
	for range 10 {
		p.dial("192.0.2.1")
	}
	p.dial("192.0.2.2").ask(200, "/health")
	if got := p.value(limit.RefusedMetric, limit.OpenConnections.Name); got != 1 {
		t.Errorf("%v refusals are counted", got)
	}
	if open := p.openNow(); open > 32 {
		t.Errorf("%d are open", open)
	}
	close(p.hold)
	for _, c := range busy {
		if res, _, err := c.read(); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", res, err)
		}
	}
}

// TestStuckRequestsGiveWay: an unauthenticated request that does not end is
// replaced eventually, first that of a source with a quarter of all.
func TestStuckRequestsGiveWay(t *testing.T) {
	p := newHarness(t, 32)
	defer close(p.hold)
	most := p.maxUnproven()
	var stuck []*client
	honest := p.dial("198.51.100.1")
	honest.send("/hold")
	<-p.inside
	for range most - 1 {
		c := p.dial("203.0.113.1")
		c.send("/hold")
		<-p.inside
		stuck = append(stuck, c)
	}
	p.dial("192.0.2.1").ask(200, "/")
	stuck[0].ended()
	p.counts(active, most-1)
}
