// Package freeport chooses ports for the servers that tests and benchmarks start as
// programs of their own. A port from the kernel (port 0) can be taken again before
// such a program listens: the kernel gives the same range to outgoing connections.
// These ports are below that range (net.ipv4.ip_local_port_range begins at 32768),
// and chosen at random, so that programs that choose at the same time do not meet.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

const first, last = 20_000, 32_000

// Port returns a port of 127.0.0.1 on which nobody listens, as text.
func Port() (string, error) {
	var err error
	for range 100 {
		port := strconv.Itoa(first + rand.N(last-first))
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil { //nolint:noctx // it returns at once
			return port, l.Close()
		}
	}
	return "", errors.Join(errors.New("found no free port"), err)
}
