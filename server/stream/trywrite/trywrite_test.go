package trywrite

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// sockets returns a Writer for one end of a TCP connection, and both ends.
func sockets(t testing.TB) (w *Writer, writer, reader net.Conn) {
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
	w = new(Writer)
	w.Init(writer)
	return w, writer, reader
}

// Short and long writes, which use different system calls, arrive unchanged.
func TestWrite(t *testing.T) {
	w, _, reader := sockets(t)
	for _, size := range []int{0, 1, 1024, shortWrite - 1, shortWrite, shortWrite + 1, 4 * shortWrite} {
		p := bytes.Repeat([]byte{byte(size)}, size)
		n, err := w.Write(p)
		if n != size || err != nil {
			t.Fatalf("%d bytes of %d, %v", n, size, err)
		}
		got := make([]byte, size)
		if _, err := io.ReadFull(reader, got); err != nil || !bytes.Equal(got, p) {
			t.Fatalf("%d bytes arrived otherwise, %v", size, err)
		}
	}
}

// A write happens before the read that returns its bytes. The race detector fails
// this test if the raw write does not tell it so.
func TestWriteIsOrdered(t *testing.T) {
	w, _, reader := sockets(t)
	const rounds = 100
	var shared int
	done := make(chan error, 1)
	go func() {
		for i := range rounds {
			if _, err := io.ReadFull(reader, make([]byte, 1)); err != nil {
				done <- err
				return
			}
			if shared != i+1 {
				t.Errorf("the reader sees %d, want %d", shared, i+1)
			}
			done <- nil
		}
	}()
	for range rounds {
		shared++
		if n, err := w.Write([]byte("x")); n != 1 || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

// A connection that is full takes what it has room for, and Write does not wait.
func TestWriteFull(t *testing.T) {
	for _, size := range []int{shortWrite, shortWrite + 1} {
		w, _, reader := sockets(t)
		p := make([]byte, size)
		sent, start := 0, time.Now()
		for {
			n, err := w.Write(p)
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

func TestWriteClosed(t *testing.T) {
	w, writer, reader := sockets(t)
	reader.Close()
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if n, err := w.Write([]byte("x")); err != nil {
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
	if n, err := w.Write([]byte("x")); n != 0 || err == nil {
		t.Errorf("a closed connection took %d bytes, %v", n, err)
	}
}

// A connection without a file descriptor takes nothing.
func TestWriteNoSocket(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	var w Writer
	w.Init(a)
	if n, err := w.Write([]byte("x")); n != 0 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// A write allocates nothing: there may be thousands for one event.
func TestWriteAllocates(t *testing.T) {
	w, _, reader := sockets(t)
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	p := make([]byte, 1024)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := w.Write(p); err != nil {
			t.Error(err)
		}
	}); n >= 1 {
		t.Errorf("%.1f allocations", n)
	}
}
