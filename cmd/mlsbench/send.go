package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// benchSend measures sendMessage through the whole stack, to a thousand
// conversations and to one. Beside it run the floors: pgbench with the same
// statement, pgbench with a bare insert, and an endpoint that verifies the token
// and parses but stores nothing.
func benchSend(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, convos, append(w.dids(senders), madeUpMembers(senders)...)); err != nil {
		return err
	}
	// A first short run warms the server up and shows how many calls fill a turn.
	plan := sendPlan{first: 1, convos: convos, senders: senders, n: w.sizes.warm, size: messageLen}
	warm, err := w.send(ctx, plan)
	if err != nil {
		return err
	}
	plan.n = max(senders, int(warm.perSecond()*w.sizes.turn().Seconds()))
	b := &sendBench{world: w, r: r, plan: plan, stored: warm.calls}
	defer b.end()
	if err := b.prepare(ctx); err != nil {
		return err
	}
	b.begin()
	for range w.sizes.turns {
		if err := b.turn(ctx); err != nil {
			return err
		}
	}
	b.report()
	return nil
}

// sendBench has the sides of benchSend.
type sendBench struct {
	*world
	r    *recorder
	plan sendPlan
	// stored is the number of messages that must be in the table.
	stored int

	statement   string
	connections int
	inserts     *bareInserts
	endpoint    *baseline
	checks      *checks

	whole, hot, bound, bare, floor loadFigures
	check, ownCPU                  *figure
}

func (b *sendBench) prepare(ctx context.Context) (err error) {
	if b.statement, err = sendScript(b.plan.convos); err != nil {
		return err
	}
	if b.connections, err = b.bestConnections(ctx); err != nil {
		return err
	}
	if b.checks, err = newChecks(ctx, b.PLC.URL, b.did(), b.accounts[0]); err != nil {
		return err
	}
	if b.endpoint, err = startEndpoint(ctx, b.PLC.URL, b.did()); err != nil {
		return err
	}
	if err := b.warmEndpoint(ctx); err != nil {
		return err
	}
	b.inserts, err = b.newBareInserts(ctx)
	return err
}

// begin begins the figures.
func (b *sendBench) begin() {
	of := func(name, unit string) *figure { return b.r.figure(name, unit) }
	b.whole = loadFigures{of("whole stack, messages", perSecond), of("whole stack, p50", millis), of("whole stack, p99", millis),
		of("whole stack, mlsd CPU per message", micros), of("whole stack, PostgreSQL CPU per message", micros), of("whole stack, WAL per message", bytesUnit)}
	b.hot = loadFigures{rate: of("one hot conversation, messages", perSecond), p99: of("one hot conversation, p99", millis)}
	b.bound = loadFigures{rate: of("pgbench, same statement", perSecond)}
	b.bare = loadFigures{rate: of("bare insert", perSecond), postgres: of("bare insert, PostgreSQL CPU", micros), wal: of("bare insert, WAL", bytesUnit)}
	b.floor = loadFigures{rate: of("endpoint that only verifies and parses", perSecond), server: of("endpoint that only verifies and parses, CPU", micros)}
	b.check, b.ownCPU = of("signature check of a token", micros), of("mlsd CPU per message without the signature check", micros)
}

func (b *sendBench) end() {
	if b.endpoint != nil {
		_ = b.endpoint.stop()
	}
	if b.inserts != nil {
		b.inserts.pool.Close()
	}
}

