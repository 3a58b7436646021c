// Package chatpage has the page on which two people chat, for development: clients in
// a browser, whose accounts are those of server/devaccounts. Its files are built from
// clients/page by make page.
package chatpage

import (
	"embed"
	"net/http"
)

//go:embed static
var static embed.FS

// policy is the Content-Security-Policy: nothing but the page's own files runs, it
// calls nobody but this service, and scripts cannot make elements from text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://"

// rules are those that do not depend on the host.
const rules = "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// types are the files by their paths, with their media types.
var types = map[string]string{
	"/":              "text/html; charset=utf-8",
	"/chat/page.js":  "text/javascript; charset=utf-8",
	"/chat/page.css": "text/css; charset=utf-8",
}

// Handler serves the page and its files at the host of the page, such as
// localhost:3000. It answers 404 to other paths.
func Handler(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		media, ok := types[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		file := "static/index.html"
		if r.URL.Path != "/" {
			file = "static" + r.URL.Path[len("/chat"):]
		}
		body, err := static.ReadFile(file)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Security-Policy", policy+host+rules)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		_, _ = w.Write(body) // an error means that the browser is gone
	})
}

// Paths are the paths of the page and its files.
func Paths() []string {
	paths := make([]string, 0, len(types))
	for path := range types {
		paths = append(paths, path)
	}
	return paths
}
