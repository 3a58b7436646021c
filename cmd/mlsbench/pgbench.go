package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgplan"
)

// statement reads a query from its source file, so that pgbench runs the same
// query as the service.
func statement(file, name string) (string, error) {
	b, err := os.ReadFile(filepath.Join("queries", file))
	if err != nil {
		return "", fmt.Errorf("run from the top of the project: %w", err)
	}
	_, rest, found := strings.Cut(string(b), "-- name: "+name+" ")
	if !found {
		return "", fmt.Errorf("queries/%s has no query %s", file, name)
	}
	rest, _, _ = strings.Cut(rest, "\n-- name: ")
	var lines []string
	for _, l := range strings.Split(rest, "\n")[1:] {
		code, _, _ := strings.Cut(l, "--")
		if strings.TrimSpace(code) != "" {
			lines = append(lines, code)
		}
	}
	return strings.Join(lines, "\n"), nil
}

var argument = regexp.MustCompile(`(?:sqlc\.n?arg\((\w+)\)|@(\w+))`)

// bind replaces each argument by an expression or a pgbench variable.
func bind(sql string, values map[string]string) (string, error) {
	var missing []string
	bound := argument.ReplaceAllStringFunc(sql, func(m string) string {
		g := argument.FindStringSubmatch(m)
		v, ok := values[g[1]+g[2]]
		if !ok {
			missing = append(missing, g[1]+g[2])
		}
		return v
	})
	if missing != nil {
		return "", fmt.Errorf("the statement has arguments that the benchmark does not know: %v", missing)
	}
	return bound, nil
}

var (
	tps       = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)
	processed = regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`)
)

// pgbench runs a script over a number of connections for a time, which it counts
// in whole seconds; for less, it runs a number of transactions that takes about as
// long. Each connection plans at its first transaction, so a short run would be
// slower than the statement is.
func (w *world) pgbench(ctx context.Context, script string, connections int, d time.Duration) (res loadResult, err error) {
	install, err := pgembed.Find(ctx, w.PG.Major)
	if err != nil {
		return res, err
	}
	file := filepath.Join(w.Dir, "script.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return res, err
	}
	length := []string{"-T", strconv.Itoa(int(d.Round(time.Second).Seconds()))}
	if d < time.Second {
		const perConnection = 100 // in a second
		length = []string{"-t", strconv.Itoa(max(10, int(d.Seconds()*perConnection)))}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(install.BinDir, "pgbench"),
		append(length, "-n", "-M", "prepared", "-c", strconv.Itoa(connections), "-j", "2", "-f", file, w.PG.URL(pgembed.Database))...)
	cmd.Env = append(os.Environ(), "PGOPTIONS="+pgplan.Options())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return res, fmt.Errorf("pgbench: %w: %.1000s", err, out)
	}
	rate, count := tps.FindSubmatch(out), processed.FindSubmatch(out)
	if rate == nil || count == nil {
		return res, fmt.Errorf("pgbench said nothing of tps: %s", out)
	}
	if res.calls, err = strconv.Atoi(string(count[1])); err != nil {
		return res, err
	}
	perSecond, err := strconv.ParseFloat(string(rate[1]), 64)
	res.took = time.Duration(float64(res.calls) / perSecond * float64(time.Second))
	return res, err
}

// literal returns b as a bytea literal.
func literal(b []byte) string { return `'\x` + hex.EncodeToString(b) + `'::bytea` }
