package main

import (
	"bytes"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

var someBounds = []bound{
	{"1", "rate", "a rate / its floor", atLeast, 0.9, times},
	{"2", "cpu", "CPU per message", atMost, 50, micros},
	{"3", "absent", "what no part measured", atMost, 1, times},
}

// judged returns the state of a bound of someBounds after a figure with the given
// turns.
func judged(t *testing.T, name string, turns ...float64) state {
	t.Helper()
	r := newRecorder(&bytes.Buffer{})
	r.judge(name, &figure{Turns: turns})
	for _, v := range r.verdicts(someBounds) {
		if v.Name == name {
			return v.State
		}
	}
	t.Fatalf("no verdict about %s", name)
	return ""
}

func TestBoundIsJudgedByTheMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		turns []float64
		want  state
	}{
		{"rate", []float64{0.5, 0.9, 0.95}, reached},
		{"rate", []float64{0.5, 0.89, 2}, missed},
		{"cpu", []float64{10, 50, 500}, reached},
		{"cpu", []float64{10, 50.1, 500}, missed},
		{"absent", []float64{0, 0, 0}, reached},
	} {
		if got := judged(t, c.name, c.turns...); got != c.want {
			t.Errorf("%s of %v is %s, want %s", c.name, c.turns, got, c.want)
		}
	}
}

// A bound that a run did not measure is never reached: no figure, a figure without turns,
// one that is no number, or one of a smaller size than the bound is for.
func TestNotMeasured(t *testing.T) {
	t.Parallel()
	for name, measure := range map[string]func(r *recorder){
		"nothing":      func(*recorder) {},
		"no turn":      func(r *recorder) { r.judge("cpu", &figure{}) },
		"no number":    func(r *recorder) { r.judge("cpu", &figure{Turns: []float64{math.NaN(), math.NaN()}}) },
		"few turns":    func(r *recorder) { r.judge("cpu", &figure{Unit: times, Turns: []float64{1, 1, 1, 1}}) },
		"a trial":      func(r *recorder) { r.trial = "a quick run"; r.judge("cpu", &figure{Turns: []float64{1}}) },
		"smaller size": func(r *recorder) { r.judgeAt("cpu", &figure{Turns: []float64{1}}, 100, 1000, "leaves") },
	} {
		r := newRecorder(&bytes.Buffer{})
		measure(r)
		for _, v := range r.verdicts(someBounds) {
			if v.State != notMeasured || v.Figure != nil {
				t.Errorf("%s: %s is %q with figure %v", name, v.Name, v.State, v.Figure)
			}
			if name == "smaller size" && v.Name == "cpu" && v.Why != "100 leaves, not 1000" {
				t.Errorf("the reason is %q", v.Why)
			}
		}
	}
	r := newRecorder(&bytes.Buffer{})
	r.judgeAt("cpu", &figure{Turns: []float64{1}}, 1000, 1000, "leaves")
	if v := r.verdicts(someBounds)[1]; v.State != reached {
		t.Errorf("at its size the bound is %q", v.State)
	}
}

func TestPrintVerdicts(t *testing.T) {
	t.Parallel()
	r := newRecorder(&bytes.Buffer{})
	r.judge("rate", &figure{Unit: times, Turns: []float64{0.95, 0.97, 0.96, 0.96, 0.96}})
	r.judge("cpu", &figure{Unit: micros, Turns: []float64{80, 85, 90}})
	var out bytes.Buffer
	if n := printVerdicts(&out, r.verdicts(someBounds)); n != 1 {
		t.Errorf("%d bounds missed, want 1", n)
	}
	for _, want := range []string{
		"reached      a rate / its floor: at least 0.900 x; 0.960 x (0.950–0.970, 5 turns)\n",
		"MISSED       CPU per message: at most 50.0 µs; 85.0 µs (80.0–90.0, 3 turns)\n",
		"not measured what no part measured: at most 1.00 x\n",
		"1 reached, 1 missed, 1 not measured\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

// A part that judges a bound under a name that the table lacks is told.
func TestUnknownBounds(t *testing.T) {
	t.Parallel()
	r := newRecorder(&bytes.Buffer{})
	r.judge("rate", &figure{})
	r.judge("typo", &figure{})
	r.cannot("other typo", "no reason")
	if got := r.unknownBounds(someBounds); len(got) != 2 {
		t.Errorf("unknown are %v", got)
	}
}

// Every bound of the table has its own name, and a part judges it.
func TestTableOfBounds(t *testing.T) {
	t.Parallel()
	source := ""
	for _, file := range goFiles(t) {
		source += file
	}
	seen := map[string]bool{}
	for _, b := range bounds {
		if seen[b.Name] {
			t.Errorf("two bounds are named %s", b.Name)
		}
		seen[b.Name] = true
		if b.Kind != atLeast && b.Kind != atMost || b.What == "" || b.Row == "" {
			t.Errorf("bound %+v is incomplete", b)
		}
		if n := strings.Count(source, `"`+b.Name+`"`); n < 2 {
			t.Errorf("no part judges %s", b.Name)
		}
	}
	for _, row := range []string{"1", "2", "3", "4", "5", "6", "7", "7b", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17"} {
		if !strings.Contains(source, "\t{\""+row+"\", ") {
			t.Errorf("row %s has no bound", row)
		}
	}
}

// The page with the bounds has a row for each of the table.
func TestPageHasTheBounds(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) \|.*$`).FindAllStringSubmatch(string(b), -1) {
		rows[m[1]] += m[0]
	}
	for _, bound := range bounds {
		if !strings.Contains(rows[bound.Row], string(bound.Kind)) {
			t.Errorf("docs/performance.md has no row %s with %q for %s", bound.Row, bound.Kind, bound.What)
		}
	}
}

// goFiles returns the code of the package without its tests.
func goFiles(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			b, err := os.ReadFile(e.Name())
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
		}
	}
	return out
}
