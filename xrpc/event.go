package xrpc

// Event is one of the objects that a method streams. Every generated type of
// an event is one.
type Event interface {
	Encodable
	Decodable
	Checkable
	// EventName is the name of the event's definition in its lexicon:
	// messageEvent.
	EventName() string
	// EventCursor is the position of the event: a stream that is opened with
	// it begins behind the event.
	EventCursor() string
}

// EventJSON gives an event as the data of server-sent events has it: JSON on
// one line, with $type first, by the method that streams it.
func EventJSON(nsid string, ev Event) []byte {
	return marshal(nsid+"#"+ev.EventName(), ev)
}

// typed reads of a JSON object only what says how to read the rest.
type typed struct{ typ, cursor string }

func (v *typed) DecodeJSON(d *Decoder) error {
	return d.Object(func(name string) error {
		switch name {
		case "$type":
			return DecodeString(&v.typ, d)
		case "cursor":
			return DecodeString(&v.cursor, d)
		}
		return d.Skip()
	}, "$type")
}
