package lexgen

import (
	"slices"

	"github.com/bluesky-social/indigo/lex/lexlint"
)

// Breaking compares the lexicons of the last release with the current ones and
// reports the changes that break existing clients. It applies indigo's rules,
// and checks what those miss: definitions that were removed, and parts of a
// call that became required. Each problem is one change. The list of intended
// changes repeats its text.
func Breaking(released, current *Set) Problems {
	var probs Problems
	for _, before := range released.Files {
		after := current.byID[before.NSID]
		if after == nil {
			probs.add(before.Path, "", "the lexicon is gone")
			continue
		}
		c := &comparison{file: before.Path, probs: &probs}
		c.defs(before.tree.get("defs"), after.tree.get("defs"))
		for _, issue := range lexlint.BreakingChanges(before.Schema, after.Schema) {
			probs.add(before.Path, "", "%s (%s)", issue.Message, issue.LintName)
		}
	}
	slices.SortFunc(probs, func(a, b Problem) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return slices.Compact(probs)
}

// comparison compares two versions of one file.
type comparison struct {
	file  string
	probs *Problems
}

func (c *comparison) add(path, format string, args ...any) {
	c.probs.add(c.file, path, format, args...)
}

func (c *comparison) defs(before, after *node) {
	for _, name := range before.keys {
		at, then, now := "defs."+name, before.fields[name], after.get(name)
		if now == nil {
			c.add(at, "the definition is gone")
			continue
		}
		c.errors(then, now, at)
		c.permissions(then, now, at)
		for _, part := range []string{"parameters", "input", "output", "message"} {
			c.part(then.get(part), now.get(part), at+"."+part)
		}
		c.properties(then, now, at)
	}
}

// errors reports declared errors that were removed.
func (c *comparison) errors(then, now *node, at string) {
	names := func(n *node) (out []string) {
		if list := n.get("errors"); list != nil {
			for _, e := range list.items {
				out = append(out, e.str("name"))
			}
		}
		return out
	}
	left := names(now)
	for _, name := range names(then) {
		if !slices.Contains(left, name) {
			c.add(at+".errors", "%s is gone", name)
		}
	}
}

// permissions reports methods that a permission set no longer lists.
func (c *comparison) permissions(then, now *node, at string) {
	names := func(n *node) (out []string) {
		if list := n.get("permissions"); list != nil {
			for _, p := range list.items {
				out = append(out, p.get("lxm").strings()...)
			}
		}
		return out
	}
	left := names(now)
	for _, nsid := range names(then) {
		if !slices.Contains(left, nsid) {
			c.add(at+".permissions", "%s is gone", nsid)
		}
	}
}

// part compares the parameters, the input or the output.
func (c *comparison) part(then, now *node, at string) {
	switch {
	case then == nil && now == nil:
	case now == nil:
		c.add(at, "gone")
	case then == nil:
		// Report what callers must newly send: a body, or a required parameter.
		if now.str("type") != "params" {
			c.add(at, "new: calls as they were do not have it")
		} else if required := now.get("required").strings(); len(required) > 0 {
			c.add(at, "new: calls as they were do not have %s", required[0])
		}
	default:
		c.schema(then, now, at)
	}
}

// schema compares a schema, or the schema inside a body.
func (c *comparison) schema(then, now *node, at string) {
	if body, bodyNow := then.get("schema"), now.get("schema"); body != nil || bodyNow != nil {
		if body == nil || bodyNow == nil {
			c.add(at+".schema", "there in one version only")
			return
		}
		c.schema(body, bodyNow, at+".schema")
		return
	}
	c.refs(then, now, at)
	c.properties(then, now, at)
}

// refs reports members of a union that were removed.
func (c *comparison) refs(then, now *node, at string) {
	left := now.get("refs").strings()
	for _, ref := range then.get("refs").strings() {
		if !slices.Contains(left, ref) {
			c.add(at+".refs", "%s is gone", ref)
		}
	}
}

// properties reports fields that were removed.
func (c *comparison) properties(then, now *node, at string) {
	props := then.get("properties")
	if props == nil || now.get("properties") == nil {
		return
	}
	for _, name := range props.keys {
		if now.get("properties", name) == nil {
			c.add(at+".properties."+name, "the field is gone")
		}
	}
}
