package lexgen

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// wrong is a golden lexicon with one mistake.
type wrong struct {
	file     string
	old, new string
	// want is part of the expected problem, whose text begins with the file.
	want string
}

const (
	defs    = "com/example/chat/defs.json"
	post    = "com/example/chat/post.json"
	list    = "com/example/chat/list.json"
	ping    = "com/example/chat/ping.json"
	upload  = "com/example/chat/putPhoto.json"
	watch   = "com/example/chat/watch.json"
	follow  = "com/example/chat/follow.json"
	rights  = "com/example/chat/authFull.json"
	reading = "com/example/chat/authRead.json"
)

// Mistakes that are refused while a file is read.
var malformedFiles = []wrong{
	{defs, `"lexicon": 1,`, `"lexicon": 1`, "malformed JSON: line 2"},
	{defs, `"lexicon": 1,`, `"lexicon": 1, "lexicon": 1,`, "duplicate object member name"},
	{defs, `"lexicon": 1,`, ``, "lexicon: missing"},
	{defs, `"lexicon": 1,`, `"lexicon": 2,`, "unsupported lexicon language version"},
	{defs, `"lexicon": 1,`, `"lexicon": "1",`, "lexicon: must be an integer"},
	{defs, `"id": "com.example.chat.defs",`, ``, "id: missing"},
	{defs, `"id": "com.example.chat.defs"`, `"id": "not an nsid"`, `"not an nsid" is not an NSID`},
	{defs, `"id": "com.example.chat.defs"`, `"id": "com.example.chat.def"`, "must be com/example/chat/def.json"},
	{defs, `"lexicon": 1,`, `"lexicon": 1, "revision": 3,`, `revision: unknown key "revision"`},
	{defs, `"maxSize"`, `"maxsize"`, `defs.person.properties.photo.maxsize: unknown key "maxsize"; known are accept, description, maxSize, type`},
	{defs, `"maxLength": 64}, "maxLength": 8`, `"maxLength": 64}, "maxItems": 8`, `unknown key "maxItems"`},
	{defs, `"minLength": 1, "maxLength": 100`, `"minItems": 1, "maxLength": 100`, `unknown key "minItems"`},
	{defs, `"maxLength": 16`, `"maxLength": "16"`, "defs.nick.maxLength: must be an integer"},
	{defs, `"maxLength": 16`, `"maxLength": 16.5`, "defs.nick.maxLength: must be an integer"},
	{defs, `"knownValues": ["ann", "bob"]`, `"knownValues": "ann"`, "must be a list of strings"},
	{defs, `"knownValues": ["ann", "bob"]`, `"knownValues": ["ann", 1]`, "must be a list of strings"},
	{defs, `"required": ["since"]`, `"required": true`, "must be a list of strings"},
	{defs, `"type": "cid-link"`, `"type": "cidlink"`, `unknown type "cidlink"`},
	{defs, `"type": "cid-link"`, `"typ": "cid-link"`, `unknown type ""`},
	{defs, `{"type": "cid-link"}`, `"cid-link"`, "defs.person.properties.head: must be an object"},
	{defs, `"properties": {
        "since"`, `"properties": [], "x": {
        "since"`, "must be an object"},
	{defs, `"required": ["since"]`, `"required": ["until"]`, "'required' field not in properties: until"},
	{defs, `"maxLength": 16`, `"minLength": 17, "maxLength": 16`, "max < min"},
	{defs, `"minLength": 1, "maxLength": 64`, `"minLength": -1, "maxLength": 64`, "below zero"},
	{defs, `"format": "datetime"`, `"format": "date"`, "unknown string format: date"},
	{defs, `"type": "ref", "ref": "#nick"`, `"type": "ref"`, "empty schema ref"},
	{defs, `"type": "ref", "ref": "#nick"`, `"type": "ref", "ref": ["#nick"]`, "ref: must be a string"},
	{post, `"errors": [`, `"error": [`, `unknown key "error"`},
	{post, `{"name": "TooManyReaders",`, `{"nam": "TooManyReaders",`, `defs.main.errors[0].nam: unknown key`},
	{post, `"input": {
        "encoding": "application/json"`, `"input": {
        "mime": "application/json"`, `defs.main.input.mime: unknown key "mime"`},
	{post, `"errors": [`, `"errors": {}, "x": [`, "must be a list"},
	{post, `"minimum": 1, "maximum": 9`, `"minimum": 9, "maximum": 1`, "max < min"},
	{post, `"main": {`, `"Main": {`, "can only have name 'main'"},
	{list, `"type": "params"`, `"type": "object"`, "expected 'params' schema"},
	{list, `{"type": "boolean"}`, `{"type": "cid-link"}`, "params field type must be"},
	{rights, `"inheritAud": true,`, ``, "aud"},
	{rights, `"inheritAud": true,`, `"inheritaud": true,`, "unknown key"},
	{rights, `"resource": "rpc"`, `"resource": "email"`, "unsupported permission resource"},
	{rights, `"com.example.chat.list"`, `"list"`, "rpc permission"},
}

