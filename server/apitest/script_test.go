package apitest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
)

// A transcript is a text with one statement per line. A line that begins with a
// space continues the previous one, and # begins a comment.
//
//	alice sendMessage {"convoId": "{g}", "ciphertext": {"$bytes": "{m}"}, "epoch": 1}
//	=> 200 {"messageId": "<id>", "receivedAt": "*", "seq": 1, "epoch": 1}
//
// This calls a method as an account, and compares the answer. {g} is replaced
// by the value of a variable. In the answer, "*" matches any value, and "<id>"
// any value, which is stored in that variable; if it occurs twice, both values
// must be equal. The members of a conversation may be in any order. An error is
// written
//
//	=> 404 ConvoNotFound: no such …
//
// where … matches any text; the message may be omitted. Parameters of a query
// are written as an object too. The answer of a method that streams is its
// first event. A stream that stays open has a name:
//
//	open s by bob streamConvoEvents {"convoId": "{g}"}
//	s => infoEvent {"cursor": "*", "info": "connected"}
//
// Each further such statement waits for the next event. "s => end" expects the
// end of the stream, "s => failed FutureCursor: …" an error that ends it. All
// other statements make MLS objects, see verbs_test.go.
type script struct {
	t testing.TB
	s *stack

	accounts  map[string]*authtest.Account
	devices   map[string]*mlstest.Client
	packages  map[string]*mls.KeyPackage
	groups    map[string]*mlstest.Group
	commits   map[string]*mlstest.Commit
	proposals map[string]*mlstest.Proposal
	vars      map[string]string
	taps      map[string]*tap

	// last is the last answer, unless it was already compared.
	last *answer
	// caught are the variables that the current answer sets.
	caught map[string]string
}

// statement is a line of a transcript.
type statement struct {
	line int
	text string
}

func runScript(t testing.TB, s *stack, file string) {
	t.Helper()
	c := &script{
		t: t, s: s,
		accounts: map[string]*authtest.Account{}, devices: map[string]*mlstest.Client{}, packages: map[string]*mls.KeyPackage{},
		groups: map[string]*mlstest.Group{}, commits: map[string]*mlstest.Commit{}, proposals: map[string]*mlstest.Proposal{},
		vars: map[string]string{}, taps: map[string]*tap{},
	}
	for _, st := range statements(string(must(os.ReadFile(file))(t))) {
		if err := c.run(st.text); err != nil {
			t.Fatalf("%s:%d: %v", file, st.line, err)
		}
	}
	if c.last != nil {
		t.Fatalf("%s ends without saying what the last answer is", file)
	}
}

func statements(text string) []statement {
	var out []statement
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, " ") && len(out) > 0:
			out[len(out)-1].text += " " + strings.TrimSpace(line)
		default:
			out = append(out, statement{i + 1, strings.TrimSpace(line)})
		}
	}
	return out
}

func (c *script) run(text string) (err error) {
	defer func() {
		if v := recover(); v != nil { // mlstest panics on misuse
			err = fmt.Errorf("%v", v)
		}
	}()
	word, rest, _ := strings.Cut(text, " ")
	if word == "=>" {
		return c.expect(rest)
	}
	if c.last != nil {
		return fmt.Errorf("nothing says what the last answer is: %s", c.last.short())
	}
	if account, ok := c.accounts[word]; ok {
		method, input, _ := strings.Cut(rest, " ")
		return c.call(account, method, strings.TrimSpace(input))
	}
	if word == "nobody" {
		method, input, _ := strings.Cut(rest, " ")
		return c.call(nil, method, strings.TrimSpace(input))
	}
	if p, ok := c.taps[word]; ok {
		return c.hear(p, rest)
	}
	verb, ok := verbs[word]
	if !ok {
		return fmt.Errorf("%q is neither an account nor a verb", word)
	}
	return verb(c, &words{list: strings.Fields(rest)})
}

func (c *script) call(as *authtest.Account, method, input string) error {
	input, err := c.fill(input)
	if err != nil {
		return err
	}
	m := methodNamed(c.t, method)
	if method == "sync" || streaming(m) {
		c.s.settle(c.t) // so that it includes all earlier events
	}
	var a answer
	switch {
	case m == gen.MethodUploadBlob:
		a, err = c.upload(as, input)
	case input == "":
		a = c.s.call(c.t, as, method, nil)
	case !json.Valid([]byte(input)):
		return fmt.Errorf("malformed JSON: %s", input)
	default:
		a = c.s.call(c.t, as, method, json.RawMessage(input))
	}
	c.last = &a
	return err
}

// upload sends bytes given in base64, followed by a media type.
func (c *script) upload(as *authtest.Account, input string) (answer, error) {
	content, mime, _ := strings.Cut(input, " ")
	body, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return answer{}, err
	}
	m := gen.MethodUploadBlob
	r := c.s.request(c.t, m, body)
	r.Header.Set("Authorization", "Bearer "+as.Token(serviceDID, m.NSID))
	if mime != "" {
		r.Header.Set("Content-Type", mime)
	}
	return c.s.do(c.t, m, r), nil
}

