package xrpc

// Event is an object that a method streams. Every generated event type is an
// Event.
type Event interface {
	Encodable
	Decodable
	Checkable
	// EventName is the name of the event's definition in its lexicon, such as
	// messageEvent.
	EventName() string
	// EventCursor is the position of the event. A stream that is opened with
	// this cursor starts after the event.
	EventCursor() string
}

// EventJSON encodes an event as the data of a server-sent event: JSON on one
// line that starts with $type. nsid is the method that streams it.
func EventJSON(nsid string, ev Event) []byte {
	return marshal(nsid+"#"+ev.EventName(), ev)
}

// eventHeader is the part of an event that says how to decode the rest.
type eventHeader struct{ typ, cursor string }

func (v *eventHeader) DecodeJSON(d *Decoder) error {
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
