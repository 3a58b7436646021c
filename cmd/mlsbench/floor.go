package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// floorEnv names, for a process of this program, the floor that it is: a program
// that does what no service can do without, and nothing else.
const floorEnv = "MLSBENCH_FLOOR"

// Floors.
const (
	// fanOutFloor writes the bytes that it is given to every connection it has,
	// once for every byte that it then reads. It writes as Go programs do, by
	// net.Conn; the service's own way for short events would make it some 3 %
	// cheaper.
	fanOutFloor = "fan-out"
	// httpFloor answers requests with the bytes that it is given.
	httpFloor = "http"
)

// runFloor is the child's side: it reads how many bytes and how many connections
// there will be, then the bytes, says where it listens, and ends with its input.
func runFloor(name string, in io.Reader, out io.Writer) error {
	var head struct{ Bytes, Connections uint32 }
	if err := binary.Read(in, binary.BigEndian, &head); err != nil {
		return err
	}
	bytes := make([]byte, head.Bytes)
	if _, err := io.ReadFull(in, bytes); err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	if name == fanOutFloor {
		return fanOut(l, int(head.Connections), bytes, in)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(bytes)))
		_, _ = w.Write(bytes) // the client measures
	})}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// fanOut writes to all of n connections at each byte of in.
func fanOut(l net.Listener, n int, bytes []byte, in io.Reader) error {
	conns := make([]net.Conn, n)
	for i := range conns {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		defer conn.Close()
		conns[i] = conn
	}
	for b := make([]byte, 1); ; {
		if _, err := in.Read(b); err != nil {
			return nil // the end of the run
		}
		for _, c := range conns {
			if _, err := c.Write(bytes); err != nil {
				return err
			}
		}
	}
}

// floor is a floor's process.
type floor struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	addr string
}

func startFloor(ctx context.Context, name string, bytes []byte, connections int) (*floor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &floor{cmd: exec.CommandContext(ctx, self)}
	f.cmd.Env = append(os.Environ(), floorEnv+"="+name)
	f.cmd.Stderr = os.Stderr
	if f.in, err = f.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := f.cmd.Start(); err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(bytes)))
	head = binary.BigEndian.AppendUint32(head, uint32(connections))
	if _, err := f.in.Write(append(head, bytes...)); err != nil {
		return nil, errors.Join(err, f.stop())
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("floor %s: %w", name, err), f.stop())
	}
	f.addr = line[:len(line)-1]
	return f, nil
}

func (f *floor) pid() int { return f.cmd.Process.Pid }

func (f *floor) stop() error {
	return errors.Join(f.in.Close(), f.cmd.Wait())
}
