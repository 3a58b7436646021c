//go:build unix

package conns

import (
	"net"
	"testing"
)

func TestPending(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if Pending(l) {
		t.Error("a connection is said to wait before there is one")
	}
	for range 2 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	for left := 2; left > 0; left-- {
		if !Pending(l) {
			t.Errorf("%d connections wait, and none is seen", left)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if Pending(l) {
		t.Error("a connection is said to wait after all were accepted")
	}
	l.Close()
	if Pending(l) {
		t.Error("a closed listener has none")
	}
}
