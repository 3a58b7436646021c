package server

import (
	"slices"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// The rates of describeService are those in force: every method is in one class, and
// the configured scale applies.
func TestDescribeRates(t *testing.T) {
	t.Parallel()
	describe := func(cfg limit.Config) []gen.DescribeServiceRate {
		t.Helper()
		l, err := limit.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		out, err := New(Config{Limits: l, Secret: auth.NewSecret()}).DescribeService(t.Context(), xrpc.Caller{})
		if err != nil {
			t.Fatal(err)
		}
		return out.Rates
	}
	classOf := func(rates []gen.DescribeServiceRate, nsid string) *gen.DescribeServiceRate {
		i := slices.IndexFunc(rates, func(r gen.DescribeServiceRate) bool { return slices.Contains(r.Methods, nsid) })
		if i < 0 {
			t.Fatalf("%s has no rate", nsid)
		}
		return &rates[i]
	}
	rates := describe(limit.Config{})
	total := 0
	for _, r := range rates {
		total += len(r.Methods)
	}
	for _, m := range gen.Methods {
		if r := classOf(rates, m.NSID); r.Class != m.Rate.String() {
			t.Errorf("%s is in the class %s, want %s", m.NSID, r.Class, m.Rate)
		}
	}
	if total != len(gen.Methods) {
		t.Errorf("%d methods have rates, want %d", total, len(gen.Methods))
	}
	if r := classOf(rates, gen.NSIDSendMessage); r.Class != "send" || r.Per != "account" || r.Burst != 200 || r.PerMinute != 1200 {
		t.Errorf("the rate of sendMessage is %+v", r)
	}
	if r := classOf(rates, gen.NSIDDescribeService); r.Class != "public" || r.Per != "source address" {
		t.Errorf("the rate of describeService is %+v", r)
	}
	if r := classOf(describe(limit.Config{Scale: 0.1}), gen.NSIDSendMessage); r.Burst != 20 || r.PerMinute != 120 {
		t.Errorf("with a tenth of the rates, that of sendMessage is %+v", r)
	}
	if rates := describe(limit.Config{Off: true}); rates != nil {
		t.Errorf("without rates there are %v", rates)
	}
}