// Mistakes that the linter refuses.
var lintedFiles = []wrong{
	{defs, `"description": "A friend.",`, ``, "defs.friend: no description"},
	{ping, `"description": "Say that all is well.",`, ``, "defs.main: no description"},
	{defs, `"nick": {
      "type"`, `"Nick": {
      "type"`, `definition "Nick" is not in lowerCamelCase`},
	{defs, `"close": {"type"`, `"is_close": {"type"`, `"is_close" is not in lowerCamelCase`},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "object", "properties": {}}`, "an object inside another"},
	{defs, `"items": {"type": "ref", "ref": "#friend"}`, `"items": {"type": "object", "properties": {}}`, "an object inside another"},
	{defs, `"maxLength": 16,`, ``, "defs.nick: a string without format needs maxLength"},
	{defs, `"items": {"type": "string", "minLength": 1, "maxLength": 64}`, `"items": {"type": "string"}`, "a string without format needs maxLength"},
	{post, `"type": "bytes", "minLength": 1, "maxLength": 1024`, `"type": "bytes", "minLength": 1`, "properties.body: no maxLength"},
	{defs, `"maxLength": 64}, "maxLength": 8`, `"maxLength": 64}`, "properties.names: no maxLength"},
	{defs, `"knownValues": ["ann", "bob"]`, `"enum": ["ann", "bob"]`, "defs.nick.enum: an enum can never grow"},
	{post, `"n": {"type": "integer"}`, `"n": {"type": "integer", "enum": [1, 2]}`, "an enum can never grow"},
	{post, `"n": {"type": "integer"}`, `"n": {"type": "integer", "const": 1}`, "n.const: not used here"},
	{defs, `"maxLength": 16,`, `"maxLength": 16, "maxGraphemes": 4,`, "maxGraphemes: not used here"},
	{defs, `"type": "blob", "maxSize"`, `"type": "blob", "accept": ["image/*"], "maxSize"`, "accept: not used here"},
	{defs, `"required": ["since"],`, `"required": ["since"], "nullable": ["since"],`, "nullable: not used here"},
	{defs, `"required": ["since"]`, `"required": ["since", "since"]`, `required[1]: "since" is there twice`},
	{ping, `"schema": {"type": "object", "properties": {}}`, `"schema": {"type": "object"}`, "properties: missing"},
	{defs, `"ref": "#nick"`, `"ref": "#nickname"`, `properties.nick.ref: "#nickname" names nothing`},
	{list, `"ref": "com.example.chat.defs#person"`, `"ref": "com.example.chat.defs"`, `"com.example.chat.defs" names nothing`},
	{list, `"ref": "com.example.chat.defs#person"`, `"ref": "com.example.chat.people#person"`, "names nothing"},
	{list, `"ref": "com.example.chat.defs#person"`, `"ref": "com.example.chat.post"`, "is a procedure, which cannot be a value"},
	{list, `"ref": "com.example.chat.defs#person"`, `"ref": "com.example.chat.post#main"`, "without #main"},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "ref", "ref": "#person"}`, "leads back to itself"},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "union", "refs": ["#nick"], "closed": true}`, "unions are open"},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "union", "refs": ["#nobody"]}`, `refs[0]: "#nobody" names nothing`},
	{defs, `"close": {"type": "boolean"}`, `"deviceDid": {"type": "string", "format": "did"}`, "a device (did:…#device) is not a DID"},
	{defs, `"description": "Who it is."`, `"description": "As did:plc:abc#phone."`, "a device (did:…#device) is not a DID"},
	{post, `"name": "TooManyReaders"`, `"name": "tooManyReaders"`, `"tooManyReaders" is not in UpperCamelCase`},
	{post, `"name": "TooManyReaders"`, `"name": "Too_Many"`, "is not in UpperCamelCase"},
	{post, `"name": "TooManyReaders"`, `"name": "NotAllowed"`, `"NotAllowed" is there twice`},
	{post, `"name": "NotAllowed", "description": "The caller may not."`, `"name": "NotAllowed"`, "errors[1]: no description"},
	{post, `"input": {`, `"parameters": {"type": "params", "properties": {}}, "input": {`, "a procedure has an input, not parameters"},
	{ping, `"output": {
        "encoding": "application/json",
        "schema": {"type": "object", "properties": {}}
      }`, `"errors": []`, "output: missing"},
	{upload, `"input": {"encoding": "*/*"}`, `"input": {}`, "input.encoding: missing"},
	{ping, `"schema": {"type": "object", "properties": {}}`, `"description": "Nothing."`, "output.schema: missing"},
	{ping, `"encoding": "application/json"`, `"encoding": "text/plain"`, "only application/json has a schema"},
	{post, `"maximum": 9, "default": 5`, `"maximum": 9, "default": 10`, "default: 10 is above the maximum"},
	{post, `"maximum": 9, "default": 5`, `"maximum": 9, "default": 0`, "default: 0 is below the minimum"},
	{rights, `"title": "All",`, ``, "title: missing"},
	{rights, `"detail": "Everything.",`, ``, "detail: missing"},
	{defs, `"knownValues": ["ann", "bob"]`, `"knownValues": ["#ann"]`, "known-string-local-ref"},
}

