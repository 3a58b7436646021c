package freeport

import (
	"net"
	"strconv"
	"testing"
)

// A port that is in use is not given.
func TestPort(t *testing.T) {
	t.Parallel()
	for range 50 {
		port, err := Port()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < first || n >= last {
			t.Fatalf("port %s, want one below those of outgoing connections", port)
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
	}
}
