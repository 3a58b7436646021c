package auth

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// After accepted and refused calls the metrics contain no identifier.
func TestMetricsNameNobody(t *testing.T) {
	w := newWorld(t)
	reg := prometheus.NewRegistry()
	m := NewMetrics(reg)
	w.dir.metrics, w.dir.resolver.metrics, w.replay.metrics, w.auth.metrics = m, m, m, m
	limits, err := limit.New(limit.Config{Registry: reg, Scale: 0.001})
	if err != nil {
		t.Fatal(err)
	}
	a := w.plc.NewAccount()
	for _, token := range []string{
		a.Token(service, sendMessage.NSID), "nonsense", forge(a, sendMessage.NSID, claim("jti", "same")),
		forge(a, sendMessage.NSID, claim("jti", "same")), resign(a.Token(service, sendMessage.NSID), flipBit),
	} {
		call(t, w.auth, token, sendMessage)
		_ = limits.Account(t.Context(), &xrpc.Call{Method: sendMessage, Caller: xrpc.Caller{DID: a.DID}})
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, l := range metric.GetLabel() {
				seen[f.GetName()] += " " + l.GetValue()
				if strings.Contains(l.GetValue(), "did:") || len(l.GetValue()) > 32 {
					t.Errorf("%s has %s=%q", f.GetName(), l.GetName(), l.GetValue())
				}
			}
		}
	}
	for name, want := range map[string]string{
		"mls_auth_tokens_total":        " BadJwt BadJwtSignature JwtReplayed ok",
		"mls_auth_did_lookups_total":   " plc ok",
		"mls_auth_replay_checks_total": " fresh memory replayed memory",
		limit.RefusedMetric:            " send",
	} {
		for _, v := range strings.Fields(want) {
			if !strings.Contains(seen[name]+" ", " "+v+" ") {
				t.Errorf("%s has %q, want %s in it", name, seen[name], v)
			}
		}
	}
}
