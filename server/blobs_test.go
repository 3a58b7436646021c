package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// upload uploads b and returns its CID.
func upload(t testing.TB, s *Server, who string, b []byte) string {
	t.Helper()
	out, err := s.UploadBlob(context.Background(), servertest.As(who), &xrpc.Upload{Body: bytes.NewReader(b), ContentType: "image/png", ContentLength: int64(len(b))})
	if err != nil {
		t.Fatal(err)
	}
	return string(out.Blob.Ref)
}

// fetch reads a blob, or the part that parameters or header select.
func fetch(s *Server, who string, convo xrpc.ConvoID, cid string, header string, p gen.GetBlobParams) ([]byte, *xrpc.Download, error) {
	p.ConvoID, p.CID = convo, cid
	d, err := s.GetBlob(xrpc.WithRange(context.Background(), header), servertest.As(who), &p)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(d.Body)
	return b, d, errors.Join(err, d.Body.Close())
}

// attach sends a message with blobs.
func attach(t testing.TB, s *Server, convo xrpc.ConvoID, who string, cids ...string) int64 {
	t.Helper()
	in := servertest.Message(convo, 1)
	in.Blobs = cids
	out, err := s.SendMessage(context.Background(), servertest.As(who), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.Seq
}

// tally describes what an account has: rows, counted bytes, orphan objects.
func tally(t testing.TB, s *Server, who string) string {
	t.Helper()
	return dbtest.Value[string](t, s.Pool, `SELECT format('%s blobs, %s bytes counted, %s bytes, %s loose', count(b), coalesce(max(a.blob_bytes), 0),
		coalesce(sum(b.size), 0), (SELECT count(*) FROM orphan_objects)) FROM accounts a LEFT JOIN blobs b USING (did) WHERE a.did = $1`, who)
}

func TestBlobUploadAndFetch(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	want := randomBytes(200_000)
	up := &xrpc.Upload{Body: bytes.NewReader(want), ContentType: "Image/PNG; q=1", ContentLength: -1}
	out, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), up)
	if err != nil {
		t.Fatal(err)
	}
	if out.Blob.Size != 200_000 || out.Blob.MimeType != "image/png" || !strings.HasPrefix(string(out.Blob.Ref), "bafkrei") {
		t.Fatalf("blob is %+v", out.Blob)
	}
	cid := string(out.Blob.Ref)
	got, d, err := fetch(s, servertest.DID("alice"), convo, cid, "", gen.GetBlobParams{})
	if err != nil || !bytes.Equal(got, want) || d.Status != 200 {
		t.Fatalf("owner got %d bytes, %v", len(got), err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": "200000", "Accept-Ranges": "bytes", "Content-Range": "",
	} {
		if v := d.Header.Get(name); v != value {
			t.Errorf("%s is %q, want %q", name, v, value)
		}
	}
	_, _, err = fetch(s, servertest.DID("bob"), convo, cid, "", gen.GetBlobParams{})
	servertest.WantError(t, err, gen.ErrBlobNotFound) // no message names it yet
	attach(t, s, convo, servertest.DID("alice"), cid)
	if got, _, err := fetch(s, servertest.DID("bob"), convo, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("member got %d bytes, %v", len(got), err)
	}
}

func TestBlobParts(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	want := randomBytes(1000)
	cid := upload(t, s, servertest.DID("alice"), want)
	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		header string
		p      gen.GetBlobParams
		from   int
		to     int // exclusive
		status int
	}{
		{"", gen.GetBlobParams{Start: n(0)}, 0, 1000, 206},
		{"", gen.GetBlobParams{Start: n(999)}, 999, 1000, 206},
		{"", gen.GetBlobParams{Start: n(10), Length: n(20)}, 10, 30, 206},
		{"", gen.GetBlobParams{Length: n(5)}, 0, 5, 206},
		{"", gen.GetBlobParams{Start: n(990), Length: n(1 << 53)}, 990, 1000, 206},
		{"", gen.GetBlobParams{Start: n(1000)}, 0, 0, 416},
		{"", gen.GetBlobParams{Start: n(1 << 53), Length: n(1 << 53)}, 0, 0, 416},
		{"bytes=0-0", gen.GetBlobParams{}, 0, 1, 206},
		{"bytes=0-", gen.GetBlobParams{}, 0, 1000, 206},
		{"bytes=500-599", gen.GetBlobParams{}, 500, 600, 206},
		{"bytes=990-99999999999999999999", gen.GetBlobParams{}, 990, 1000, 206},
		{"bytes=-10", gen.GetBlobParams{}, 990, 1000, 206},
		{"bytes=-5000", gen.GetBlobParams{}, 0, 1000, 206},
		{"bytes=-0", gen.GetBlobParams{}, 0, 0, 416},
		{"bytes=1000-", gen.GetBlobParams{}, 0, 0, 416},
		{"bytes=1000-2000", gen.GetBlobParams{}, 0, 0, 416},
		{"bytes=5-3", gen.GetBlobParams{}, 0, 1000, 200},
		{"bytes=0-1,5-6", gen.GetBlobParams{}, 0, 1000, 200},
		{"bytes=a-b", gen.GetBlobParams{}, 0, 1000, 200},
		{"bytes=-", gen.GetBlobParams{}, 0, 1000, 200},
		{"bytes=+1-2", gen.GetBlobParams{}, 0, 1000, 200},
		{"items=0-1", gen.GetBlobParams{}, 0, 1000, 200},
		{"bytes=0-0", gen.GetBlobParams{Start: n(7), Length: n(2)}, 7, 9, 206},
	} {
		got, d, err := fetch(s, servertest.DID("alice"), convo, cid, c.header, c.p)
		if c.status == 416 {
			if e := servertest.WantError(t, err, xrpc.InvalidRequest); e.Status != 416 || !strings.Contains(e.Message, "1000") {
				t.Errorf("%+v: %+v", c, e)
			}
			continue
		}
		if err != nil || d.Status != c.status || !bytes.Equal(got, want[c.from:c.to]) {
			t.Errorf("%+v: %d bytes, %v", c, len(got), err)
			continue
		}
		contentRange := ""
		if c.status == 206 {
			contentRange = fmt.Sprintf("bytes %d-%d/1000", c.from, c.to-1)
		}
		if d.Header.Get("Content-Range") != contentRange || d.Header.Get("Content-Length") != fmt.Sprint(c.to-c.from) {
			t.Errorf("%+v: header %v", c, d.Header)
		}
	}
}

