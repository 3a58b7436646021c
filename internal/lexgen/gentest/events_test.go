package gentest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atdata"
	cbor "github.com/ipfs/go-ipld-cbor"
	"pgregory.net/rapid"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/wire"
	"catbird.blue/mls/xrpc"
)

// streaming lists the streaming methods. Only the lexicon of the subscription has the
// union.
var streaming = []string{gen.NSIDStreamConvoEvents, gen.NSIDSubscribeConvoEvents}

// eachEvent calls test for the schema of every event of every streaming method.
func eachEvent(b *book, test func(nsid, name string, p place)) int {
	n := 0
	for _, nsid := range streaming {
		for _, ref := range b.main(gen.NSIDSubscribeConvoEvents, "message", "schema")["refs"].([]any) {
			name := strings.TrimPrefix(ref.(string), "#")
			test(nsid, name, b.follow(place{map[string]any{"ref": ref}, nsid, ""}))
			n++
		}
	}
	return n
}

// The generated event types and indigo's validator must agree on every event of
// both methods, valid or not. A valid event must stay valid after encoding, as
// JSON and as a frame.
func TestEventsAgreeWithOracle(t *testing.T) {
	b, o := newBook(t), newOracle(t)
	good, bad := 0, 0
	events := eachEvent(b, func(nsid, name string, p place) {
		validate := map[string]func(string, []byte) error{gen.NSIDStreamConvoEvents: o.Output, gen.NSIDSubscribeConvoEvents: o.Message}[nsid]
		for _, v := range b.objects(p) {
			v.(map[string]any)["$type"] = nsid + "#" + name
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			ev := wire.NewConvoEvent(name)
			if ev == nil || ev.EventName() != name {
				t.Fatalf("%s is %v", name, ev)
			}
			ours := xrpc.DecodeJSON(raw, ev)
			if ours == nil {
				ours = xrpc.Check(ev)
			}
			theirs := validate(nsid, raw)
			agree(t, nsid+" "+short(raw), ours, theirs)
			if theirs != nil || ours != nil {
				bad++
				continue
			}
			good++
			again := xrpc.EventJSON(nsid, ev)
			if err := validate(nsid, again); err != nil || !sameJSON(t, raw, again) {
				t.Errorf("%s became %s: %v", short(raw), short(again), err)
			}
			sameFrame(t, ev)
		}
	})
	if events != 40 || good < 100 || bad < 500 {
		t.Errorf("only %d events, %d times good, %d times bad", events, good, bad)
	}
}

// sameFrame checks that the frame of an event is byte for byte what other
// encoders write, and that it decodes to the same event.
func sameFrame(t *testing.T, ev gen.ConvoEvent) {
	t.Helper()
	frame := xrpc.EventFrame(ev)
	header := headerOf(t, map[string]any{"op": int64(1), "t": "#" + ev.EventName()})
	body, ok := bytes.CutPrefix(frame, header)
	if !ok {
		t.Fatalf("header of %x, want %x", frame, header)
	}
	data, err := atdata.UnmarshalCBOR(body)
	if err != nil {
		t.Fatalf("%x: %v", body, err)
	}
	if again, err := atdata.MarshalCBOR(data); err != nil || !bytes.Equal(again, body) {
		t.Fatalf("%+v:\nours   %x\nindigo %x %v", ev, body, again, err)
	}
	node, err := cbor.Decode(body, 0x12, -1)
	if err != nil || !bytes.Equal(node.RawData(), body) {
		t.Fatalf("%+v: IPLD's is %v %v", ev, node, err)
	}
	parsed, err := xrpc.ParseFrame(frame)
	if err != nil || parsed.Err != nil || parsed.Type != "#"+ev.EventName() {
		t.Fatalf("%+v %v", parsed, err)
	}
	back := wire.NewConvoEvent(ev.EventName())
	if err := xrpc.DecodeFrame(parsed.Body, back); err != nil || !reflect.DeepEqual(back, ev) {
		t.Fatalf("%+v became %+v, %v", ev, back, err)
	}
}