// Mistakes that the generator refuses.
var unwritable = []wrong{
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "unknown"}`, "does not write values of type unknown"},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "union", "refs": ["#nick"]}`, "does not write values of type union"},
	{defs, `"items": {"type": "string", "minLength": 1, "maxLength": 64}`,
		`"items": {"type": "array", "maxLength": 2, "items": {"type": "integer"}}`, "does not write arrays of arrays"},
	{defs, `"close": {"type": "boolean"}`, `"close": {"type": "boolean", "default": true}`, "defaults of integers"},
	{list, `"maximum": 100, "default": 50`, `"maximum": 100, "default": 50, "description": "x"`, ""},
	{list, `"minimum": 1, "maximum": 100, "default": 50`, `"minimum": 0, "maximum": 100, "default": 50`, "defaults of integers"},
	{post, `"input": {
        "encoding": "application/json"`, `"input": {
        "encoding": "application/cbor"`, "only application/json has a schema"},
	{post, `"part": {
      "type": "object"`, `"input": {
      "type": "object"`, "names nothing"},
	{ping, `"type": "query"`, `"type": "subscription"`, "unknown key"},
	{ping, `"output": {
        "encoding": "application/json",
        "schema": {"type": "object", "properties": {}}
      }`, `"output": {"encoding": "application/json", "schema": {"type": "ref", "ref": "com.example.chat.defs#nick"}}`,
		"must be an object, or a ref to one"},
	{rights, `"com.example.chat.getPhoto", `, ``, "com.example.chat.getPhoto is missing"},
	{rights, `"com.example.chat.getPhoto", `, `"com.example.chat.getPhoto", "com.example.chat.ping", `, "com.example.chat.ping does not belong here"},
	{rights, `"com.example.chat.getPhoto", `, `"com.example.chat.getPhoto", "com.example.chat.gone", `, "com.example.chat.gone is no method"},
	{reading, `"com.example.chat.getPhoto", `, `"com.example.chat.getPhoto", "com.example.chat.post", `, "com.example.chat.post does not belong here"},
}

func TestRefusals(t *testing.T) {
	base, _ := golden(t)
	for _, table := range [][]wrong{malformedFiles, lintedFiles, unwritable} {
		for _, c := range table {
			old := string(base[c.file].Data)
			if strings.Count(old, c.old) != 1 {
				t.Errorf("%s has %d times %s", c.file, strings.Count(old, c.old), c.old)
				continue
			}
			files := maps.Clone(base)
			files[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(old, c.old, c.new, 1))}
			checkRefusal(t, files, goldenPolicy(), c.file, c.want, c.new)
		}
	}
}