// turn measures every side once.
func (b *sendBench) turn(ctx context.Context) error {
	calls, err := b.sendCalls(b.plan)
	if err != nil {
		return err
	}
	hot := b.plan
	hot.convos = 1
	hotCalls, err := b.sendCalls(hot)
	if err != nil {
		return err
	}
	pid := b.server.PID()
	for _, side := range []struct {
		figures *loadFigures
		pid     int
		run     func() (loadResult, error)
	}{
		{&b.whole, pid, func() (loadResult, error) { return runCalls(ctx, b.addr(), senders, calls) }},
		{&b.bound, pid, func() (loadResult, error) { return b.runStatement(ctx) }},
		// The endpoint has not seen the tokens yet, so it gets the same calls.
		{&b.floor, b.endpoint.pid(), func() (loadResult, error) { return runCalls(ctx, b.endpoint.addr, senders, calls) }},
		{&b.hot, pid, func() (loadResult, error) { return runCalls(ctx, b.addr(), senders, hotCalls) }},
		{&b.bare, pid, func() (loadResult, error) { return b.inserts.run(ctx, len(calls)) }},
	} {
		if err := b.measure(ctx, side.figures, side.pid, side.run); err != nil {
			return err
		}
	}
	check, err := b.checks.measure(ctx, max(20, len(calls)/10))
	if err != nil {
		return err
	}
	b.check.addTime(check)
	b.ownCPU.add(b.whole.server.Turns[len(b.whole.server.Turns)-1] - b.check.Turns[len(b.check.Turns)-1])
	// Check that pgbench really stored its rows; otherwise it would be no floor.
	b.stored += 2 * len(calls)
	return b.wantStored(ctx, b.stored)
}

// runStatement runs the statement with pgbench for a turn.
func (b *sendBench) runStatement(ctx context.Context) (loadResult, error) {
	res, err := b.pgbench(ctx, b.statement, b.connections, b.sizes.turn())
	b.stored += res.calls
	return res, err
}

func (b *sendBench) report() {
	r := b.r
	r.note("  %d bytes, %d senders, %d conversations, durable, fresh tokens; pgbench over %d connections", messageLen, senders, convos, b.connections)
	w := b.whole
	r.print(w.rate, w.p50, w.p99, w.server, w.postgres, w.wal, b.hot.rate, b.hot.p99, b.bound.rate,
		b.bare.rate, b.bare.postgres, b.bare.wal, b.floor.rate, b.floor.server, b.check, b.ownCPU)
	r.judge("send-statement", r.ratio("whole stack / pgbench, same statement", w.rate, b.bound.rate))
	r.judge("send-endpoint", r.ratio("whole stack / endpoint that only verifies and parses", w.rate, b.floor.rate))
	r.judge("send-server-cpu", b.ownCPU)
	if b.check.median() > 0 {
		r.judge("signature-check", b.check)
	} else {
		r.cannot("signature-check", "the difference of the two times is lost in the noise")
	}
	r.judge("send-postgres-cpu", r.ratio("PostgreSQL CPU, whole stack / bare insert", w.postgres, b.bare.postgres))
	r.judge("hot-rate", r.ratio("messages/s, one hot conversation / a thousand", b.hot.rate, w.rate))
	r.judge("hot-p99", r.ratio("p99, one hot conversation / a thousand", b.hot.p99, w.p99))
	r.judge("wal", w.wal)
}

// sendPlan describes messages to send.
type sendPlan struct {
	// The conversations are first..first+convos-1; 0 counts as 1.
	first, convos, senders int
	// n is the number of messages, and size that of their bytes.
	n, size int
}

func (w *world) send(ctx context.Context, p sendPlan) (loadResult, error) {
	calls, err := w.sendCalls(p)
	if err != nil {
		return loadResult{}, err
	}
	return runCalls(ctx, w.addr(), p.senders, calls)
}

// sendCalls builds the requests of a plan.
func (w *world) sendCalls(p sendPlan) ([]call, error) {
	bodies := make([][]byte, p.convos)
	for i := range bodies {
		body, err := sendBody(convoID(max(1, p.first)+i), p.size, "")
		if err != nil {
			return nil, err
		}
		bodies[i] = body
	}
	calls := make([]call, p.n)
	inParallel(p.n, func(i int) {
		calls[i] = w.server.procedure(w.accounts[i%p.senders], gen.NSIDSendMessage, bodies[rand.IntN(p.convos)])
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

// application returns an application message with the given number of bytes
// inside.
func application(groupID []byte, size int) []byte {
	return mlstest.NewGroup(mlstest.NewClient("did:plc:bench"), groupID).Application(size)
}
