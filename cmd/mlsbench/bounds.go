package main

import (
	"fmt"
	"io"
	"math"
)

type kind string

const (
	atLeast kind = "at least"
	atMost  kind = "at most"
)

// bound is what a figure has to reach.
type bound struct {
	// Row is its row in docs/performance.md. A row may have several bounds.
	Row string `json:"row"`
	// Name is how the code refers to it.
	Name string `json:"name"`
	// What is the name of the quantity; for a ratio, the names of both.
	What string  `json:"what"`
	Kind kind    `json:"kind"`
	Want float64 `json:"want"`
	Unit string  `json:"unit"`
}

// bounds are all bounds of the bench.
var bounds = []bound{
	{"1", "send-statement", "sendMessage, 64 senders, fresh tokens / pgbench of the same statement at its best client count", atLeast, 0.9, times},
	{"2", "send-endpoint", "the same / an endpoint that only verifies the token and parses", atLeast, 0.55, times},
	{"3", "send-server-cpu", "server CPU per message without the token's signature check", atMost, 50, micros},
	{"4", "signature-check", "signature check of a token of an account seen before", atMost, 50, micros},
	{"5", "send-postgres-cpu", "PostgreSQL CPU per message, 64 senders / bare insert of the same bytes with one key", atMost, 1.2, times},
	{"6", "hot-rate", "messages/s in one hot conversation / in a thousand", atLeast, 0.95, times},
	{"6", "hot-p99", "p99 in one hot conversation / in a thousand", atMost, 1.2, times},
	{"7", "live-p50", "p50 of a send by one sender, with a stream open / without", atMost, 1.1, times},
	{"7", "live-postgres-cpu", "PostgreSQL CPU per message, with a stream open / without", atMost, 1.3, times},
	{"7b", "instances-postgres-cpu", "PostgreSQL CPU per message, 10 instances (from the line through 1, 2 and 4) / 1", atMost, 1.5, times},
	{"8", "fan-out-cpu", "CPU per delivery to 1000 streams / bare program", atMost, 1.15, times},
	{"8", "fan-out-p99", "p99 of deliveries to 1000 streams / bare program", atMost, 1.3, times},
	{"9", "page", "page of 50 messages / bare query + bare HTTP answer, at the worst depth", atMost, 1.3, times},
	{"10", "convos", "getConvos page of 50, account in 10000 conversations / in 10", atMost, 1.5, times},
	{"11", "commit-wal-path", "WAL bytes of a commit in a group of 1000 leaves / bytes that it changes in the tree", atMost, 4, times},
	{"11", "commit-wal", "WAL bytes of a commit in a group of 1000 leaves that has just begun", atMost, 100_000, bytesUnit},
	{"12", "bytes-fresh", "database bytes per message of 200 bytes, as sent", atMost, 700, bytesUnit},
	{"12", "bytes-packed", "database bytes per message of 200 bytes, tables rewritten", atMost, 420, bytesUnit},
	{"13", "wal", "WAL bytes per message of 1 KB, steady state", atMost, 1600, bytesUnit},
	{"14", "removed", "database bytes of a removed message after a second MLS_MESSAGE_TTL", atMost, 0, bytesUnit},
	{"15", "packages", "getKeyPackages of 10 accounts, new claimer, p50", atMost, 1.5, millis},
	{"16", "create-convo", "createConvo with 1000 members", atMost, 90, millis},
	{"17", "idle-memory", "idle resident memory", atMost, 32, mebibytes},
	{"17", "start", "start to ready on an existing database", atMost, 40, millis},

	{"18", "idle-queries", "queries per second of an idle server", atMost, 1, perSecond},
	{"19", "growth-members", "sendMessage, conversations of 1000 members / of 2", atMost, 1.3, times},
	{"19", "growth-messages", "sendMessage, 1000000 messages in the table / 1000", atMost, 1.3, times},
	{"20", "live-same-p50", "send to event at the same instance, p50", atMost, 3, millis},
	{"20", "live-same-p99", "send to event at the same instance, p99", atMost, 15, millis},
	{"20", "live-second-p50", "send to event at a second instance through Redis, p50 - p50 at the first", atMost, 1, millis},
	{"20", "live-lost-p99", "send to event at a second instance without Redis, p99 / interval of its reads", atMost, 1.05, times},
	{"21", "fan-out-rows", "rows read from PostgreSQL for a message to 1000 streams", atMost, 1, number},
	{"21", "fan-out-encoded", "encodings of a message to 1000 streams", atMost, 1, number},
	{"21", "fan-out-delivered", "deliveries of a message for each of 1000 streams", atLeast, 1, number},
	{"22", "idle-stream", "resident memory of an idle stream", atMost, 20, kibibytes},
	{"23", "sync-cursor", "sync by cursor, 20 of 500 conversations changed, p50", atMost, 10, millis},
	{"23", "sync-positions", "sync by positions, 20 of 500 conversations changed, p50", atMost, 10, millis},
	{"23", "replay", "events per second of a stream that resumes", atLeast, 50_000, perSecond},
	{"24", "mls-key-package", "key package read and verified / its two bare signature checks, the slower suite", atMost, 1.3, times},
	{"24", "mls-first-seen", "GroupInfo of 100 leaves first seen / its bare signature checks, the slower suite", atMost, 1.5, times},
	{"24", "mls-one-changed", "GroupInfo of 100 leaves, one changed / one bare signature check, the slower suite", atMost, 5, times},
	{"24", "mls-thousand", "GroupInfo of 1000 leaves first seen", atMost, 150, millis},
	{"24", "mls-parse", "application messages read, MB per second", atLeast, 200, perSecond},
}

