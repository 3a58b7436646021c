package reference

import (
	"fmt"
	"html"
	"strings"

	"catbird.blue/mls/lexicons"
)

const head = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%s</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-size: .95em }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8886 }
table { border-collapse: collapse; display: block; overflow-x: auto }
th { text-align: left }
td, th { padding: .1rem 1rem .1rem 0; vertical-align: top }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } a { color: #8bf } }
</style>
<h1>%[1]s</h1>
`

// ArchivePath is where the archive is served.
const ArchivePath = "/lexicons/lexicons.tar.gz"

// Index lists all lexicons.
func Index() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, head, "Lexicons")
	b.WriteString(`<p>The public API of this service. <a href="` + ArchivePath + `">All lexicons in one file</a>, ` +
		`<a href="/llms.txt">the documents for developers of clients in one file</a>, <a href="/">start page</a>.</p>` + "\n<table>\n")
	for _, nsid := range lexicons.NSIDs() {
		l, _ := read(nsid)
		d, name := l.main(), html.EscapeString(nsid)
		fmt.Fprintf(&b, "<tr><td><a href=\"/lexicons/%s\"><code>%s</code></a><td>%s<td>%s<td><a href=\"/lexicons/%s.json\">JSON</a>\n",
			name, strings.TrimPrefix(name, namespace), html.EscapeString(d.Type), html.EscapeString(firstSentence(d.Description+d.Detail)), name)
	}
	b.WriteString("</table>\n</html>\n")
	return []byte(b.String())
}

func firstSentence(text string) string {
	first, _, found := strings.Cut(text, ". ")
	if found {
		return first + "."
	}
	return text
}

// Page is the page of a lexicon. ok is false if there is none.
func Page(nsid, serviceDID string) (page []byte, ok bool) {
	l, ok := read(nsid)
	if !ok {
		return nil, false
	}
	var b strings.Builder
	d, name := l.main(), html.EscapeString(nsid)
	fmt.Fprintf(&b, head, name)
	fmt.Fprintf(&b, `<p>%s · <a href="/lexicons/%s.json">lexicon</a> · <a href="/lexicons/">all lexicons</a></p>`+"\n<p>%s</p>\n",
		html.EscapeString(d.Type), name, html.EscapeString(d.Description+d.Detail))
	table(&b, "Parameters", d.Parameters)
	table(&b, "Input", d.Input)
	table(&b, "Output", d.Output)
	table(&b, "Events", d.Message)
	failures(&b, d)
	permissions(&b, d)
	if d.Type == "query" || d.Type == "procedure" {
		fmt.Fprintf(&b, "<h3>Example</h3>\n<pre>%s</pre>\n", html.EscapeString(call(nsid, serviceDID, d)))
	}
	for _, other := range l.others() {
		fmt.Fprintf(&b, "<h2 id=\"%s\">#%[1]s</h2>\n<p>%s</p>\n", html.EscapeString(other), html.EscapeString(l.Defs[other].Description))
		table(&b, "Fields", l.Defs[other])
	}
	b.WriteString("</html>\n")
	return []byte(b.String()), true
}

// failures lists the errors that the lexicon declares.
func failures(b *strings.Builder, d *def) {
	if d.Type != "query" && d.Type != "procedure" && d.Type != "subscription" {
		return
	}
	b.WriteString("<h3>Errors</h3>\n<table>\n")
	for _, e := range d.Errors {
		fmt.Fprintf(b, "<tr><td><code>%s</code><td>%s\n", html.EscapeString(e.Name), html.EscapeString(e.Description))
	}
	b.WriteString("</table>\n<p>And those that any method has, such as RateLimitExceeded.</p>\n")
}

// permissions lists the methods of a permission set.
func permissions(b *strings.Builder, d *def) {
	for _, p := range d.Permissions {
		b.WriteString("<ul>\n")
		for _, nsid := range p.Lxm {
			fmt.Fprintf(b, "<li><a href=\"/lexicons/%s\"><code>%[1]s</code></a>\n", html.EscapeString(nsid))
		}
		b.WriteString("</ul>\n")
	}
}
