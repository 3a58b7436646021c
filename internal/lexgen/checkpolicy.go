package lexgen

import (
	"maps"
	"slices"
)

const policyFile = "policy"

// checkPolicy reports entries that name something that the lexicons do not
// have, and assigns the rules to their methods.
func (b *builder) checkPolicy() {
	for _, place := range b.policy.Base64 {
		if !b.base64[place] {
			b.probs.add(policyFile, "Base64", "%s is no string in the lexicons", place)
		}
	}
	for _, r := range b.policy.Rules {
		b.rule(r)
	}
	for _, name := range slices.Sorted(maps.Keys(b.policy.Status)) {
		if !slices.Contains(b.model.errors, name) {
			b.probs.add(policyFile, "Status", "no lexicon declares the error %s", name)
		}
		if s := b.policy.Status[name]; statusNames[s] == "" {
			b.probs.add(policyFile, "Status", "%s: %d is no status of a refusal", name, s)
		}
	}
	b.policyNames("TooLarge", slices.Sorted(maps.Keys(b.policy.TooLarge)), func(m *method) string {
		if !slices.Contains(m.errors, m.tooLarge) {
			return "does not declare " + m.tooLarge
		}
		return ""
	})
	b.policyNames("Streams", slices.Sorted(maps.Keys(b.policy.Streams)), func(m *method) string {
		if m.union == nil {
			return "does not stream events"
		}
		return ""
	})
	b.policyNames("Tickets", b.policy.Tickets, func(m *method) string {
		if t := m.params.at("ticket"); t == nil || t.kind != kString {
			return "has no string parameter ticket"
		}
		return ""
	})
	b.policyNames("Public", b.policy.Public, func(*method) string { return "" })
	b.policyNames("ReadOnly", b.policy.ReadOnly, func(m *method) string {
		if !m.procedure {
			return "is not a procedure"
		}
		return ""
	})
	b.permissionSet("Full", b.policy.Full, func(*method) bool { return true })
	b.permissionSet("Read", b.policy.Read, func(m *method) bool {
		return !m.procedure || slices.Contains(b.policy.ReadOnly, lowerFirst(m.name))
	})
}

// policyNames checks that each name is a method to which objection finds none.
func (b *builder) policyNames(list string, names []string, objection func(*method) string) {
	for _, name := range names {
		if m := b.methodNamed(name); m == nil {
			b.probs.add(policyFile, list, "%s is no method", name)
		} else if why := objection(m); why != "" {
			b.probs.add(policyFile, list, "%s %s", name, why)
		}
	}
}

func (b *builder) methodNamed(name string) *method {
	i := slices.IndexFunc(b.model.methods, func(m *method) bool { return m.name == upperFirst(name) })
	if i < 0 {
		return nil
	}
	return b.model.methods[i]
}

func (b *builder) rule(r Rule) {
	m := b.methodNamed(r.Method)
	if m == nil {
		b.probs.add(policyFile, "Rules", "%s is no method", r.Method)
		return
	}
	in := m.input
	if in == nil {
		in = m.params
	}
	t := in.at(r.Path)
	if t == nil {
		b.probs.add(policyFile, "Rules", "%s has no %s", r.Method, r.Path)
		return
	}
	if !slices.Contains(m.errors, r.Error) {
		b.probs.add(policyFile, "Rules", "%s does not declare %s", r.Method, r.Error)
	}
	for _, c := range r.Constraints {
		if !t.has(c) {
			b.probs.add(policyFile, "Rules", "%s %s has no %s", r.Method, r.Path, c)
		}
		m.rules = append(m.rules, rule{path: r.Path, constraint: c, name: r.Error})
	}
}

// permissionSet checks that a permission-set lexicon lists exactly the methods
// that belong to it.
func (b *builder) permissionSet(entry, name string, belongs func(*method) bool) {
	if name == "" {
		return
	}
	f := b.set.byID[b.policy.Namespace+"."+name]
	if f == nil || f.mainType() != "permission-set" {
		b.probs.add(policyFile, entry, "%s is no permission-set", name)
		return
	}
	listed := map[string]bool{}
	for _, p := range f.tree.get("defs", "main", "permissions").items {
		if p.str("resource") != "rpc" {
			continue
		}
		for _, nsid := range p.get("lxm").strings() {
			listed[nsid] = true
		}
	}
	const at = "defs.main.permissions"
	for _, m := range b.model.methods {
		if should := !m.public && belongs(m); should && !listed[m.nsid] {
			b.probs.add(f.Path, at, "%s is missing", m.nsid)
		} else if !should && listed[m.nsid] {
			b.probs.add(f.Path, at, "%s does not belong here", m.nsid)
		}
		delete(listed, m.nsid)
	}
	for _, nsid := range slices.Sorted(maps.Keys(listed)) {
		b.probs.add(f.Path, at, "%s is no method", nsid)
	}
}
