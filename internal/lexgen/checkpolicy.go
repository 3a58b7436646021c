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
	for _, entry := range b.policy.ConvoIDs {
		if !b.convoIDs[entry] {
			b.probs.add(policyFile, "ConvoIDs", "%s is no string in the lexicons", entry)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.policy.Methods)) {
		if b.methodNamed(name) == nil {
			b.probs.add(policyFile, "Methods", "%s is no method", name)
		}
	}
	for _, m := range b.model.methods {
		b.methodPolicy(m)
	}
	for _, name := range slices.Sorted(maps.Keys(b.policy.Status)) {
		if !slices.Contains(b.model.errors, name) {
			b.probs.add(policyFile, "Status", "no lexicon declares the error %s", name)
		}
		if s := b.policy.Status[name]; statusNames[s] == "" {
			b.probs.add(policyFile, "Status", "%s: %d is no status of a refusal", name, s)
		}
	}
	b.permissionSet("Full", b.policy.Full, func(*method) bool { return true })
	b.permissionSet("Read", b.policy.Read, func(m *method) bool {
		return !m.procedure || m.policy.ReadOnly
	})
}

// methodPolicy checks the entry of one method against its lexicon.
func (b *builder) methodPolicy(m *method) {
	name, p := lowerFirst(m.name), m.policy
	refuse := func(format string, args ...any) {
		b.probs.add(policyFile, "Methods", name+" "+format, args...)
	}
	switch {
	case p.Rate == "":
		refuse("has no rate class: give it one of %v", rateClasses)
	case !slices.Contains(rateClasses, p.Rate):
		refuse("has the rate class %s, which is none of %v", p.Rate, rateClasses)
	case p.Public != (p.Rate == RatePublic):
		refuse("has the rate class %s: %s is that of methods that are Public, and of no others", p.Rate, RatePublic)
	}
	if p.TooLarge != "" && !slices.Contains(m.errors, p.TooLarge) {
		refuse("does not declare %s", p.TooLarge)
	}
	if p.Streams != "" && m.union == nil {
		refuse("does not stream events")
	}
	if t := m.params.at("ticket"); p.Ticket && (t == nil || t.kind != kString) {
		refuse("has no string parameter ticket")
	}
	if p.ReadOnly && !m.procedure {
		refuse("is ReadOnly, but not a procedure")
	}
	for _, r := range p.Rules {
		b.rule(m, r)
	}
}

func (b *builder) methodNamed(name string) *method {
	i := slices.IndexFunc(b.model.methods, func(m *method) bool { return m.name == upperFirst(name) })
	if i < 0 {
		return nil
	}
	return b.model.methods[i]
}

func (b *builder) rule(m *method, r Rule) {
	name := lowerFirst(m.name)
	in := m.input
	if in == nil {
		in = m.params
	}
	t := in.at(r.Path)
	if t == nil {
		b.probs.add(policyFile, "Rules", "%s has no %s", name, r.Path)
		return
	}
	if !slices.Contains(m.errors, r.Error) {
		b.probs.add(policyFile, "Rules", "%s does not declare %s", name, r.Error)
	}
	for _, c := range r.Constraints {
		if !t.has(c) {
			b.probs.add(policyFile, "Rules", "%s %s has no %s", name, r.Path, c)
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
		if should := !m.policy.Public && belongs(m); should && !listed[m.nsid] {
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
