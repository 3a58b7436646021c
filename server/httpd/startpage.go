package httpd

import (
	"fmt"
	"html"
	"strings"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

const pageHead = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MLS delivery service</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
code { font-size: .95em }
table { border-collapse: collapse }
td { padding: .1rem 1rem .1rem 0; vertical-align: top }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } a { color: #8bf } }
</style>
<h1>MLS delivery service</h1>
<p>This is a delivery service for group chats that are encrypted end to end with
<a href="https://www.rfc-editor.org/rfc/rfc9420">MLS</a>, on the <a href="https://atproto.com">AT Protocol</a>.
It stores and orders what clients encrypt, and cannot read it. Clients reach it through their own PDS.</p>
`

// startPage is what a person sees who opens the service's address.
func startPage(c HandlerConfig) []byte {
	var b strings.Builder
	b.WriteString(pageHead)
	did := html.EscapeString(c.ServiceDID)
	fmt.Fprintf(&b, "<table>\n<tr><td>DID<td><code>%s</code>\n", did)
	fmt.Fprintf(&b, "<tr><td>Proxy header<td><code>atproto-proxy: %s#atproto_mls</code>\n", did)
	fmt.Fprintf(&b, "<tr><td>Version<td>%s\n</table>\n", html.EscapeString(c.Version))
	b.WriteString("<p>" + strings.Join([]string{
		link("/xrpc/"+gen.NSIDDescribeService, "what it offers"), link("/lexicons/", "lexicons"),
		link(llmsPath, "documents for developers of clients"), link("/.well-known/did.json", "DID document"),
		link("/health", "health"), link("/health/ready", "readiness"),
	}, " · ") + "</p>\n<h2>Methods</h2>\n<table>\n")
	for _, m := range gen.Methods {
		nsid := html.EscapeString(m.NSID)
		fmt.Fprintf(&b, "<tr><td><code>%s</code><td>%s<td>%s · %s\n", nsid, kindText(m),
			link("/lexicons/"+nsid, "what it does"), link("/lexicons/"+nsid+".json", "lexicon"))
	}
	b.WriteString("</table>\n</html>\n")
	return []byte(b.String())
}

func link(href, text string) string { return `<a href="` + href + `">` + text + `</a>` }

func kindText(m *xrpc.Method) string {
	switch m.Kind {
	case xrpc.Query:
		return "query"
	case xrpc.Procedure:
		return "procedure"
	}
	return "subscription"
}