// expect compares the last answer.
func (c *script) expect(text string) error {
	if c.last == nil {
		return fmt.Errorf("there was no call")
	}
	a := *c.last
	c.last = nil
	status, want, _ := strings.Cut(text, " ")
	code, err := strconv.Atoi(status)
	if err != nil {
		return err
	}
	if a.status != code {
		return fmt.Errorf("answer is %s, want status %d", a.short(), code)
	}
	if want, err = c.fill(want); err != nil {
		return err
	}
	switch kind, rest, _ := strings.Cut(want, " "); {
	case kind == "bytes":
		if got := base64.StdEncoding.EncodeToString(a.body); got != rest {
			return fmt.Errorf("answer is %.100s, want %.100s", got, rest)
		}
		return nil
	case strings.HasPrefix(want, "{"):
		return c.match(want, a.body)
	}
	e, err := envelope(a)
	if err != nil {
		return err
	}
	return e.like(want)
}

// like compares an error with a name and, after a colon, a message.
func (e failure) like(want string) error {
	name, message, hasMessage := strings.Cut(want, ": ")
	if e.Error != name || hasMessage && !like(message, e.Message) {
		return fmt.Errorf("answer is %s: %s\nwant %s", e.Error, e.Message, want)
	}
	return nil
}

// open opens a stream that stays open.
func (c *script) open(w *words) error {
	name, by, method := w.next(), w.after("by"), w.next()
	input, err := c.fill(strings.Join(w.list, " "))
	if err != nil {
		return err
	}
	var as *authtest.Account
	if by != "nobody" {
		as = get(c.accounts, by)
	}
	if input == "" {
		input = "{}"
	}
	c.s.settle(c.t)
	p, a := c.s.open(c.t, as, method, json.RawMessage(input))
	if p == nil {
		return fmt.Errorf("answer is %s, want a stream", a.short())
	}
	c.taps[name] = p
	return nil
}

// hear compares the next event of a stream.
func (c *script) hear(p *tap, text string) error {
	text, err := c.fill(strings.TrimPrefix(text, "=> "))
	if err != nil {
		return err
	}
	data, failed := p.next()
	word, want, _ := strings.Cut(text, " ")
	switch {
	case failed != nil && word == "failed":
		return failed.like(want)
	case data == nil && failed == nil && word == "end":
		return nil
	case failed != nil:
		return fmt.Errorf("the stream ended with %v, want %s", *failed, text)
	case data == nil || word == "failed" || word == "end":
		return fmt.Errorf("the stream said %.300s, want %s", data, text)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	if is := fields["$type"]; is != p.m.NSID+"#"+word {
		return fmt.Errorf("the stream said %.300s, want %s", data, text)
	}
	delete(fields, "$type")
	if data, err = json.Marshal(fields); err != nil {
		return err
	}
	return c.match(want, data)
}

// like compares a text with a pattern in which … matches anything.
func like(pattern, text string) bool {
	parts := strings.Split(pattern, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^(?s:" + strings.Join(parts, ".*") + ")$").MatchString(text)
}

// variable is a name in braces, which cannot be the start of a JSON object.
var variable = regexp.MustCompile(`\{[a-zA-Z][a-zA-Z0-9.]*\}`)

// fill replaces variables by their values.
func (c *script) fill(text string) (string, error) {
	var unknown error
	out := variable.ReplaceAllStringFunc(text, func(v string) string {
		name := strings.Trim(v, "{}")
		value, ok := c.vars[name]
		if !ok {
			unknown = fmt.Errorf("no variable %s", name)
		}
		return value
	})
	return out, unknown
}

// match compares an answer with the expected one.
func (c *script) match(want string, got []byte) error {
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		return fmt.Errorf("malformed JSON: %s", want)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		return err
	}
	c.caught = map[string]string{}
	defer func() { maps.Copy(c.vars, c.caught) }()
	if err := c.same("", w, g); err != nil {
		return fmt.Errorf("%w\nanswer is %s\nwant      %s", err, got, want)
	}
	return nil
}

func (c *script) same(path string, want, got any) error {
	switch w := want.(type) {
	case string:
		if w == "*" && got != nil {
			return nil
		}
		if name, ok := strings.CutPrefix(w, "<"); ok && strings.HasSuffix(name, ">") {
			return c.capture(path, strings.TrimSuffix(name, ">"), got)
		}
		if g, ok := got.(string); ok && strings.HasSuffix(path, ".$bytes") && strings.TrimRight(w, "=") == g {
			return nil // lexicon bytes are not padded
		}
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for name := range g {
			if _, ok := w[name]; !ok {
				return fmt.Errorf("%s.%s is too much", path, name)
			}
		}
		for name, x := range w {
			if _, ok := g[name]; !ok {
				return fmt.Errorf("%s.%s is missing", path, name)
			}
			if err := c.same(path+"."+name, x, g[name]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		if strings.HasSuffix(path, ".members") {
			w, g = byDID(w), byDID(g)
		}
		for i := range w {
			if err := c.same(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s is %v, want %v", path, got, want)
	}
	return nil
}

func (c *script) capture(path, name string, got any) error {
	if got == nil {
		return fmt.Errorf("%s is null", path)
	}
	value := fmt.Sprint(got)
	if before, ok := c.caught[name]; ok && before != value {
		return fmt.Errorf("%s is %s, want %s", path, value, before)
	}
	c.caught[name] = value
	return nil
}

// byDID sorts member views.
func byDID(list []any) []any {
	did := func(v any) string {
		m, _ := v.(map[string]any)
		s, _ := m["did"].(string)
		return s
	}
	return slices.SortedFunc(slices.Values(list), func(a, b any) int { return strings.Compare(did(a), did(b)) })
}
