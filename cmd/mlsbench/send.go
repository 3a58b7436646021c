package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
)

const (
	senders    = 64
	convos     = 1000
	messageLen = 1024
)

// sendRounds is the number of turns of the two sides of benchSend, so that a
// temporary disturbance of the machine affects both.
const sendRounds = 4

// benchSend measures sendMessage through the whole stack. It compares that with
// pgbench, which runs the same statement over as many connections on the same
// server.
func benchSend(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, convos, append(w.dids(senders), madeUpMembers(senders)...)); err != nil {
		return err
	}
	// A first short run warms the server up and shows how many calls fill the
	// time.
	warm, err := w.send(ctx, 1, convos, senders, 2000)
	if err != nil {
		return err
	}
	var whole sendTotal
	var pgbenchRates []float64
	stored := warm.calls
	turn := max((d / sendRounds).Round(time.Second), time.Second) // pgbench counts whole seconds
	for range sendRounds {
		calls, err := w.sendCalls(1, convos, senders, int(warm.perSecond()*d.Seconds())/sendRounds)
		if err != nil {
			return err
		}
		if err := whole.add(ctx, w, calls); err != nil {
			return err
		}
		tps, err := w.pgbenchSend(ctx, convos, poolSize, turn)
		if err != nil {
			return err
		}
		pgbenchRates = append(pgbenchRates, tps)
		// Check that pgbench really stored its rows; otherwise it would be no
		// baseline.
		stored += len(calls) + int(tps*turn.Seconds()*0.9)
		if err := w.wantStored(ctx, stored); err != nil {
			return err
		}
	}
	pgbenchRate := median(pgbenchRates)
	n := time.Duration(whole.calls)
	fmt.Fprintf(out, "sendMessage, %d bytes, %d senders, %d conversations, durable, token verified; medians of %d rounds\n", messageLen, senders, convos, sendRounds)
	fmt.Fprintf(out, "  whole stack            %8.0f messages/s   p50 %.1f ms  p99 %.1f ms  (%d messages)\n", median(whole.rates), median(whole.p50), median(whole.p99), whole.calls)
	fmt.Fprintf(out, "  CPU per message        mlsd %v, PostgreSQL %v\n", whole.cpu.server/n, whole.cpu.postgres/n)
	fmt.Fprintf(out, "  pgbench, same statement%8.0f transactions/s over %d connections\n", pgbenchRate, poolSize)
	ratio(out, median(byTurn(whole.rates, pgbenchRates)), "of pgbench, median of the rounds", atLeast, 0.45)
	return nil
}

// sendTotal is the result of all rounds of the whole stack; times are in
// milliseconds.
type sendTotal struct {
	calls           int
	rates, p50, p99 []float64
	cpu             spent
}

func (t *sendTotal) add(ctx context.Context, w *world, calls []call) error {
	before, err := w.cpu(ctx)
	if err != nil {
		return err
	}
	res, err := runCalls(ctx, w.addr(), senders, calls)
	if err != nil {
		return err
	}
	after, err := w.cpu(ctx)
	if err != nil {
		return err
	}
	t.calls += res.calls
	t.rates = append(t.rates, res.perSecond())
	t.p50 = append(t.p50, float64(res.p50)/float64(time.Millisecond))
	t.p99 = append(t.p99, float64(res.p99)/float64(time.Millisecond))
	t.cpu.server += after.server - before.server
	t.cpu.postgres += after.postgres - before.postgres
	return nil
}

func (w *world) send(ctx context.Context, firstConvo, convos, senders, n int) (loadResult, error) {
	calls, err := w.sendCalls(firstConvo, convos, senders, n)
	if err != nil {
		return loadResult{}, err
	}
	return runCalls(ctx, w.addr(), senders, calls)
}

// sendCalls builds n requests to the conversations from firstConvo on.
func (w *world) sendCalls(firstConvo, convos, senders, n int) ([]call, error) {
	bodies := make([][]byte, convos)
	for i := range bodies {
		body, err := sendBody(convoID(firstConvo+i), messageLen, "")
		if err != nil {
			return nil, err
		}
		bodies[i] = body
	}
	calls := make([]call, n)
	inParallel(n, func(i int) {
		calls[i] = w.server.procedure(w.accounts[i%senders], gen.NSIDSendMessage, bodies[rand.IntN(convos)])
	})
	return calls, nil
}

// procedure returns a call with a new token, because a token is valid for one
// procedure call.
func (in *instance) procedure(by *authtest.Account, nsid string, body []byte) call {
	return newCall(in.Addr(), "POST", "/xrpc/"+nsid, by.TokenFor(in.ServiceDID, nsid, 5*time.Minute), body)
}

// sendBody returns the input of a sendMessage of the given size. Without an id
// the service creates one.
func sendBody(convo string, size int, id string) ([]byte, error) {
	group, err := hex.DecodeString(convo)
	if err != nil {
		return nil, err
	}
	in := map[string]any{
		"convoId":    convo,
		"epoch":      0,
		"ciphertext": map[string]string{"$bytes": base64.StdEncoding.EncodeToString(application(group, size))},
	}
	if id != "" {
		in["msgId"] = id
	}
	return json.Marshal(in)
}

// madeUpMembers returns DIDs of accounts that never call. pgbench takes a colon
// for the start of a variable, so its script builds these DIDs with replace and
// chr.
func madeUpMembers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("did:plc:member%018d", i+1)
	}
	return out
}

// dids returns the DIDs of n accounts that can sign tokens.
func (w *world) dids(n int) []string {
	var out []string
	for _, a := range w.accounts[:n] {
		out = append(out, a.DID)
	}
	return out
}

// pgbenchSend is the baseline of benchSend: transactions per second of the same
// statement with pgbench.
func (w *world) pgbenchSend(ctx context.Context, convos, connections int, d time.Duration) (float64, error) {
	sql, err := statement("messages.sql", "SendMessage")
	if err != nil {
		return 0, err
	}
	id, err := hex.DecodeString(convoID(1))
	if err != nil {
		return 0, err
	}
	sql, err = bind(sql, map[string]string{
		"did":         "replace('did-plc-member' || lpad((:sender::int)::text, 18, '0'), '-', chr(58))",
		"convo_id":    "decode(lpad(to_hex(:convo::int), 32, '0'), 'hex')",
		"epoch":       "0",
		"past_epochs": "0",
		"convo_full":  "FALSE",
		"message_id":  "decode(lpad(to_hex(:id::bigint), 32, '0'), 'hex')",
		"ciphertext":  literal(application(id, messageLen)),
		"blobs":       "NULL",
		"now":         "now()",
	})
	if err != nil {
		return 0, err
	}
	script := fmt.Sprintf("\\set sender random(1, %d)\n\\set convo random(1, %d)\n\\set id random(1, 9000000000000000000)\n%s\n", senders, convos, sql)
	return w.pgbench(ctx, script, connections, d)
}

// application returns an application message with the given number of bytes
// inside.
func application(groupID []byte, size int) []byte {
	return mlstest.NewGroup(mlstest.NewClient("did:plc:bench"), groupID).Application(size)
}
