package lexgen

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// edited returns the golden lexicons with one replacement in one file.
func edited(t *testing.T, base fstest.MapFS, file, old, new string) fstest.MapFS {
	t.Helper()
	text := string(base[file].Data)
	if strings.Count(text, old) != 1 {
		t.Fatalf("%s has %d times %s", file, strings.Count(text, old), old)
	}
	files := maps.Clone(base)
	files[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	return files
}

func TestBreakingChanges(t *testing.T) {
	base, _ := golden(t)
	// An empty want means that the change breaks nothing.
	for _, c := range []wrong{
		{defs, `"description": "A friend."`, `"description": "Another text."`, ""},
		{defs, `"close": {"type": "boolean"}`, `"close": {"type": "boolean"}, "new": {"type": "boolean"}`, ""},
		{defs, `"knownValues": ["ann", "bob"]`, `"knownValues": ["ann", "bob", "eve"]`, ""},
		{list, `"default": 50`, `"default": 20`, ""},
		{list, `"wide": {"type": "boolean"}`, `"wide": {"type": "boolean"}, "high": {"type": "boolean"}`, ""},
		{post, `{"name": "NotAllowed",`, `{"name": "Another", "description": "x"}, {"name": "NotAllowed",`, ""},
		{ping, `"output": {`, `"parameters": {"type": "params", "properties": {"x": {"type": "boolean"}}}, "output": {`, ""},

		{ping, `"output": {`, `"parameters": {"type": "params", "required": ["x"], "properties": {"x": {"type": "boolean"}}}, "output": {`,
			"defs.main.parameters: new: calls as they were do not have x"},
		{defs, `,
        "close": {"type": "boolean"}`, ``, "defs.friend.properties.close: the field is gone"},
		{defs, `"close": {"type": "boolean"}`, `"close": {"type": "integer"}`, "type-change"},
		{defs, `"required": ["since"]`, `"required": ["since", "close"]`, "required fields change (friend)"},
		{defs, `"required": ["since"]`, `"required": []`, "required fields change (friend)"},
		{defs, `"maxLength": 16`, `"maxLength": 15`, "string min/max length change (nick)"},
		{defs, `"format": "datetime"`, `"maxLength": 64`, "string format changed (since)"},
		{defs, `"maxSize": 1000000`, `"maxSize": 10`, "blob max size change (photo)"},
		{list, `"maximum": 100`, `"maximum": 50`, "integer min/max values changed (limit)"},
		{list, `"items": {"type": "string", "maxLength": 10}, "maxLength": 3`, `"items": {"type": "string", "maxLength": 10}, "maxLength": 2`,
			"array min/max length change (tags)"},
		{list, `com.example.chat.defs#person`, `com.example.chat.defs#friend`, "ref change (main)"},
		{list, `,
        {"name": "BadTag", "description": "No such tag."}`, ``, "defs.main.errors: BadTag is gone"},
		{post, `"required": ["text", "to", "body"]`, `"required": ["text", "to", "body", "silent"]`, "required fields change (main)"},
		{post, `"silent": {"type": "boolean", "default": false},`, ``, "defs.main.input.schema.properties.silent: the field is gone"},
		{post, `"raw": {"type": "bytes", "maxLength": 10}`, `"other": {"type": "bytes", "maxLength": 10}`,
			"defs.main.output.schema.properties.raw: the field is gone"},
		{list, `"type": "query"`, `"type": "procedure"`, "type-change"},
		{follow, `"refs": ["#said", "#left"]`, `"refs": ["#left"]`, "defs.main.message.schema.refs: #said is gone"},
		{watch, `"left": {`, `"gone": {`, "defs.left: the definition is gone"},
		{follow, `"refs": ["#said", "#left"]`, `"refs": ["#left", "#said"]`, ""},
		{upload, `"input": {"encoding": "*/*"},`, ``, "defs.main.input: gone"},
		{upload, `"encoding": "*/*"`, `"encoding": "image/png"`, "body encoding changed"},
		{ping, `"type": "query",`, `"type": "procedure", "input": {"encoding": "*/*"},`, "defs.main.input: new"},
		{rights, `"com.example.chat.getPhoto", `, ``, "defs.main.permissions: com.example.chat.getPhoto is gone"},
	} {
		files := edited(t, base, c.file, c.old, c.new)
		probs := Breaking(mustLoad(t, base), mustLoad(t, files))
		if c.want == "" && len(probs) > 0 {
			t.Errorf("%s: %v", c.new, probs)
		}
		if c.want != "" && !strings.Contains(probs.Error(), c.file+": ") || !strings.Contains(probs.Error(), c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s: %s", c.new, probs, c.file, c.want)
		}
	}
}

func TestRenamedParts(t *testing.T) {
	base, _ := golden(t)
	def := edited(t, edited(t, base, defs, "#nick", "#name"), defs, "\"nick\": {\n      \"type\"", "\"name\": {\n      \"type\"")
	param := edited(t, edited(t, base, list, `"required": ["of"]`, `"required": ["from"]`), list, `"of": {`, `"from": {`)
	for want, files := range map[string]fstest.MapFS{
		"defs.nick: the definition is gone":                     def,
		"defs.main.parameters.properties.of: the field is gone": param,
		"required fields change (main) (params-required)":       param,
	} {
		if probs := Breaking(mustLoad(t, base), mustLoad(t, files)); !strings.Contains(probs.Error(), want) {
			t.Errorf("got %v, want %s", probs, want)
		}
	}
}

func TestAddedAndRemovedLexicons(t *testing.T) {
	base, _ := golden(t)
	fewer := maps.Clone(base)
	delete(fewer, ping)
	if probs := Breaking(mustLoad(t, fewer), mustLoad(t, base)); len(probs) > 0 {
		t.Errorf("a new method breaks %v", probs)
	}
	probs := Breaking(mustLoad(t, base), mustLoad(t, fewer))
	if len(probs) != 1 || probs[0].String() != ping+": the lexicon is gone" {
		t.Errorf("%v", probs)
	}
}

func TestIntendedChanges(t *testing.T) {
	base, _ := golden(t)
	released := maps.Clone(base)
	current := mustLoad(t, edited(t, base, defs, `,
        "close": {"type": "boolean"}`, ``))
	const change = defs + `: defs.friend.properties.close: the field is gone`
	for list, want := range map[string]string{
		`[]`: change,
		`[{"date": "2026-11-23", "change": "` + change + `", "reason": "nobody used it"}]`: "",
		`[{"date": "2026-11-23", "change": "` + change + `", "reason": ""}]`:               "[0]: change and reason must be given",
		`[{"date": "23.11.2026", "change": "` + change + `", "reason": "x"}]`:              `[0].date: "23.11.2026" is not a date`,
		`[{"date": "2026-11-23", "change": "something else", "reason": "x"}]`:              `nothing matches "something else"`,
		`{}`: "intended.json",
	} {
		released[IntendedFile] = &fstest.MapFile{Data: []byte(list)}
		err := CheckBreaking(released, current)
		if want == "" && err != nil || want != "" && (!errors.As(err, new(Problems)) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s:\ngot  %v\nwant %s", list, err, want)
		}
	}
	delete(released, IntendedFile)
	if err := CheckBreaking(released, current); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a list: %v", err)
	}
	if err := CheckBreaking(fstest.MapFS{}, current); err == nil || !strings.Contains(err.Error(), "no snapshot") {
		t.Errorf("without a snapshot: %v", err)
	}
}

func TestSnapshot(t *testing.T) {
	base, _ := golden(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"com/example/chat/old.json": "{}", IntendedFile: "[1]", "README.md": "keep"} {
		if err := writeFile(dir, name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	set := mustLoad(t, base)
	if err := Snapshot(dir, set); err != nil {
		t.Fatal(err)
	}
	if err := CheckBreaking(os.DirFS(dir), set); err != nil {
		t.Errorf("a snapshot breaks itself: %v", err)
	}
	for name, want := range base {
		if raw, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(raw) != string(want.Data) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, there := range map[string]bool{"com/example/chat/old.json": false, "README.md": true, IntendedFile: true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := mustLoad(t, edited(t, base, defs, `"#nick"`, `"#nobody"`))
	if err := Snapshot(dir, broken); !errors.As(err, new(Problems)) {
		t.Errorf("broken lexicons were released: %v", err)
	}
}

// The lexicons in the repository break nothing of the last release except the
// intended changes.
func TestRepositoryBreaksNothing(t *testing.T) {
	err := CheckBreaking(os.DirFS("../../lexicons/"+Released), mustLoad(t, os.DirFS("../../lexicons")))
	if err != nil {
		t.Error(err)
	}
}
