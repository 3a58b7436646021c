package stream

import (
	"bytes"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// sockets gives both ends of a TCP connection, the first for a tryWriter.
func sockets(t *testing.T) (w *tryWriter, writer, reader net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if reader, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	if writer, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { writer.Close() })
	raw, err := writer.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	w = new(tryWriter)
	w.init(raw)
	return w, writer, reader
}

// Short writes and long ones, which take different ways, arrive as they are.
func TestTryWrite(t *testing.T) {
	w, _, reader := sockets(t)
	for _, size := range []int{0, 1, 1024, shortWrite - 1, shortWrite, shortWrite + 1, 4 * shortWrite} {
		p := bytes.Repeat([]byte{byte(size)}, size)
		n, err := w.write(p)
		if n != size || err != nil {
			t.Fatalf("%d bytes of %d, %v", n, size, err)
		}
		got := make([]byte, size)
		if _, err := io.ReadFull(reader, got); err != nil || !bytes.Equal(got, p) {
			t.Fatalf("%d bytes arrived otherwise, %v", size, err)
		}
	}
}

// A connection that is full takes what it has room for, and is not waited for.
func TestTryWriteFull(t *testing.T) {
	for _, size := range []int{shortWrite, shortWrite + 1} {
		w, _, reader := sockets(t)
		p := make([]byte, size)
		sent, start := 0, time.Now()
		for {
			n, err := w.write(p)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			sent += n
		}
		if took := time.Since(start); took > 5*time.Minute {
			t.Errorf("it waited for %s", took)
		}
		if n, err := io.CopyN(io.Discard, reader, int64(sent)); err != nil {
			t.Errorf("%d bytes of %d arrived: %v", n, sent, err)
		}
	}
}

func TestTryWriteClosed(t *testing.T) {
	w, writer, reader := sockets(t)
	reader.Close()
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if n, err := w.write([]byte("x")); err != nil {
			if n != 0 {
				t.Errorf("%d bytes, %v", n, err)
			}
			break
		}
		if time.Since(start) > 5*time.Minute {
			t.Fatal("the other side is gone, and it takes writes")
		}
	}
	writer.Close()
	if n, err := w.write([]byte("x")); n != 0 || err == nil {
		t.Errorf("a closed connection took %d bytes, %v", n, err)
	}
}

// A write allocates nothing: there may be thousands for one event.
func TestTryWriteAllocates(t *testing.T) {
	w, _, reader := sockets(t)
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	p := make([]byte, 1024)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := w.write(p); err != nil {
			t.Error(err)
		}
	}); n >= 1 {
		t.Errorf("%.1f allocations", n)
	}
}