// checkRefusal generates code and expects a problem in file, or none if want is
// "".
func checkRefusal(t *testing.T, files fstest.MapFS, policy Policy, file, want, what string) {
	t.Helper()
	set, err := Load(files)
	if err == nil {
		_, err = Generate(set, policy)
	}
	if want == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	var problems Problems
	if !errors.As(err, &problems) {
		t.Errorf("%s\naccepted, want %s (%v)", what, want, err)
		return
	}
	for _, p := range problems {
		if p.File == file && strings.Contains(p.String(), want) {
			return
		}
	}
	t.Errorf("%s\ngot  %v\nwant %s: %s", what, err, file, want)
}

func TestRefusedStreams(t *testing.T) {
	const members = `"refs": ["#said", "#left"]`
	const left = `"description": "Somebody left.",
      "required": ["cursor"],
      "properties": {
        "cursor": {"type": "string", "maxLength": 20}`
	base, _ := golden(t)
	for _, c := range []wrong{
		{watch, `"encoding": "text/event-stream"`, `"encoding": "text/event-stream", "schema": {"type": "union", ` + members + `}`,
			"output.schema: only application/json has a schema"},
		{follow, members, `"refs": ["#said", "#said"]`, `refs[1]: "#said" is there twice`},
		{follow, members, `"refs": ["#said", "#gone"]`, `refs[1]: "#gone" names nothing`},
		{follow, members, `"refs": ["com.example.chat.defs#friend"]`, "is not local"},
		{follow, `{"type": "union", ` + members + `}`, `{"type": "ref", "ref": "#said"}`, "expected 'union' schema"},
		{follow, members, `"refs": []`, "must be a union of events"},
		// An event that several methods stream must get one Go type.
		{watch, `"left": {`, `"gone": {`, "defs.left: not the same as in com.example.chat.follow"},
		{watch, left, left + `, "why": {"type": "string", "maxLength": 9}`, "defs.left: not the same as in com.example.chat.follow"},
		{watch, `"volume": {"type": "integer", "minimum": 0}`, `"volume": {"type": "integer", "minimum": 1}`, "defs.said: not the same"},
		// An event must have certain fields, and must not have others.
		{follow, left, strings.Replace(left, `"required": ["cursor"],`, "", 1), "an event has a required string cursor"},
		{follow, left, strings.Replace(left, `"string", "maxLength": 20`, `"integer"`, 1), "an event has a required string cursor"},
		{follow, `"volume": {"type": "integer", "minimum": 0}`, `"volume": {"type": "blob"}`, "no blobs, links, base64 and defaults into events"},
		{follow, `"volume": {"type": "integer", "minimum": 0}`, `"volume": {"type": "cid-link"}`, "no blobs, links"},
		{follow, `"volume": {"type": "integer", "minimum": 0}`, `"volume": {"type": "integer", "minimum": 1, "default": 5}`, "and defaults into events"},
		{follow, `"volume": {"type": "integer", "minimum": 0}`, `"volume": {"type": "ref", "ref": "#left"}`, "is defined in another file"},
		{follow, `"who": {"type": "ref", "ref": "com.example.chat.defs#friend"}`, `"who": {"type": "ref", "ref": "com.example.chat.defs#person"}`,
			"who.properties.photo: the generator writes no blobs"},
		{defs, `"description": "A friend."`, `"description": "A friend, as Happening has it."`, ""},
	} {
		old := string(base[c.file].Data)
		if strings.Count(old, c.old) != 1 {
			t.Errorf("%s has %d times %s", c.file, strings.Count(old, c.old), c.old)
			continue
		}
		files := maps.Clone(base)
		files[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(old, c.old, c.new, 1))}
		checkRefusal(t, files, goldenPolicy(), c.file, c.want, c.new)
	}
}

