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

// baselineEnv names the baseline that this process runs. A baseline program does
// only what no service can avoid, so its cost is a lower bound.
const baselineEnv = "MLSBENCH_BASELINE"

// Names of the baselines.
const (
	// fanOutBaseline writes the given bytes to every connection, once for every
	// byte that it reads. It uses net.Conn as most Go programs do. The service
	// writes short events in another way, with which the baseline would be
	// about 3 % cheaper.
	fanOutBaseline = "fan-out"
	// httpBaseline answers requests with the given bytes.
	httpBaseline = "http"
)

// runBaseline is the main function of a baseline process. It reads the number of
// bytes and connections and then the bytes, prints the address on which it
// listens, and ends when its input ends.
func runBaseline(name string, in io.Reader, out io.Writer) error {
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
	if name == fanOutBaseline {
		return fanOut(l, int(head.Connections), bytes, in)
	}
	server := answering(bytes)
	if name == endpointBaseline {
		if server, err = serveEndpoint(bytes); err != nil {
			return err
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// answering returns a server that answers every request with the given bytes.
func answering(bytes []byte) *http.Server {
	return &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(bytes)))
		_, _ = w.Write(bytes) // errors show in the client's measurement
	})}
}

// fanOut writes to all n connections for each byte of in.
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
			return nil // end of the run
		}
		for _, c := range conns {
			if _, err := c.Write(bytes); err != nil {
				return err
			}
		}
	}
}

// baseline is a running baseline process.
type baseline struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	addr string
}

func startBaseline(ctx context.Context, name string, bytes []byte, connections int) (*baseline, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &baseline{cmd: exec.CommandContext(ctx, self)}
	f.cmd.Env = append(os.Environ(), baselineEnv+"="+name)
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
		return nil, errors.Join(fmt.Errorf("baseline %s: %w", name, err), f.stop())
	}
	f.addr = line[:len(line)-1]
	return f, nil
}

func (f *baseline) pid() int { return f.cmd.Process.Pid }

func (f *baseline) stop() error {
	return errors.Join(f.in.Close(), f.cmd.Wait())
}
