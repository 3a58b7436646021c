package metrics

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// try declares a metric that is not in the catalogue afterwards.
func try(t *testing.T, m Metric) *Metric {
	t.Helper()
	before := catalogue
	defer func() { catalogue = before }()
	return Define(m)
}

func sample() Metric {
	return Metric{Group: "Test", Name: "test_things_total", Kind: Counter, Unit: "things", Help: "Things.",
		Labels: []Label{{Name: "color", Values: []string{"red", "green"}}, {Name: "size", Values: []string{"s", "l"}}}}
}

// All series exist at 0, and a value that is not declared is counted as other.
func TestLabelsHaveClosedSets(t *testing.T) {
	v := try(t, sample()).NewCounterVec()
	if n := testutil.CollectAndCount(v); n != 4 {
		t.Errorf("%d series at the start, want 4", n)
	}
	for i := range 1000 {
		v.WithLabelValues(strings.Repeat("x", i), "s").Inc()
		v.WithLabelValues("red", strings.Repeat("y", i)).Inc()
	}
	if n := testutil.CollectAndCount(v); n != 6 {
		t.Errorf("2000 values make %d series, want 6", n)
	}
	if got := testutil.ToFloat64(v.WithLabelValues(Other, "s")); got != 1000 {
		t.Errorf("%v of another color", got)
	}
	v.WithLabelValues("red", "s").Inc()
	if got := testutil.ToFloat64(v.WithLabelValues("red", "s")); got != 1 {
		t.Errorf("%v small red ones", got)
	}
}

func TestBadDeclarationsPanic(t *testing.T) {
	for name, change := range map[string]func(*Metric){
		"no help":               func(m *Metric) { m.Help = "" },
		"no unit":               func(m *Metric) { m.Unit = "" },
		"label without values":  func(m *Metric) { m.Labels[0].Values = nil },
		"no buckets":            func(m *Metric) { m.Kind = Histogram },
		"name of another":       func(m *Metric) { m.Name = buildInfo.Name },
		"counter made as gauge": func(m *Metric) { m.Kind = Gauge },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			m := sample()
			change(&m)
			try(t, m).NewCounterVec()
		}()
	}
}

// Reports of backups are seen, and 0 stands for never.
func TestBackups(t *testing.T) {
	registry := prometheus.NewRegistry()
	b := NewBackups(registry)
	if got := testutil.ToFloat64(b.success.WithLabelValues(BackupBase)); got != 0 {
		t.Errorf("before the first it is %v", got)
	}
	b.Succeeded(BackupWAL, time.Unix(1000, 500e6))
	b.Failed(BackupBase)
	b.Verified(time.Unix(2000, 0))
	b.Succeeded(BackupDump, time.Time{})
	for want, got := range map[float64]float64{
		1000.5: testutil.ToFloat64(b.success.WithLabelValues(BackupWAL)), 1: testutil.ToFloat64(b.failures.WithLabelValues(BackupBase)),
		2000: testutil.ToFloat64(b.verified), 0: testutil.ToFloat64(b.success.WithLabelValues(BackupDump)),
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	var problems []promlint.Problem
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// The catalogue describes a metric, its labels and buckets.
func TestDocument(t *testing.T) {
	var b bytes.Buffer
	if err := Document(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## Process\n", "### mls_build_info\n\nGauge, 1. 1, with the version", "- `kind`: `base`, `wal`, `blobs`, `dump`\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}