// A streaming method must have parameters, its union must have a name in the
// policy, and it must not be a procedure. A second subscription of a union must
// list the same events.
func TestRefusedStreamMethods(t *testing.T) {
	base, _ := golden(t)
	const file = "com/example/chat/notice.json"
	const event = `"event": {"type": "object", "description": "x", "required": ["cursor"], "properties": {"cursor": {"type": "string", "maxLength": 9}}}`
	for text, want := range map[string]string{
		`"type": "subscription", "message": {"schema": {"type": "union", "refs": ["#event"]}}`:                                                    "defs.main.parameters: missing",
		`"type": "procedure", "output": {"encoding": "text/event-stream"}`:                                                                        "of queries and */*",
		`"type": "query", "output": {"encoding": "text/event-stream"}`:                                                                            "defs.main.parameters: missing",
		`"type": "subscription", "parameters": {"type": "params", "properties": {}}, "message": {"schema": {"type": "union", "refs": ["#nick"]}}`: "is not an object",
	} {
		files := maps.Clone(base)
		files[file] = &fstest.MapFile{Data: []byte(`{"lexicon": 1, "id": "com.example.chat.notice", "defs": {
			"main": {"description": "Watch.", ` + text + `}, "nick": {"type": "string", "description": "x", "maxLength": 3}, ` + event + `}}`)}
		policy := goldenPolicy()
		policy.Methods["notice"] = MethodPolicy{Rate: RateStream, Streams: "Notice"}
		checkRefusal(t, files, policy, file, want, text)
	}
	files := maps.Clone(base)
	files[file] = &fstest.MapFile{Data: bytes.ReplaceAll(bytes.Replace(base[follow].Data,
		[]byte(`"refs": ["#said", "#left"]`), []byte(`"refs": ["#left", "#said"]`), 1), []byte("chat.follow"), []byte("chat.notice"))}
	policy := goldenPolicy()
	policy.Methods["notice"] = MethodPolicy{Rate: RateStream, Streams: "Happening"}
	checkRefusal(t, files, policy, file, "not those of com.example.chat.follow, which streams Happening too", "other order")
}

// A query may come before the subscription whose events it streams.
func TestStreamBeforeItsSubscription(t *testing.T) {
	base, want := golden(t)
	const first = "com/example/chat/attend.json"
	files := maps.Clone(base)
	files[first] = &fstest.MapFile{Data: bytes.ReplaceAll(base[watch].Data, []byte("chat.watch"), []byte("chat.attend"))}
	policy := goldenPolicy()
	policy.Methods["attend"] = policy.Methods["watch"]
	for _, f := range []string{rights, reading} {
		files[f] = &fstest.MapFile{Data: bytes.Replace(base[f].Data, []byte(`"com.example.chat.watch"`),
			[]byte(`"com.example.chat.attend", "com.example.chat.watch"`), 1)}
	}
	got, err := Generate(mustLoad(t, files), policy)
	if err != nil {
		t.Fatal(err)
	}
	events := bytes.ReplaceAll(want["wire/follow.go"], []byte("Follow and Watch"), []byte("Follow and Attend and Watch"))
	if got := got["wire/follow.go"]; !bytes.Equal(got, events) {
		t.Errorf("the events changed:\n%s", got)
	}
	if !bytes.Contains(got["methods.go"], []byte("MethodAttend,\n\tMethodFollow,")) {
		t.Errorf("the methods are not in the order of their NSIDs:\n%s", got["methods.go"])
	}
}

func TestRefusedRecordAndNames(t *testing.T) {
	base, _ := golden(t)
	for file, c := range map[string]struct{ text, want string }{
		"com/example/chat/note.json": {`{"lexicon": 1, "id": "com.example.chat.note", "defs": {"main": {"type": "record", "description": "x",
			"key": "any", "record": {"type": "object", "properties": {}}}}}`, "has no records"},
		"com/example/chat/person.json": {`{"lexicon": 1, "id": "com.example.chat.person", "defs": {"main": {"type": "object", "description": "x",
			"properties": {}}}}`, "the Go name Person is already that of com/example/chat/defs.json"},
		"com/example/other/a.json": {`{"lexicon": 1, "id": "com.example.other.a", "defs": {"x": {"type": "token", "description": "x"}}}`,
			"not directly in the namespace com.example.chat"},
	} {
		files := maps.Clone(base)
		files[file] = &fstest.MapFile{Data: []byte(c.text)}
		checkRefusal(t, files, goldenPolicy(), file, c.want, c.text)
	}
}

// edit changes the policy's entry of one method.
func edit(method string, change func(*MethodPolicy)) func(*Policy) {
	return func(p *Policy) {
		m := p.Methods[method]
		change(&m)
		p.Methods[method] = m
	}
}

func rules(method string, r ...Rule) func(*Policy) {
	return edit(method, func(m *MethodPolicy) { m.Rules = r })
}

