package main

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func resultOf(set string, figures ...*figure) *result {
	return &result{Set: set, Time: "10s", Facts: facts{CPU: "some", Cores: 2}, Figures: figures}
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		one, other []float64
		want       bool
	}{
		{"far apart", []float64{1, 2, 3}, []float64{4, 5, 6}, true},
		{"far apart, the other way", []float64{4, 5, 6}, []float64{1, 2, 3}, true},
		{"one turn in common", []float64{1, 2, 3}, []float64{3, 5, 6}, false},
		{"an outlier joins them", []float64{1, 2, 50}, []float64{4, 5, 6}, false},
		{"equal", []float64{2, 2, 2}, []float64{2, 2, 2}, false},
		{"no turn", nil, []float64{1, 2}, false},
	} {
		if got := differ(&figure{Turns: c.one}, &figure{Turns: c.other}); got != c.want {
			t.Errorf("%s: differ is %v", c.name, got)
		}
	}
}

func TestQuotient(t *testing.T) {
	t.Parallel()
	if quotient(3, 2) != 1.5 || quotient(0, 0) != 1 || !math.IsInf(quotient(1, 0), 1) || quotient(0, 2) != 0 {
		t.Error("a quotient is wrong")
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	before := resultOf("full", &figure{"send: rate", perSecond, []float64{100, 110, 105}}, &figure{"send: p50", millis, []float64{1, 2, 3}},
		&figure{"gone", number, []float64{1}})
	after := resultOf("full", &figure{"send: rate", perSecond, []float64{200, 220, 210}}, &figure{"send: p50", millis, []float64{1, 3, 2}},
		&figure{"new", number, []float64{1}})
	var out bytes.Buffer
	if err := compare(&out, before, after); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"old 105 /s (100–110, 3 turns), new 210 /s (200–220, 3 turns): 2.00 x, DIFFERS\n",
		"old 2.00 ms (1.00–3.00, 3 turns), new 2.00 ms (1.00–3.00, 3 turns): 1.00 x, within the spread\n",
		"only in the old run", "only in the new run",
		"1 of 2 figures differ by more than the spread\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the comparison lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "machines differ") {
		t.Error("the same machine differs")
	}
}

func TestCompareUnlikeRuns(t *testing.T) {
	t.Parallel()
	f := &figure{"send: rate", perSecond, []float64{1, 2, 3}}
	var out bytes.Buffer
	if err := compare(&out, resultOf("full", f), resultOf("quick", f)); err == nil {
		t.Error("a full run and a quick one were compared")
	}
	if err := compare(&out, resultOf("full", f), resultOf("full", &figure{"other", number, []float64{1}})); err == nil {
		t.Error("runs without a common figure were compared")
	}
	other := resultOf("full", f)
	other.Facts.Cores = 8
	out.Reset()
	if err := compare(&out, resultOf("full", f), other); err != nil || !strings.Contains(out.String(), "machines differ") {
		t.Errorf("runs of different machines: %v, %s", err, out.String())
	}
}

func TestResultFile(t *testing.T) {
	t.Parallel()
	r := newRecorder(&bytes.Buffer{})
	r.part = "send"
	f := r.figure("rate", perSecond)
	f.Turns = []float64{1, 2, 3}
	r.judge("rate", f)
	r.cannot("cpu", "quick")
	file := filepath.Join(t.TempDir(), "folder", "run.json")
	out := resultOf("quick", r.figures...)
	out.Bounds = r.verdicts(someBounds)
	if err := out.write(file); err != nil {
		t.Fatal(err)
	}
	in, err := readResult(file)
	if err != nil {
		t.Fatal(err)
	}
	if in.Set != "quick" || in.Facts.Cores != 2 || len(in.Figures) != 1 || in.Figures[0].median() != 2 {
		t.Errorf("read is %+v", in)
	}
	if v := in.Bounds; len(v) != 3 || v[0].State != reached || v[1].State != notMeasured || v[1].Why != "quick" || v[2].Figure != nil {
		t.Errorf("bounds are %+v", v)
	}
	if err := (&result{}).write(file); err != nil {
		t.Fatal(err)
	}
	if _, err := readResult(file); err == nil {
		t.Error("a result without figures was read")
	}
}