// state is what a run says about a bound.
type state string

const (
	reached     state = "reached"
	missed      state = "MISSED"
	notMeasured state = "not measured"
)

// verdict is a bound with what a run measured of it.
type verdict struct {
	bound
	State state `json:"state"`
	// Why says why it was not measured.
	Why string `json:"why,omitempty"`
	// Figure has the turns; nil if it was not measured.
	Figure *figure `json:"figure,omitempty"`
}

// verdicts judges every bound by the median of its figure. A bound without a
// figure, or whose figure has no turn or no number, is not measured. A run whose
// figures are too coarse measures no bound.
func (r *recorder) verdicts(table []bound) []verdict {
	out := make([]verdict, 0, len(table))
	for _, b := range table {
		v := verdict{bound: b, State: notMeasured}
		f, ok := r.judged[b.Name]
		switch {
		case !ok:
			v.Why = r.unmeasured[b.Name]
		case math.IsNaN(f.median()):
			v.Why = "no number came out"
		case f.Unit == times && len(f.Turns) < minTurns: // turns that have nothing to divide by drop out
			v.Why = fmt.Sprintf("only %d turns", len(f.Turns))
		case r.trial != "":
			v.Why = fmt.Sprintf("%s; %s", r.trial, f)
		default:
			v.Figure, v.State = f, b.judge(f.median())
		}
		out = append(out, v)
	}
	return out
}

func (b *bound) judge(got float64) state {
	if b.Kind == atLeast && got < b.Want || b.Kind == atMost && got > b.Want {
		return missed
	}
	return reached
}

// unknownBounds returns the names that parts used and the table lacks.
func (r *recorder) unknownBounds(table []bound) []string {
	known := map[string]bool{}
	for _, b := range table {
		known[b.Name] = true
	}
	var out []string
	for name := range r.judged {
		if !known[name] {
			out = append(out, name)
		}
	}
	for name := range r.unmeasured {
		if !known[name] {
			out = append(out, name)
		}
	}
	return out
}

// printVerdicts prints the table of bounds and returns how many were missed.
func printVerdicts(out io.Writer, all []verdict) (misses int) {
	fmt.Fprintf(out, "\nbounds\n")
	count := map[state]int{}
	for _, v := range all {
		count[v.State]++
		got := v.Why
		if v.Figure != nil {
			got = v.Figure.String()
		}
		fmt.Fprintf(out, "  %-3s %-12s %s: %s %s %s", v.Row, v.State, v.What, v.Kind, short(v.Want), v.Unit)
		if got != "" {
			fmt.Fprintf(out, "; %s", got)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "  %d reached, %d missed, %d not measured\n", count[reached], count[missed], count[notMeasured])
	return count[missed]
}