// headerOf encodes a map of simple values in the way indigo does.
func headerOf(t *testing.T, v map[string]any) []byte {
	t.Helper()
	raw, err := atdata.MarshalCBOR(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Frames must be canonical for any values: lengths and numbers of every width.
func TestFramesAreCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 300, -1)
		number := rapid.Custom(func(t *rapid.T) int64 {
			return rapid.Int64Range(0, 1<<rapid.IntRange(1, 53).Draw(t, "bits")-1).Draw(t, "number")
		})
		view := gen.MessageView{ID: "a", ConvoID: xrpc.ConvoID(hex.EncodeToString([]byte(text.Draw(t, "convo")))), Epoch: number.Draw(t, "epoch"),
			Ciphertext: rapid.SliceOfN(rapid.Byte(), 0, 70_000).Draw(t, "ciphertext"), Seq: number.Draw(t, "seq"), CreatedAt: "2026-11-23T00:00:00.000Z"}
		if rapid.Bool().Draw(t, "sender") {
			did := "did:plc:" + strings.Repeat("a", rapid.IntRange(1, 250).Draw(t, "length"))
			view.Sender = &did
		}
		ev := &gen.MessageEvent{Cursor: "x", Message: view}
		_, body, _ := bytes.Cut(xrpc.EventFrame(ev), []byte("bop\x01"))
		data, err := atdata.UnmarshalCBOR(body)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := atdata.MarshalCBOR(data); err != nil || !bytes.Equal(again, body) {
			t.Fatalf("%x\n%x %v", body, again, err)
		}
	})
}

func TestErrorFrame(t *testing.T) {
	want := append(headerOf(t, map[string]any{"op": int64(-1)}),
		headerOf(t, map[string]any{"error": gen.ErrConsumerTooSlow, "message": "x"})...)
	frame := xrpc.ErrorFrame(gen.ErrConsumerTooSlow, "x")
	if !bytes.Equal(frame, want) {
		t.Errorf("%x, want %x", frame, want)
	}
	f, err := xrpc.ParseFrame(frame)
	if err != nil || f.Err == nil || f.Err.Name != gen.ErrConsumerTooSlow || f.Err.Message != "x" {
		t.Errorf("%+v %v", f, err)
	}
}

// An absent field is left out; a required field is never null.
func TestFrameAbsence(t *testing.T) {
	empty := xrpc.EventFrame(&gen.MessageEvent{})
	if bytes.Contains(empty, []byte("blobs")) || bytes.Contains(empty, []byte("sender")) || bytes.Contains(empty, []byte{0xf6}) {
		t.Errorf("%q", empty)
	}
	if !bytes.Contains(empty, append([]byte("jciphertext"), 0x40)) {
		t.Errorf("no empty bytes: %q", empty)
	}
	with := xrpc.EventFrame(&gen.MessageEvent{Message: gen.MessageView{Blobs: []string{}}})
	if !bytes.Contains(with, append([]byte("eblobs"), 0x80)) {
		t.Errorf("no empty array: %q", with)
	}
}

// No input may cause a panic in the frame decoder.
func FuzzFrames(f *testing.F) {
	for _, name := range []string{"messageEvent", "infoEvent", "ephemeralEvent", "membershipChangeEvent"} {
		f.Add(xrpc.EventFrame(wire.NewConvoEvent(name)))
	}
	f.Add(xrpc.ErrorFrame("A", "b"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, err := xrpc.ParseFrame(raw)
		if err != nil || frame.Err != nil {
			return
		}
		ev := wire.NewConvoEvent(strings.TrimPrefix(frame.Type, "#"))
		if ev == nil || xrpc.DecodeFrame(frame.Body, ev) != nil {
			return
		}
		again := wire.NewConvoEvent(ev.EventName())
		parsed, err := xrpc.ParseFrame(xrpc.EventFrame(ev))
		if err == nil {
			err = xrpc.DecodeFrame(parsed.Body, again)
		}
		if err != nil || !reflect.DeepEqual(ev, again) {
			t.Fatalf("%+v became %+v, %v", ev, again, err)
		}
	})
}
