package relay

import (
	"bytes"
	"errors"
	"testing"

	"github.com/bluesky-social/indigo/api/atproto"
	"github.com/bluesky-social/indigo/lex/util"
	"github.com/fxamacker/cbor/v2"
	"github.com/ipfs/go-cid"
	cborgen "github.com/whyrusleeping/cbor-gen"
)

// frame puts an event of indigo into a frame.
func frame(t testing.TB, kind string, ev cborgen.CBORMarshaler) []byte {
	t.Helper()
	head, err := cbor.Marshal(header{Op: opMessage, Type: kind})
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.NewBuffer(head)
	if err := ev.MarshalCBOR(b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Events are read as indigo writes them.
func TestDecodeWhatIndigoEncodes(t *testing.T) {
	t.Parallel()
	status := "takendown"
	link := util.LexLink(cid.MustParse("bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"))
	for name, c := range map[string]struct {
		frame []byte
		want  event
	}{
		"account": {frame(t, "#account", &atproto.SyncSubscribeRepos_Account{Seq: 7, Did: "did:plc:a", Status: &status, Time: "2026-01-01T00:00:00Z"}),
			event{kind: "#account", Seq: 7, DID: "did:plc:a", Status: "takendown"}},
		"active account": {frame(t, "#account", &atproto.SyncSubscribeRepos_Account{Seq: 8, Did: "did:plc:a", Active: true, Time: "2026-01-01T00:00:00Z"}),
			event{kind: "#account", Seq: 8, DID: "did:plc:a", Active: true}},
		"identity": {frame(t, "#identity", &atproto.SyncSubscribeRepos_Identity{Seq: 9, Did: "did:plc:a", Time: "2026-01-01T00:00:00Z"}),
			event{kind: "#identity", Seq: 9, DID: "did:plc:a"}},
		"commit": {frame(t, "#commit", &atproto.SyncSubscribeRepos_Commit{Seq: 10, Repo: "did:plc:a", Commit: link, Blocks: bytes.Repeat([]byte{1}, 1<<20),
			Ops: []*atproto.SyncSubscribeRepos_RepoOp{{Action: "create", Path: "a/b", Cid: &link}}, Rev: "3k", Time: "2026-01-01T00:00:00Z"}),
			event{kind: "#commit", Seq: 10}},
		"info": {frame(t, "#info", &atproto.SyncSubscribeRepos_Info{Name: "OutdatedCursor"}), event{kind: "#info", Name: "OutdatedCursor"}},
	} {
		got, err := decode(c.frame)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func errorFrame(t testing.TB, code string) []byte {
	t.Helper()
	head, err := cbor.Marshal(map[string]int{"op": opError})
	if err != nil {
		t.Fatal(err)
	}
	body, err := cbor.Marshal(map[string]string{"error": code, "message": "m"})
	if err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

// Error frames, and what is no frame.
func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	_, err := decode(errorFrame(t, "FutureCursor"))
	if !isFutureCursor(err) {
		t.Errorf("an error frame gives %v", err)
	}
	for _, raw := range [][]byte{nil, {0xff}, []byte("text"), {0xa1, 0x62, 'o', 'p', 1}} {
		if _, err := decode(raw); !errors.Is(err, errNotFrame) {
			t.Errorf("%x gives %v", raw, err)
		}
	}
	other, err := cbor.Marshal(header{Op: 9})
	if err != nil {
		t.Fatal(err)
	}
	if ev, err := decode(other); err != nil || ev != (event{}) {
		t.Errorf("an unknown operation gives %+v, %v", ev, err)
	}
}

// FuzzDecode: no frame makes decode panic.
func FuzzDecode(f *testing.F) {
	f.Add(errorFrame(f, "x"))
	f.Add(frame(f, "#info", &atproto.SyncSubscribeRepos_Info{Name: "OutdatedCursor"}))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = decode(raw) })
}
