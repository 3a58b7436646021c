package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rogpeppe/go-internal/testscript"

	"catbird.blue/mls/server/metrics"
)

var update = flag.Bool("update", false, "write docs/metrics.md")

// docs/metrics.md is what the packages of this program declare.
func TestMetricsDocument(t *testing.T) {
	var b bytes.Buffer
	if err := metrics.Document(&b); err != nil {
		t.Fatal(err)
	}
	const path = "../../docs/metrics.md"
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s is not what the code declares: run make metrics (%v)", path, err)
	}
}

// catalogue compares a scrape with the declarations.
func catalogue(ts *testscript.TestScript, _ bool, args []string) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	var problems []string
	for _, m := range metrics.All() {
		f := families[m.Name]
		delete(families, m.Name)
		switch {
		case f != nil:
			problems = append(problems, compareFamily(m, f)...)
		case m.When == "":
			problems = append(problems, m.Name+" is declared and not there")
		}
	}
	for name := range families {
		if !strings.HasPrefix(name, "go_") {
			problems = append(problems, name+" is not declared")
		}
	}
	if len(problems) > 0 {
		slices.Sort(problems)
		ts.Fatalf("%s", strings.Join(problems, "\n"))
	}
}

// compareFamily compares the series of a metric with its declaration.
func compareFamily(m *metrics.Metric, f *dto.MetricFamily) []string {
	var problems []string
	if kind := strings.ToLower(f.GetType().String()); kind != string(m.Kind) {
		problems = append(problems, fmt.Sprintf("%s is a %s, declared as a %s", m.Name, kind, m.Kind))
	}
	there := map[string]bool{}
	for _, series := range f.GetMetric() {
		values := map[string]string{}
		for _, l := range series.GetLabel() {
			values[l.GetName()] = l.GetValue()
			if !m.Allows(l.GetName(), l.GetValue()) {
				problems = append(problems, fmt.Sprintf("%s has %s=%q, which is not declared", m.Name, l.GetName(), l.GetValue()))
			}
		}
		there[fmt.Sprint(values)] = true
	}
	for _, want := range m.Series() {
		values := map[string]string{}
		for i, v := range want {
			values[m.Labels[i].Name] = v
		}
		if !there[fmt.Sprint(values)] && m.When == "" {
			problems = append(problems, fmt.Sprintf("%s has no series %v", m.Name, slices.Sorted(maps.Values(values))))
		}
	}
	return problems
}
