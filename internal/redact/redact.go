// Package redact keeps identifiers and secrets out of what the service prints.
// Error texts of libraries quote what they were given: DIDs, ids, tokens,
// addresses and connection strings.
//
// The hosts that the operator configured are no secret to those who read the log,
// and without them nobody sees which server does not answer. Allow names them.
package redact

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
)

// allowed has the configured hosts, in lower case.
var allowed atomic.Pointer[map[string]bool]

// Allow sets the hosts that are shown. A host may have a port, which is ignored.
func Allow(hosts ...string) {
	set := map[string]bool{}
	for _, h := range hosts {
		if name, _, err := net.SplitHostPort(h); err == nil {
			h = name
		}
		if h = strings.ToLower(strings.Trim(h, "[]")); h != "" {
			set[h] = true
		}
	}
	allowed.Store(&set)
}

func isAllowed(host string) bool {
	set := allowed.Load()
	return set != nil && (*set)[strings.ToLower(strings.Trim(host, "[]"))]
}

// hidden replaces what is left out.
const hidden = "[redacted]"

var (
	// userinfo is what stands between the scheme and the host of a URL. It ends at
	// the last @ before white space or a quote, since passwords may have an @, a
	// slash or a question mark that was not encoded.
	userinfo = regexp.MustCompile("([\\w.+-]+://)[^\\s\"'`]*@")
	// assignment is a password in a connection string of keywords and values, or in
	// a query.
	assignment = regexp.MustCompile(`(?i)\b((?:ssl)?password|passwd|secret|token)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'` + "`" + `"]+)`)
)

// Secrets leaves passwords out of a text: those of URLs and connection strings.
func Secrets(text string) string {
	text = userinfo.ReplaceAllString(text, "${1}"+hidden+"@")
	return assignment.ReplaceAllString(text, "${1}${2}"+hidden)
}

// identifiers matches DIDs, conversation and message ids, tokens and addresses
// in the text of errors, and whatever stands between quotes, which is usually a
// value.
var identifiers = regexp.MustCompile(`did:[a-z0-9]+:[^\s"'` + "`" + `,;)\]}]+` +
	`|"(?:[^"\\]|\\.)*"|'[^']*'` +
	`|eyJ[\w-]+(?:\.[\w-]+)*` +
	`|\\x[0-9a-fA-F]+` + // bytea, as PostgreSQL writes it
	`|\b[0-9a-fA-F]{16,}\b` +
	`|\b[\w+/-]{40,}={0,2}` +
	`|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?` +
	`|\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?(?::\d+)?` +
	`|[\w.+-]+://\S+`)

// Text leaves identifiers and secrets out of a text.
func Text(text string) string {
	return identifiers.ReplaceAllStringFunc(Secrets(text), visible)
}

// visible gives what is shown of an identifier: nothing, or a configured host.
func visible(found string) string {
	inner := strings.Trim(found, `"'`)
	if _, rest, ok := strings.Cut(inner, "://"); ok {
		return visibleURL(inner, rest)
	}
	host := inner
	if name, _, err := net.SplitHostPort(inner); err == nil {
		host = name
	}
	if isAllowed(host) {
		return found
	}
	return hidden
}

// visibleURL shows the scheme and a configured host of a URL, and no path.
func visibleURL(whole, rest string) string {
	rest = rest[strings.LastIndex(rest, "@")+1:]
	end := strings.IndexAny(rest, "/?#`),;")
	if end < 0 {
		end = len(rest)
	}
	u := url.URL{Host: strings.TrimRight(rest[:end], ":")}
	if !isAllowed(u.Hostname()) {
		return hidden
	}
	scheme, _, _ := strings.Cut(whole, "://")
	if end == len(rest) {
		return scheme + "://" + u.Host
	}
	return scheme + "://" + u.Host + "/" + hidden
}

// Error gives the text of an error without identifiers and secrets. For an error
// of PostgreSQL it adds the SQLSTATE, table, column and constraint.
func Error(err error) string {
	text := Text(err.Error())
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		text += fmt.Sprintf(" (SQLSTATE %s, table %q, column %q, constraint %q)", pg.Code, pg.TableName, pg.ColumnName, pg.ConstraintName)
	}
	return text
}
