package gentest

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/lexgen/oracle"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/xrpc"
)

// output is implemented by every generated output type.
type output interface {
	xrpc.Decodable
	xrpc.Checkable
	xrpc.Encodable
}

// service is the generated interface, from which the tests take the types of a
// method.
var service = reflect.TypeFor[gen.Service]()

// signature returns new values of a method's input or parameters (nil if it has
// none) and of its output (nil for downloads and streams).
func signature(t *testing.T, m *xrpc.Method) (in, out any) {
	t.Helper()
	name := m.NSID[strings.LastIndexByte(m.NSID, '.')+1:]
	f, ok := service.MethodByName(strings.ToUpper(name[:1]) + name[1:])
	if !ok {
		t.Fatalf("the service has no %s", name)
	}
	if f.Type.NumIn() >= 3 && f.Type.In(2) != reflect.TypeFor[*xrpc.Upload]() {
		in = reflect.New(f.Type.In(2).Elem()).Interface()
	}
	if f.Type.Out(0) != reflect.TypeFor[*xrpc.Download]() && !m.Streams() {
		out = reflect.New(f.Type.Out(0).Elem()).Interface()
	}
	return in, out
}

func newOracle(t *testing.T) *oracle.Oracle {
	t.Helper()
	o, err := oracle.New(lexicons.FS)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The generated code and indigo's validator must agree on every input, valid or
// not.
func TestInputsAgreeWithOracle(t *testing.T) {
	b, o := newBook(t), newOracle(t)
	good, bad := 0, 0
	for _, m := range gen.Methods {
		in, _ := signature(t, m)
		if m.Kind != xrpc.Procedure || in == nil {
			continue
		}
		p := place{b.main(m.NSID, "input", "schema"), m.NSID, m.NSID[strings.LastIndexByte(m.NSID, '.')+1:] + ".input"}
		for _, v := range b.variants(p) {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			in, _ := signature(t, m)
			ours := in.(interface{ Parse([]byte) error }).Parse(raw)
			theirs := o.Input(m.NSID, raw)
			agree(t, m.NSID+" input "+short(raw), ours, theirs)
			if theirs == nil {
				good++
			} else {
				bad++
			}
		}
	}
	if good < 100 || bad < 1000 {
		t.Errorf("only %d good and %d bad inputs", good, bad)
	}
}

// The same holds for outputs. A valid output must also be the same after
// decoding and encoding.
func TestOutputsAgreeWithOracle(t *testing.T) {
	b, o := newBook(t), newOracle(t)
	good, bad := 0, 0
	for _, m := range gen.Methods {
		_, out := signature(t, m)
		if out == nil {
			continue
		}
		p := place{b.main(m.NSID, "output", "schema"), m.NSID, m.NSID[strings.LastIndexByte(m.NSID, '.')+1:] + ".output"}
		for _, v := range b.variants(p) {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			_, x := signature(t, m)
			out := x.(output)
			ours := xrpc.DecodeJSON(raw, out)
			if ours == nil {
				ours = xrpc.Check(out)
			}
			theirs := o.Output(m.NSID, raw)
			agree(t, m.NSID+" output "+short(raw), ours, theirs)
			if theirs != nil || ours != nil {
				bad++
				continue
			}
			good++
			again := xrpc.Marshal(out)
			if err := o.Output(m.NSID, again); err != nil {
				t.Errorf("%s: wrote %s: %v", m.NSID, short(again), err)
			}
			if !sameJSON(t, raw, again) {
				t.Errorf("%s: %s became %s", m.NSID, short(raw), short(again))
			}
		}
	}
	if good < 100 || bad < 500 {
		t.Errorf("only %d good and %d bad outputs", good, bad)
	}
}

func TestParamsAgreeWithOracle(t *testing.T) {
	b, o := newBook(t), newOracle(t)
	good, bad := 0, 0
	for _, m := range gen.Methods {
		in, _ := signature(t, m)
		if m.Kind == xrpc.Procedure || in == nil {
			continue
		}
		p := place{b.main(m.NSID, "parameters"), m.NSID, m.NSID[strings.LastIndexByte(m.NSID, '.')+1:] + ".params"}
		for _, v := range b.objects(p) {
			q, ok := query(v.(map[string]any))
			if !ok {
				continue
			}
			in, _ := signature(t, m)
			ours := in.(interface{ Parse(url.Values) error }).Parse(q)
			theirs := o.Params(m.NSID, q)
			agree(t, m.NSID+" ?"+short([]byte(q.Encode())), ours, theirs)
			if theirs != nil || ours != nil {
				bad++
				continue
			}
			good++
			// Parameters that were decoded must be the same after the client
			// encodes them again.
			back, _ := signature(t, m)
			if err := back.(interface{ Parse(url.Values) error }).Parse(in.(interface{ Values() url.Values }).Values()); err != nil || !reflect.DeepEqual(back, in) {
				t.Errorf("%s: %+v became %+v, %v", m.NSID, in, back, err)
			}
		}
	}
	if good < 50 || bad < 100 {
		t.Errorf("only %d good and %d bad parameters", good, bad)
	}
}

// query formats values as a query string. ok is false if a query string cannot
// express them.
func query(v map[string]any) (url.Values, bool) {
	q := url.Values{}
	for name, x := range v {
		list, isList := x.([]any)
		if !isList {
			list = []any{x}
		}
		for _, item := range list {
			switch item := item.(type) {
			case string:
				q.Add(name, item)
			case int:
				q.Add(name, strconv.Itoa(item))
			case float64:
				q.Add(name, strconv.FormatFloat(item, 'g', -1, 64))
			case bool:
				q.Add(name, strconv.FormatBool(item))
			default:
				return nil, false
			}
		}
	}
	return q, true
}

func agree(t *testing.T, what string, ours, theirs error) {
	t.Helper()
	if (ours == nil) != (theirs == nil) {
		t.Errorf("%s:\nours   %v\noracle %v", what, ours, theirs)
	}
}

func short(raw []byte) string { return string(raw[:min(len(raw), 300)]) }

// sameJSON reports whether b equals a without the fields that no lexicon
// defines.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(known(x), y)
}

// known removes the unknown fields that these tests add.
func known(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = known(v[i])
		}
	case map[string]any:
		delete(v, "unknown")
		if _, ok := v["$bytes"].(float64); ok {
			delete(v, "$bytes")
		}
		for k := range v {
			v[k] = known(v[k])
		}
	}
	return v
}
