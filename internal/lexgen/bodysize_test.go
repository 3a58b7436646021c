package lexgen

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// bodyIn changes one of the golden lexicons and returns the largest body of a
// method.
func bodyIn(t *testing.T, name, file, old, text string) int64 {
	t.Helper()
	files, _ := golden(t)
	before := string(files[file].Data)
	if strings.Count(before, old) != 1 {
		t.Fatalf("%s has %d times %s", file, strings.Count(before, old), old)
	}
	files = maps.Clone(files)
	files[file] = &fstest.MapFile{Data: []byte(strings.Replace(before, old, text, 1))}
	m, err := build(mustLoad(t, files), goldenPolicy())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range m.methods {
		if x.nsid == "com.example.chat."+name {
			return x.maxBody
		}
	}
	t.Fatalf("no method %s", name)
	return 0
}

func TestBodiesFollowFromTheLexicon(t *testing.T) {
	const (
		bytes = `"minLength": 1, "maxLength": 1024`
		text  = `"text": {"type": "string", "maxLength": 100}`
		to    = `"maxLength": 5}`
		n     = `"n": {"type": "integer"}`
		photo = `"photo": {"type": "blob", "maxSize": 5000000}`
	)
	for _, c := range []struct {
		what, method, file, old, text string
		least, most                   int64
	}{
		{"little", "post", post, text, text, leastBody, leastBody},
		// The size is 4/3 of the bytes, plus the backslashes before slashes.
		{"bytes", "post", post, bytes, `"minLength": 1, "maxLength": 300000`, 400_000, 470_000},
		{"many bytes", "post", post, bytes, `"minLength": 1, "maxLength": 3000000`, 4 * mebibyte, 5 * mebibyte},
		{"text, each byte of which may be escaped", "post", post, text, `"text": {"type": "string", "maxLength": 100000}`, 600_000, 700_000},
		{"text of a format", "post", post, text, `"text": {"type": "string", "format": "datetime"}`, leastBody, leastBody},
		{"many of them", "post", post, to, `"maxLength": 5000}`, 5000 * 302, 2 * mebibyte},
		{"objects in an array", "post", post, n, `"n": {"type": "bytes", "maxLength": 90000}`, 3 * 120_000, 3 * 150_000},
		{"a blob", "putPhoto", upload, photo, `"photo": {"type": "blob", "maxSize": 1234567}`, 1234567, 1234567},
		{"a query", "list", list, `"maximum": 100`, `"maximum": 200`, 0, 0},
	} {
		got := bodyIn(t, c.method, c.file, c.old, c.text)
		if got < c.least || got > c.most {
			t.Errorf("%s: bodies of %d bytes, want %d to %d", c.what, got, c.least, c.most)
		}
		if c.method == "post" && got%leastBody != 0 {
			t.Errorf("%s: %d is not a round number", c.what, got)
		}
	}
}

// The lint refuses an unlimited value earlier, but the generator must not rely
// on that.
func TestUnboundedBodies(t *testing.T) {
	for _, c := range []struct{ old, text, place string }{
		{`"text": {"type": "string", "maxLength": 100}`, `"text": {"type": "string"}`, "post.input.text"},
		{`, "maxLength": 5}`, `}`, "post.input.to[]"},
		{`"minLength": 1, "maxLength": 1024`, `"minLength": 1`, "post.input.body"},
		{`"n": {"type": "integer"}`, `"n": {"type": "string"}`, "post.input.parts[].n"},
		{`"n": {"type": "integer"}`, `"n": {"type": "ref", "ref": "#part"}`, "post.input.parts[].n"},
	} {
		files, _ := golden(t)
		files[post] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[post].Data), c.old, c.text, 1))}
		_, err := build(mustLoad(t, files), goldenPolicy())
		if want := fmt.Sprintf("%s has no maxLength", c.place); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", c.text, err, want)
		}
	}
	files, _ := golden(t)
	files[upload] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[upload].Data), `, "maxSize": 5000000`, "", 1))}
	if _, err := build(mustLoad(t, files), goldenPolicy()); err == nil || !strings.Contains(err.Error(), "putPhoto takes any bytes") {
		t.Errorf("a blob without bound: %v", err)
	}
}

// Most methods have small inputs.
func TestBodySizesOfRepositoryLexicons(t *testing.T) {
	m, err := build(mustLoad(t, os.DirFS("../../lexicons")), DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]int64{}
	for _, x := range m.methods {
		bodies[lowerFirst(x.name)] = x.maxBody
		if x.inEnc == jsonEncoding && x.maxBody > m.maxJSON {
			t.Errorf("%s takes %d, more than the largest, %d", x.name, x.maxBody, m.maxJSON)
		}
	}
	for _, name := range []string{"updateCursor", "confirmWelcome", "requestRejoin", "deleteDevice", "getSubscriptionTicket"} {
		if bodies[name] != leastBody {
			t.Errorf("%s takes %d bytes", name, bodies[name])
		}
	}
	if bodies["sendCommit"] < 4*4*mebibyte/3*4 || bodies["uploadBlob"] != 50*mebibyte || bodies["getConvos"] != 0 {
		t.Errorf("%v", bodies)
	}
}
