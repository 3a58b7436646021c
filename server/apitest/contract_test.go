package apitest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/xrpc"
)

// readOnlyProcedures change nothing that a later call could notice, so the
// permission to read includes them: sync stores nothing, and a ticket only
// opens a stream, which reads. TestReadOnlyProceduresOnlyRead checks that.
var readOnlyProcedures = []string{"getSubscriptionTicket", "sync"}

// Lexicons, the table of methods and the routes list the same methods.
func TestRoutesAreTheLexicons(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	want := map[string]string{}
	for _, nsid := range lexicons.NSIDs() {
		switch readLexicon(nsid).main().Type {
		case "query", "subscription":
			want[nsid] = http.MethodGet
		case "procedure":
			want[nsid] = http.MethodPost
		}
	}
	table := map[string]string{}
	for _, m := range gen.Methods {
		table[m.NSID] = m.Kind.Verb()
	}
	routes := map[string]string{}
	for _, r := range s.echo.Routes() {
		nsid, ok := strings.CutPrefix(r.Path, "/xrpc/")
		if !ok || nsid == "*" || nsid == "_health" {
			continue
		}
		if routes[nsid] != "" {
			t.Errorf("%s is routed for %s and %s", nsid, routes[nsid], r.Method)
		}
		routes[nsid] = r.Method
	}
	for name, got := range map[string]map[string]string{"the table of methods": table, "the routes": routes} {
		for nsid, verb := range want {
			if got[nsid] != verb {
				t.Errorf("%s: in %s it is %q, its lexicon says %s", nsid, name, got[nsid], verb)
			}
		}
		for nsid := range got {
			if want[nsid] == "" {
				t.Errorf("%s: in %s, but there is no lexicon", nsid, name)
			}
		}
	}
}

// The table of methods agrees with the lexicons.
func TestTableOfMethodsIsTheLexicons(t *testing.T) {
	for _, m := range gen.Methods {
		main := readLexicon(m.NSID).main()
		var errors []string
		for _, e := range main.Errors {
			errors = append(errors, e.Name)
		}
		if !slices.Equal(errors, m.Errors) {
			t.Errorf("%s: errors are %v, want %v", m.NSID, m.Errors, errors)
		}
		input, output := "", ""
		if main.Input != nil {
			input = main.Input.Encoding
		}
		if main.Output != nil {
			output = main.Output.Encoding
		}
		if m.InputEncoding != input || m.OutputEncoding != output {
			t.Errorf("%s: takes %q and gives %q, want %q and %q", m.NSID, m.InputEncoding, m.OutputEncoding, input, output)
		}
		if public := m.NSID == gen.NSIDDescribeService; m.Public != public {
			t.Errorf("%s: Public is %v", m.NSID, m.Public)
		}
		for _, name := range m.Errors {
			if got := gen.StatusOf(name); got != statusOf(name) {
				t.Errorf("%s: status %d, want %d", name, got, statusOf(name))
			}
		}
	}
}

// The permission sets list every method that needs a token, and those of them
// that change nothing.
func TestPermissionSetsAreTheMethods(t *testing.T) {
	var full, read []string
	for _, m := range gen.Methods {
		if m.Public {
			continue
		}
		full = append(full, m.NSID)
		if m.Kind != xrpc.Procedure || slices.Contains(readOnlyProcedures, strings.TrimPrefix(m.NSID, namespace)) {
			read = append(read, m.NSID)
		}
	}
	for name, want := range map[string][]string{"authFull": full, "authRead": read} {
		set := readLexicon(namespace + name).main()
		if set.Type != "permission-set" || len(set.Permissions) != 1 {
			t.Fatalf("%s is a %s with %d permissions", name, set.Type, len(set.Permissions))
		}
		p := set.Permissions[0]
		slices.Sort(want)
		got := slices.Sorted(slices.Values(p.LXM))
		if p.Resource != "rpc" || !p.InheritAud || !slices.Equal(got, want) {
			t.Errorf("%s: %s, inheritAud %v, methods %v\nwant %v", name, p.Resource, p.InheritAud, got, want)
		}
	}
}

// Read-only procedures change nothing that is stored, except for tickets.
func TestReadOnlyProceduresOnlyRead(t *testing.T) {
	t.Parallel()
	sc := newScene(t, newStack(t))
	calls := map[string]object{
		"getSubscriptionTicket": {"convoId": sc.g.ID()},
		"sync":                  {"positions": []object{{"convoId": sc.g.ID(), "seq": 1}}, "cursor": sc.start, "limit": 2, "waitMs": 1},
	}
	before := sc.state(t)
	for _, name := range readOnlyProcedures {
		in, found := calls[name]
		if !found {
			t.Errorf("%s is not called", name)
		}
		ok[object](t, sc.call(t, sc.bob.Account, name, in))
	}
	dbtest.Exec(t, sc.pool, `DELETE FROM tickets`)
	sc.unchanged(t, before)
}

// describeService lists the methods that are routed and served.
func TestDescribeServiceListsTheMethods(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	out := ok[struct{ Lexicons []string }](t, s.call(t, nil, "describeService", nil))
	for _, m := range gen.Methods {
		if !slices.Contains(out.Lexicons, m.NSID) {
			t.Errorf("%s is not told", m.NSID)
		}
	}
	for _, nsid := range out.Lexicons {
		r := must(http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/lexicons/"+nsid+".json", nil))(t)
		want, _ := lexicons.JSON(nsid)
		if a := s.send(t, r); a.status != http.StatusOK || string(a.body) != string(want) {
			t.Errorf("%s: %s", nsid, a.short())
		}
	}
}
