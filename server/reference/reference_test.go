package reference

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/lexicons"
)

const did = "did:web:mls.example"

// Every lexicon has a page, on which each of its fields and errors is, and whose
// links lead to other pages.
func TestPages(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`href="/lexicons/([^"#]*)(?:#([^"]*))?"`)
	pages := map[string][]byte{"": Index()}
	for _, nsid := range lexicons.NSIDs() {
		page, ok := Page(nsid, did)
		l, _ := read(nsid)
		if !ok || l.ID != nsid {
			t.Fatalf("%s has no page", nsid)
		}
		pages[nsid] = page
		for _, d := range l.Defs {
			for _, part := range []*def{d, d.Parameters, d.Input.object(), d.Output.object()} {
				for name := range properties(part) {
					if !bytes.Contains(page, []byte("<td><code>"+name+"</code><td>")) {
						t.Errorf("%s: no row for %s", nsid, name)
					}
				}
			}
			for _, e := range d.Errors {
				if !bytes.Contains(page, []byte("<code>"+e.Name+"</code>")) {
					t.Errorf("%s: no row for %s", nsid, e.Name)
				}
			}
		}
	}
	for nsid, page := range pages {
		for _, m := range link.FindAllSubmatch(page, -1) {
			to := strings.TrimSuffix(string(m[1]), ".json")
			other, ok := pages[to]
			if to != "lexicons.tar.gz" && (!ok || len(m[2]) > 0 && !bytes.Contains(other, []byte(`id="`+string(m[2])+`"`))) {
				t.Errorf("%q: the link %s leads nowhere", nsid, m[0])
			}
		}
	}
}

func properties(d *def) map[string]*def {
	if d == nil {
		return nil
	}
	return d.Properties
}

func TestPageOfAMethod(t *testing.T) {
	t.Parallel()
	page, _ := Page(gen.NSIDSendMessage, `did:web:<x>`)
	for _, want := range []string{
		"<h1>blue.catbird.mls.sendMessage</h1>", "<td><code>ciphertext</code><td>bytes<td>", "at most 10485760 bytes<td>",
		"atproto-proxy: did:web:&lt;x&gt;#atproto_mls", `{&#34;ciphertext&#34;:{&#34;$bytes&#34;:&#34;…&#34;},&#34;convoId&#34;:&#34;…&#34;,&#34;epoch&#34;:0}`,
		"https://PDS/xrpc/blue.catbird.mls.sendMessage&#34;", "<code>EpochMismatch</code>",
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if page, _ := Page(gen.NSIDGetConvo, did); !bytes.Contains(page, []byte("getConvo?convoId=…")) {
		t.Error("the example of getConvo has no parameter")
	}
	if page, _ := Page(gen.NSIDUploadBlob, did); !bytes.Contains(page, []byte("--data-binary @FILE")) {
		t.Error("the example of uploadBlob has no file")
	}
	if _, ok := Page("blue.catbird.mls.nothing", did); ok {
		t.Error("a lexicon that is not there has a page")
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	for _, nsid := range lexicons.NSIDs() {
		if !bytes.Contains(Index(), []byte(`href="/lexicons/`+nsid+`"`)) {
			t.Errorf("the index lacks %s", nsid)
		}
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	zip, err := gzip.NewReader(bytes.NewReader(Archive()))
	if err != nil {
		t.Fatal(err)
	}
	in, files := tar.NewReader(zip), 0
	for ; ; files++ {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		nsid := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(h.Name, "lexicons/"), ".json"), "/", ".")
		if want, ok := lexicons.JSON(nsid); err != nil || !ok || !bytes.Equal(got, want) {
			t.Errorf("%s is not the lexicon: %v", h.Name, err)
		}
	}
	if files != len(lexicons.NSIDs()) {
		t.Errorf("the archive has %d files", files)
	}
}