// A blob is for its owner and for accounts whose window has a message that attached
// it. To all others it does not exist.
func TestBlobAccess(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	cid := upload(t, s, servertest.DID("alice"), randomBytes(100))
	lone := upload(t, s, servertest.DID("alice"), randomBytes(100))
	servertest.Fill(t, s.Pool, convo, "a")
	attach(t, s, convo, servertest.DID("alice"), cid)
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	servertest.AddMember(t, s.Pool, convo, servertest.DID("carol"), 2)
	elsewhere := servertest.AddConvo(t, s.Pool, 1, servertest.DID("dave"), servertest.DID("bob"))
	get := func(who string, convo xrpc.ConvoID, cid string) error {
		_, _, err := fetch(s, servertest.DID(who), convo, cid, "", gen.GetBlobParams{})
		return err
	}
	for _, who := range []string{"alice", "bob"} {
		if err := get(who, convo, cid); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	if err := get("alice", convo, lone); err != nil {
		t.Errorf("owner of a blob nobody names: %v", err)
	}
	missing := get("carol", convo, "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy")
	servertest.WantError(t, missing, gen.ErrBlobNotFound)
	servertest.WantSameError(t, get("carol", convo, cid), missing)   // carol joined after the message
	servertest.WantSameError(t, get("bob", convo, lone), missing)    // not attached
	servertest.WantSameError(t, get("bob", elsewhere, cid), missing) // attached in another conversation
	none := get("eve", servertest.NewConvoID(), cid)
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	servertest.WantSameError(t, get("eve", convo, cid), none)
	servertest.WantSameError(t, get("eve", convo, lone), none)
	servertest.Fill(t, s.Pool, convo, "aa")
	attach(t, s, convo, servertest.DID("alice"), cid) // attached again, now in carol's window
	if err := get("carol", convo, cid); err != nil {
		t.Errorf("carol after a message to her: %v", err)
	}
}

func TestBlobAttach(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	a, b := upload(t, s, servertest.DID("alice"), randomBytes(10)), upload(t, s, servertest.DID("alice"), randomBytes(10))
	in := servertest.Message(convo, 1)
	in.MsgID, in.Blobs = new("m"), []string{b, a, b}
	first, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Fatalf("repeated: %+v, %v", again, err)
	}
	out, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("bob")), &gen.GetMessagesParams{ConvoID: convo, Limit: 1})
	if err != nil || !reflect.DeepEqual(out.Messages[0].Blobs, []string{b, a}) {
		t.Fatalf("message has blobs %v, %v", out.Messages[0].Blobs, err)
	}
	for name, blobs := range map[string][]string{"none": nil, "fewer": {b}, "other order": {a, b}} {
		changed := *in
		changed.Blobs = blobs
		_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), &changed)
		if servertest.WantError(t, err, gen.ErrIdempotencyConflict); t.Failed() {
			t.Fatal(name)
		}
	}
	// A blob of another account cannot be attached, and the message is not sent.
	theirs := servertest.Message(convo, 1)
	theirs.Blobs = []string{a}
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), theirs)
	servertest.WantError(t, err, gen.ErrInvalidAsset)
	mixed := servertest.Message(convo, 1)
	fresh := upload(t, s, servertest.DID("bob"), randomBytes(10))
	mixed.Blobs = []string{fresh, a}
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), mixed)
	servertest.WantError(t, err, gen.ErrInvalidAsset)
	if got := dbtest.Value[string](t, s.Pool, `SELECT format('%s %s', last_seq, (SELECT count(*) FROM blobs WHERE attached)) FROM conversations
		WHERE convo_id = $1`, convo); got != "1 2" {
		t.Fatalf("after refusals: %s", got)
	}
}

// anyBytes is the content type of downloads.
const anyBytes = "application/octet-stream"