func TestRefusedPolicies(t *testing.T) {
	base, _ := golden(t)
	for want, change := range map[string]func(*Policy){
		"Base64: post.input.body is no string":                                             func(p *Policy) { p.Base64 = append(p.Base64, "post.input.body") },
		"Base64: post.input.nothing is no string":                                          func(p *Policy) { p.Base64 = append(p.Base64, "post.input.nothing") },
		"ConvoIDs: post.input.priority is no string":                                       func(p *Policy) { p.ConvoIDs = append(p.ConvoIDs, "post.input.priority") },
		"ConvoIDs: hall is no string":                                                      func(p *Policy) { p.ConvoIDs = append(p.ConvoIDs, "hall") },
		"Rules: post has no from":                                                          rules("post", Rule{"from", tooLong, "NotAllowed"}),
		"Rules: post has no to[].x":                                                        rules("post", Rule{"to[].x", tooLong, "NotAllowed"}),
		"Rules: post has no text[]":                                                        rules("post", Rule{"text[]", tooLong, "NotAllowed"}),
		"Rules: ping has no x":                                                             rules("ping", Rule{"x", tooLong, "NotAllowed"}),
		"Rules: post text has no minLength":                                                rules("post", Rule{"text", length, "NotAllowed"}),
		"Rules: post text has no format":                                                   rules("post", Rule{"text", malformed, "NotAllowed"}),
		"Rules: post parts[].n has no minimum":                                             rules("post", Rule{"parts[].n", negative, "NotAllowed"}),
		"Rules: post text has no colour":                                                   rules("post", Rule{"text", []string{"colour"}, "NotAllowed"}),
		"Rules: post does not declare BadTag":                                              rules("post", Rule{"to", tooLong, "BadTag"}),
		"Status: no lexicon declares the error Gone":                                       func(p *Policy) { p.Status["Gone"] = 410 },
		"Status: NotAllowed: 200 is no status of a refusal":                                func(p *Policy) { p.Status["NotAllowed"] = 200 },
		"Methods: write is no method":                                                      func(p *Policy) { p.Methods["write"] = MethodPolicy{Rate: RateSend} },
		"Methods: list has no rate class: give it one of [Read Send":                       func(p *Policy) { delete(p.Methods, "list") },
		"Methods: post has no rate class":                                                  edit("post", func(m *MethodPolicy) { m.Rate = "" }),
		"Methods: post has the rate class Slow, which is none of [Read Send":               edit("post", func(m *MethodPolicy) { m.Rate = "Slow" }),
		"Methods: post has the rate class Public":                                          edit("post", func(m *MethodPolicy) { m.Rate = RatePublic }),
		"Methods: ping has the rate class Read: Public is that of methods that are Public": edit("ping", func(m *MethodPolicy) { m.Rate = RateRead }),
		"Methods: post does not declare PhotoTooLarge":                                     edit("post", func(m *MethodPolicy) { m.TooLarge = "PhotoTooLarge" }),
		"Methods: list is ReadOnly, but not a procedure":                                   edit("list", func(m *MethodPolicy) { m.ReadOnly = true }),
		"Methods: watch has no Streams: it streams events":                                 edit("watch", func(m *MethodPolicy) { m.Streams = "" }),
		"Methods: watch has the Streams Sights, which no subscription has":                 edit("watch", func(m *MethodPolicy) { m.Streams = "Sights" }),
		"Methods: list does not stream events":                                             edit("list", func(m *MethodPolicy) { m.Streams = "Items" }),
		"the Go name Friend is already that of":                                            edit("follow", func(m *MethodPolicy) { m.Streams = "Friend" }),
		"Methods: list has no string parameter ticket":                                     edit("list", func(m *MethodPolicy) { m.Ticket = true }),
		"Methods: post has no string parameter ticket":                                     edit("post", func(m *MethodPolicy) { m.Ticket = true }),
		"Full: authAll is no permission-set":                                               func(p *Policy) { p.Full = "authAll" },
		"Full: ping is no permission-set":                                                  func(p *Policy) { p.Full = "ping" },
		"authRead.json: defs.main.permissions: com.example.chat.post is missing":           edit("post", func(m *MethodPolicy) { m.ReadOnly = true }),
	} {
		policy := goldenPolicy()
		change(&policy)
		_, err := Generate(mustLoad(t, base), policy)
		if !errors.As(err, new(Problems)) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
