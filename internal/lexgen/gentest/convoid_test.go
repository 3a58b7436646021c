package gentest

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Ids of conversations that no client should have written, and what is wrong
// with them.
var badIDs = map[string]string{
	strings.Repeat("g", 32):  `a conversation id is hexadecimal, this has 'g' at 0`,
	strings.Repeat("aé", 16): `a conversation id is hexadecimal, this has 'Ã' at 1`,
	strings.Repeat("A", 33):  "a conversation id is hexadecimal of even length, this has 33 digits",
	strings.Repeat("a", 30):  "must have at least 32 bytes, has 30",
	strings.Repeat("a", 130): "must have at most 128 bytes, has 130",
}

// Wherever an id of a conversation comes in, it is held to be hexadecimal, and
// its field is named.
func TestBadConvoIDs(t *testing.T) {
	for id, why := range badIDs {
		for path, parse := range map[string]func() error{
			"convoId: ":     func() error { return new(gen.GetEpochParams).Parse(url.Values{"convoId": {id}}) },
			"convoIds[0]: ": func() error { return new(gen.SubscribeConvoEventsParams).Parse(url.Values{"convoIds": {id}}) },
			"groupId: ": func() error {
				return new(gen.CreateConvoInput).Parse([]byte(`{"groupId":"` + id + `","cipherSuite":"x"}`))
			},
			"positions[0].convoId: ": func() error {
				return new(gen.SyncInput).Parse([]byte(`{"positions":[{"convoId":"` + id + `","seq":0}]}`))
			},
		} {
			e := xrpc.AsError(parse())
			if e.Name != xrpc.InvalidRequest || e.Status != 400 || e.Message != path+why {
				t.Errorf("%s%s: %v, want %s", path, id, e, why)
			}
		}
	}
}

// Upper case is accepted, and nothing behind decoding sees it.
func TestConvoIDsAreLowerCase(t *testing.T) {
	upper, want := strings.Repeat("Ab", 16), xrpc.ConvoID(strings.Repeat("ab", 16))
	var in gen.UpdateCursorInput
	if err := in.Parse([]byte(`{"convoId":"` + upper + `","seq":1}`)); err != nil || in.ConvoID != want {
		t.Errorf("input: %+v, %v", in, err)
	}
	var p gen.SubscribeConvoEventsParams
	if err := p.Parse(url.Values{"convoIds": {upper, upper}}); err != nil || !slices.Equal(p.ConvoIDs, []xrpc.ConvoID{want, want}) {
		t.Errorf("parameters: %+v, %v", p, err)
	}
	var o gen.StreamConvoEventsParams
	if err := o.Parse(url.Values{"convoId": {upper}}); err != nil || *o.ConvoID != want {
		t.Errorf("an optional parameter: %+v, %v", o, err)
	}
	sent := gen.WelcomeEvent{Cursor: "c", ConvoID: xrpc.ConvoID(upper)}
	frame, err := xrpc.ParseFrame(xrpc.EventFrame(&sent))
	if err != nil {
		t.Fatal(err)
	}
	var ev gen.WelcomeEvent
	if err := xrpc.DecodeFrame(frame.Body, &ev); err != nil || ev.ConvoID != want {
		t.Errorf("an event in a frame: %+v, %v", ev, err)
	}
	if err := xrpc.DecodeFrame([]byte("\xa2fcursoracgconvoIdbgg"), &ev); err == nil || !strings.Contains(err.Error(), "convoId: a conversation id is hexadecimal") {
		t.Errorf("no id in a frame: %v", err)
	}
}
