package stream

import (
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// cpu returns the processor time of the process.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// readers opens connections and discards what it reads from them.
func readers(b *testing.B, addr string, n int, request string) {
	for range n {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		fmt.Fprint(conn, request)
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
}

// BenchmarkFanOut delivers an event of 1 KB to 1 000 streams. "bare" writes the same
// bytes to as many sockets, and does nothing else: it is the least that this can
// cost. "make bench" does the same with the whole service.
func BenchmarkFanOut(b *testing.B) {
	const streams = 1000
	b.Run("streams", func(b *testing.B) {
		w := newWorld(b, Config{PerDID: streams})
		readers(b, w.srv.Listener.Addr().String(), streams,
			"GET "+ssePath+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer did:plc:me\r\nAccept: text/event-stream\r\n\r\n")
		eventually(b, "all streams", func() bool { return w.count() == streams })
		fanOut(b, streams, func(i int) { w.deliver(NewEvent(message(i, 1024), nil)) })
	})
	b.Run("bare", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		readers(b, l.Addr().String(), streams, "x")
		var conns []net.Conn
		for range streams {
			conn, err := l.Accept()
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			conns = append(conns, conn)
		}
		bytes := NewEvent(message(0, 1024), nil).sse().raw
		fanOut(b, streams, func(int) {
			for _, c := range conns {
				if _, err := c.Write(bytes); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func fanOut(b *testing.B, streams int, round func(i int)) {
	before := cpu()
	b.ResetTimer()
	for i := range b.N {
		round(i)
	}
	b.StopTimer()
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N*streams), "cpu-ns/delivery")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*streams), "ns/delivery")
}

// BenchmarkReplay sends 10 000 events, again and again, through one stream.
func BenchmarkReplay(b *testing.B) {
	for _, transport := range transports {
		b.Run(transport, func(b *testing.B) {
			w := newWorld(b, Config{})
			events := w.open(b, transport, nil)
			to := w.sink(b)
			all := make([]*Event, 10_000)
			for i := range all {
				all[i] = NewEvent(message(i, 200), nil)
			}
			done := make(chan error, 1)
			b.ResetTimer()
			go func() {
				for i := range b.N {
					if err := to.Send(b.Context(), all[i%len(all)]); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
			for range b.N {
				if _, err := events.Next(); err != nil {
					b.Fatal(err)
				}
			}
			if err := <-done; err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
