// Package monitoring has no code of its own. Its tests check deploy/monitoring with
// the programs that read these files, and against the catalogue of metrics and the
// runbook.
package monitoring

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"catbird.blue/mls/server/metrics"
	// These declare the metrics.
	_ "catbird.blue/mls/server"
	_ "catbird.blue/mls/server/certificate"
	_ "catbird.blue/mls/server/conns"
	_ "catbird.blue/mls/server/dbmetrics"
	_ "catbird.blue/mls/server/httpd"
	_ "catbird.blue/mls/server/relay"
)

const (
	root = "../.."
	dir  = root + "/deploy/monitoring"
)

// run runs a program in deploy/monitoring.
func run(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing; type: sh tools/ensure.sh prometheus", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// Prometheus and Alertmanager take the files as they are.
func TestConfigurationsAreValid(t *testing.T) {
	t.Parallel()
	run(t, "promtool", "check", "config", "prometheus.yml")
	run(t, "amtool", "check-config", "alertmanager.yml")
}

// Every rule fires for the series of one case, and for those of another it does not.
func TestAlertsFireAndDoNot(t *testing.T) {
	t.Parallel()
	run(t, "promtool", "test", "rules", "alerts_test.yml")
}

type rule struct {
	Alert, Expr         string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []rule } }
	read(t, "alerts.yml", &file)
	var all []rule
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) < 20 {
		t.Fatalf("found %d rules", len(all))
	}
	return all
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil {
		err = yaml.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Each alert has a case that fires and one that does not, a section of the runbook
// with what it means, how to confirm it and what to do, and a link to that.
func TestEveryAlertIsTriedAndExplained(t *testing.T) {
	t.Parallel()
	var file struct {
		Tests []struct {
			Cases []struct {
				Name   string `yaml:"alertname"`
				Alerts []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	read(t, "alerts_test.yml", &file)
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range file.Tests {
		for _, c := range test.Cases {
			if len(c.Alerts) > 0 {
				fires[c.Name] = true
			} else {
				quiet[c.Name] = true
			}
		}
	}
	runbook, err := os.ReadFile(root + "/docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rules(t) {
		names = append(names, r.Alert)
		if !fires[r.Alert] || !quiet[r.Alert] {
			t.Errorf("alerts_test.yml lacks a case for %s: fires %v, does not %v", r.Alert, fires[r.Alert], quiet[r.Alert])
		}
		if want := "docs/runbook.md#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want || r.Annotations["summary"] == "" {
			t.Errorf("%s has annotations %v, want a summary and the runbook_url %s", r.Alert, r.Annotations, want)
		}
		_, section, found := strings.Cut(string(runbook), "\n## "+r.Alert+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for _, part := range []string{"**Meaning.** ", "**Confirm.** ", "**Do.** "} {
			if !found || !strings.Contains(section, part) {
				t.Errorf("docs/runbook.md has no %q of %s", strings.TrimSpace(part), r.Alert)
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^## (MLS\w+)$`).FindAllStringSubmatch(string(runbook), -1) {
		if !slices.Contains(names, m[1]) {
			t.Errorf("docs/runbook.md explains %s, which no rule is called", m[1])
		}
	}
}

var (
	text     = regexp.MustCompile(`"[^"]*"`)
	name     = regexp.MustCompile(`\b(?:mls|http|database|process|go)_[a-z0-9_]+`)
	selector = regexp.MustCompile(`\b((?:mls|http|database|process|go)_[a-z0-9_]+)\{([^}]*)\}`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	// notOurs are labels that Prometheus adds.
	notOurs = []string{"job", "instance", "le"}
)

// find returns the declared metric of a series.
func find(series string) *metrics.Metric {
	if m := metrics.Find(series); m != nil {
		return m
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if base, ok := strings.CutSuffix(series, suffix); ok {
			if m := metrics.Find(base); m != nil && m.Kind == metrics.Histogram {
				return m
			}
		}
	}
	return nil
}

// undeclared returns what an expression names that the catalogue does not have.
func undeclared(expr string) []string {
	var out []string
	for _, n := range name.FindAllString(text.ReplaceAllString(expr, `""`), -1) {
		if find(n) == nil {
			out = append(out, n)
		}
	}
	for _, s := range selector.FindAllStringSubmatch(expr, -1) {
		m := find(s[1])
		for _, l := range matcher.FindAllStringSubmatch(s[2], -1) {
			if m == nil || slices.Contains(notOurs, l[1]) {
				continue
			}
			for _, value := range strings.Split(l[3], "|") {
				if !allowed(m, l[1], value) {
					out = append(out, s[1]+"{"+l[1]+"="+value+"}")
				}
			}
		}
	}
	return out
}

// allowed reports whether a label has a value, or for a prefix with .* any.
func allowed(m *metrics.Metric, label, value string) bool {
	prefix, isPrefix := strings.CutSuffix(value, ".*")
	if !isPrefix {
		return m.Allows(label, value)
	}
	return slices.ContainsFunc(m.Labels, func(l metrics.Label) bool {
		return l.Name == label && slices.ContainsFunc(l.Values, func(v string) bool { return strings.HasPrefix(v, prefix) })
	})
}

func TestExpressionsNameTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, r := range rules(t) {
		if missing := undeclared(r.Expr); len(missing) > 0 || !name.MatchString(r.Expr) && !strings.HasPrefix(r.Expr, "up{") {
			t.Errorf("%s names %v", r.Alert, missing)
		}
	}
	for _, e := range dashboardExpressions(t) {
		if missing := undeclared(e); len(missing) > 0 {
			t.Errorf("the dashboard names %v in %s", missing, e)
		}
	}
	// What the test is for is found.
	for _, wrong := range []string{`mls_gone`, `mls_storage_short{limit="free-for-write"}`, `mls_storage_short{limits="free-for-all"}`,
		`mls_log_lag_seconds_bucket`, `http_requests_total{nsid=~"red.*"}`} {
		if len(undeclared(wrong)) == 0 {
			t.Errorf("nothing is wrong with %s", wrong)
		}
	}
}

func dashboardExpressions(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(dir + "/grafana/dashboards/mls.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal(b, &board); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			out = append(out, target.Expr)
		}
	}
	if len(out) < 20 {
		t.Fatalf("found %d expressions", len(out))
	}
	return out
}

// The dashboard asks for the data source that is provisioned.
func TestDashboardHasItsSource(t *testing.T) {
	t.Parallel()
	var file struct{ Datasources []struct{ UID, Type string } }
	read(t, "grafana/provisioning/datasources/prometheus.yml", &file)
	b, err := os.ReadFile(dir + "/grafana/dashboards/mls.json")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"uid": "(mls-[^"]+)"`).FindAllStringSubmatch(string(b), -1)
	if len(found) == 0 || len(file.Datasources) != 1 {
		t.Fatalf("%d references, %d sources", len(found), len(file.Datasources))
	}
	for _, m := range found {
		if m[1] != file.Datasources[0].UID {
			t.Errorf("the dashboard asks for %s", m[1])
		}
	}
}
