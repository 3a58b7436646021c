package docs

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/llms.txt")

// clientPages are the pages for developers of clients, in the order of reading.
var clientPages = []string{
	"docs/clients/first-chat.md", "docs/clients/guide.md", "docs/protocol.md", "docs/clients/mls.md", "docs/clients/errors.md",
	"docs/clients/oauth.md", "docs/clients/bindings.md", "docs/clients/changes.md", "docs/limits.md", "docs/glossary.md",
}

const llmsHead = `# MLS delivery service for the AT Protocol

> A delivery service for end-to-end encrypted group chat (MLS, RFC 9420) on the AT Protocol: key packages, commits and
> messages in one order, Welcomes, encrypted attachments, live events. Clients call blue.catbird.mls.* through their PDS.

This file has the pages for developers of clients, and a summary of all methods. It is generated from docs/ and
lexicons/ by make lexgen.

`

// relativeLink is a link to another page of this repository.
var relativeLink = regexp.MustCompile(`\[([^\]]+)\]\([^):]+\)`)

// schema is a part of a lexicon.
type schema struct {
	Type, Description, Ref, Encoding   string
	Required                           []string
	Properties                         map[string]*schema
	Items, Schema                      *schema
	Parameters, Input, Output, Message *schema
	Refs                               []string
	Errors                             []struct{ Name string }
}

// kind is the type of a field as one reads it.
func (s *schema) kind() string {
	switch {
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, "blue.catbird.mls.")
	case s.Items != nil:
		return "array of " + s.Items.kind()
	case s.Refs != nil:
		return strings.Join(s.Refs, " | ")
	}
	return s.Type
}

// fields lists the properties of an object, one to a line.
func (s *schema) fields(title string) string {
	if s == nil {
		return ""
	}
	if s.Schema != nil {
		s = s.Schema
	}
	if s.Properties == nil {
		if kind := s.kind(); kind != "" && kind != "object" && kind != "params" {
			return title + ": " + kind + "\n"
		}
		return title + ": " + strings.TrimSpace(s.Encoding+" ") + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n", title)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		optional := "optional "
		if slices.Contains(s.Required, name) {
			optional = ""
		}
		fmt.Fprintf(&b, "- %s (%s%s): %s\n", name, optional, p.kind(), p.Description)
	}
	return b.String()
}

// method describes a lexicon.
func method(nsid string, defs map[string]*schema) string {
	var b strings.Builder
	if main := defs["main"]; main != nil {
		fmt.Fprintf(&b, "### %s (%s)\n\n%s\n\n", nsid, main.Type, main.Description)
		b.WriteString(main.Parameters.fields("Parameters") + main.Input.fields("Input") + main.Output.fields("Output") + main.Message.fields("Events"))
		var errors []string
		for _, e := range main.Errors {
			errors = append(errors, e.Name)
		}
		if errors != nil {
			fmt.Fprintf(&b, "Errors: %s\n", strings.Join(errors, ", "))
		}
	} else {
		fmt.Fprintf(&b, "### %s\n\n", nsid)
	}
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		if name != "main" {
			b.WriteString(defs[name].fields("#" + name))
		}
	}
	return b.String() + "\n"
}

// llms is what docs/llms.txt has to be.
func (r *repository) llms(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(llmsHead)
	for _, name := range clientPages {
		if r.texts[name] == "" {
			t.Fatalf("no page %s", name)
		}
		b.WriteString(relativeLink.ReplaceAllString(r.texts[name], "$1") + "\n")
	}
	b.WriteString("# Methods\n\n")
	for _, name := range slices.Sorted(maps.Keys(r.texts)) {
		if path.Dir(name) != "lexicons/blue/catbird/mls" {
			continue
		}
		var lexicon struct {
			ID   string
			Defs map[string]*schema
		}
		if err := json.Unmarshal([]byte(r.texts[name]), &lexicon); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b.WriteString(method(lexicon.ID, lexicon.Defs))
	}
	return b.String()
}

// docs/llms.txt is what the pages and the lexicons give; -update writes it.
func TestLLMs(t *testing.T) {
	t.Parallel()
	const name = root + "/docs/llms.txt"
	want := readRepository(t).llms(t)
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil { //nolint:gosec // a document for everybody
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/llms.txt is not what docs/ and lexicons/ give: run make lexgen")
	}
	for _, part := range []string{"# Your first chat", "### blue.catbird.mls.sendMessage (procedure)", "- ciphertext (bytes): ", "| `EpochMismatch` | 409 |"} {
		if !strings.Contains(want, part) {
			t.Errorf("docs/llms.txt lacks %q", part)
		}
	}
	if relativeLink.MatchString(want) {
		t.Errorf("a link of docs/llms.txt leads nowhere: %s", relativeLink.FindString(want))
	}
}
