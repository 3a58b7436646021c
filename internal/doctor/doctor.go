package doctor

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// State is the result of a check.
type State int

// States, in the order of their severity.
const (
	// Skipped: the configuration has nothing to check.
	Skipped State = iota
	OK
	Warning
	Failed
)

var stateNames = [...]string{"skip", "ok", "warn", "FAIL"}

func (s State) String() string { return stateNames[s] }

// Result is what a check found.
type Result struct {
	State State
	// Found says what is so; Do says what to do, and is empty where nothing is.
	Found, Do string
}

func ok(format string, args ...any) Result {
	return Result{State: OK, Found: fmt.Sprintf(format, args...)}
}

func skipped(format string, args ...any) Result {
	return Result{State: Skipped, Found: fmt.Sprintf(format, args...)}
}

func warn(do, format string, args ...any) Result {
	return Result{Warning, fmt.Sprintf(format, args...), do}
}

func fail(do, format string, args ...any) Result {
	return Result{Failed, fmt.Sprintf(format, args...), do}
}

// Check is one check.
type Check struct {
	Name string
	Run  func(context.Context) Result
}

// checkTimeout bounds one check.
const checkTimeout = 20 * time.Second

// Run runs checks one after the other, prints a line for each, and returns the worst
// state.
func Run(ctx context.Context, out io.Writer, checks []Check) State {
	worst := Skipped
	for _, c := range checks {
		r := runOne(ctx, c)
		worst = max(worst, r.State)
		line := fmt.Sprintf("%-5s %-13s %s", r.State, c.Name, oneLine(r.Found))
		if r.Do != "" {
			line += "; " + r.Do
		}
		fmt.Fprintln(out, line)
	}
	return worst
}

func runOne(ctx context.Context, c Check) Result {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return c.Run(ctx)
}

// oneLine puts errors of several lines into one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
