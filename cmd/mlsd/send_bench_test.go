package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
)

// benchConvo is the number of the first conversation of the benchmark.
const benchConvo = 1

// BenchmarkSendMessage sends messages of 1 KB with new tokens over plain sockets, to
// the whole service. It reports the processor time of this process, in which are the
// service and the client, which only writes and reads bytes. Without
//
//	-benchtime 20000x
//
// it takes long, since the requests are made before.
func BenchmarkSendMessage(b *testing.B) {
	for _, senders := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d senders", senders), func(b *testing.B) {
			plc := authtest.NewPLC()
			defer plc.Close()
			accounts := make([]*authtest.Account, senders)
			for i := range accounts {
				accounts[i] = plc.NewAccount()
			}
			database := dbtest.URL(b)
			r := start(b, "MLS_PLC_URL="+plc.URL, "DATABASE_URL="+database, "MLS_RATE_LIMITS=off")
			putConvos(b, database, accounts)
			time.Sleep(time.Second) // older tokens are refused
			warm := 20              // statements are prepared, keys looked up, tables made
			conns, bodies, calls := make([]*sender, senders), make([][]byte, senders), make([][][]byte, senders)
			for i := range conns {
				conns[i], bodies[i] = dialSender(b, r.addr), sendBody(i)
			}
			for i := range max(b.N, senders) + warm*senders {
				n := i % senders
				calls[n] = append(calls[n], r.sendCall(accounts[n], bodies[n]))
			}
			sendAll(b, conns, calls, 0, warm)
			used := processorTime()
			b.ReportAllocs()
			b.ResetTimer()
			sendAll(b, conns, calls, warm, len(calls[0]))
			b.StopTimer()
			b.ReportMetric(float64((processorTime()-used).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// putConvos makes a conversation of all accounts for each of them.
func putConvos(b *testing.B, database string, accounts []*authtest.Account) {
	b.Helper()
	var dids []string
	for _, a := range accounts {
		dids = append(dids, a.DID)
	}
	pool := dbtest.Open(b, database)
	dbtest.Exec(b, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at, last_pos)
		SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), $1, 1, 0, now(), now(), 3 FROM generate_series(1, $2::int) AS n`, dids[0], len(dids))
	dbtest.Exec(b, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT convo_id, did, 0, now(), 0, log_current_generation(), 3 FROM conversations, unnest($1::text[]) AS did`, dids)
}

// sendBody returns the input of a message of 1 KB to the n-th conversation.
func sendBody(n int) []byte {
	convo := fmt.Sprintf("%032x", benchConvo+n)
	group, err := hex.DecodeString(convo)
	if err != nil {
		panic(err)
	}
	message := mlstest.NewGroup(mlstest.NewClient("did:plc:bench"), group).Application(1024)
	body, err := json.Marshal(map[string]any{
		"convoId": convo, "epoch": 0, "ciphertext": map[string]string{"$bytes": base64.StdEncoding.EncodeToString(message)},
	})
	if err != nil {
		panic(err)
	}
	return body
}

// sendCall returns a request that sends a body, with a new token.
func (r *running) sendCall(by *authtest.Account, body []byte) []byte {
	var call bytes.Buffer
	fmt.Fprintf(&call, "POST /xrpc/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		gen.NSIDSendMessage, r.addr, by.TokenFor(r.did(), gen.NSIDSendMessage, 5*time.Minute), len(body), body)
	return call.Bytes()
}

// sender is a connection that sends one request after the other.
type sender struct {
	net.Conn
	in *bufio.Reader
}

func dialSender(b *testing.B, addr string) *sender {
	b.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return &sender{c, bufio.NewReader(c)}
}

func (s *sender) send(call []byte) error {
	if _, err := s.Write(call); err != nil {
		return err
	}
	answer, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%d %s: %w", answer.StatusCode, body, err)
	}
	return nil
}

// sendAll sends the calls from..to of each connection, all connections at once.
func sendAll(b *testing.B, conns []*sender, calls [][][]byte, from, to int) {
	b.Helper()
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			for _, call := range calls[i][from:min(to, len(calls[i]))] {
				if err := c.send(call); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// processorTime returns the processor time of this process.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
