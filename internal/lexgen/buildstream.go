package lexgen

import (
	"slices"
	"strings"
)

// streams reports whether the file has a query that streams server-sent events.
// Its lexicon lists no events: most generators of other languages fail on a
// union as output. The events are those of the subscription for which the
// policy has the same Streams, and are definitions in both files.
func (f *File) streams() bool {
	main := f.tree.get("defs", "main")
	return main.str("type") == "query" && main.str("output", "encoding") == eventStream
}

// subscription builds the union of the events of a subscription. Subscriptions
// can share a union; the first of them defines the Go types of the events.
func (b *builder) subscription(f *File, m *method, refs []string) {
	const at = "defs.main.message.schema"
	if !b.streaming(f, m) {
		return
	}
	name := m.policy.Streams
	u := b.unionNamed(name)
	if u == nil {
		u = &union{name: name, file: f, refs: refs}
		b.model.unions = append(b.model.unions, u)
		if before, ok := b.names[name]; ok {
			b.probs.add(f.Path, at, "the Go name %s is already that of %s", name, before)
		}
		b.names[name] = f.Path + " " + at
		for i, ref := range refs {
			if o := b.event(f, u, ref, indexPath(at+".refs", i)); o != nil {
				u.events = append(u.events, o)
			}
		}
	} else if slices.Equal(refs, u.refs) {
		b.checkSameEvents(f, u)
	} else {
		b.probs.add(f.Path, at+".refs", "not those of %s, which streams %s too", u.file.NSID, u.name)
	}
	m.streamOf(u)
}

// eventStream gives a query the events of a subscription.
func (b *builder) eventStream(f *File, m *method) {
	if !b.streaming(f, m) {
		return
	}
	u := b.unionNamed(m.policy.Streams)
	if u == nil {
		b.probs.add(policyFile, "Methods", "%s has the Streams %s, which no subscription has", f.name(), m.policy.Streams)
		return
	}
	b.checkSameEvents(f, u)
	m.streamOf(u)
}

// streaming checks what every method that streams events needs.
func (b *builder) streaming(f *File, m *method) bool {
	if m.policy.Streams == "" {
		b.probs.add(policyFile, "Methods", "%s has no Streams: it streams events", f.name())
		return false
	}
	if m.params == nil {
		b.probs.add(f.Path, "defs.main.parameters", "missing: a stream has some")
	}
	return true
}

func (m *method) streamOf(u *union) {
	u.methods = append(u.methods, m.name)
	m.union = u
}

func (b *builder) unionNamed(name string) *union {
	i := slices.IndexFunc(b.model.unions, func(u *union) bool { return u.name == name })
	if i < 0 {
		return nil
	}
	return b.model.unions[i]
}

// event returns the Go type of an event.
func (b *builder) event(f *File, u *union, ref, at string) *object {
	def := strings.TrimPrefix(ref, "#")
	n := f.tree.get("defs", def)
	if n.str("type") != "object" {
		b.probs.add(f.Path, at, "%q is not an object", ref)
		return nil
	}
	path := "defs." + def
	o := b.object(f, n, path, f.name()+"."+def, upperFirst(def))
	o.union, o.event = u, def
	if i := slices.IndexFunc(o.fields, func(fl *field) bool { return fl.json == "cursor" }); i < 0 ||
		!o.fields[i].required || o.fields[i].typ.kind != kString {
		b.probs.add(f.Path, path, "an event has a required string cursor")
	}
	b.inFrames(f, path, o)
	return o
}

// inFrames marks an object and everything inside it as encoded in CBOR, and
// reports types that cannot be encoded.
func (b *builder) inFrames(f *File, path string, o *object) {
	o.cbor = true
	for _, fl := range o.fields {
		t, at := fl.typ, path+".properties."+fl.json
		if t.kind == kArray {
			t = t.elem
		}
		switch {
		case t.kind == kObject && !t.obj.cbor:
			if t.obj.nsid == f.NSID {
				b.probs.add(f.Path, at, "what is in an event is defined in another file, for all methods that stream it")
			}
			b.inFrames(f, at, t.obj)
		case t.kind == kBlob || t.kind == kLink || t.kind == kBase64 || fl.def != nil:
			b.probs.add(f.Path, at, "the generator writes no blobs, links, base64 and defaults into events")
		}
	}
}

// checkSameEvents checks that a further method of a union has the same
// definitions of the events as the first.
func (b *builder) checkSameEvents(f *File, u *union) {
	for _, o := range u.events {
		path := "defs." + o.event
		if !f.tree.get("defs", o.event).equal(u.file.tree.get("defs", o.event)) {
			b.probs.add(f.Path, path, "not the same as in %s: an event has one Go type", u.file.NSID)
		}
		b.objects[f.NSID+path] = o
	}
}
