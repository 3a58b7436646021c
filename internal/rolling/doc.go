// Package rolling has tests only: two instances behind a reverse proxy with a
// shipped configuration are restarted one after the other under load. A client
// must hardly notice.
package rolling
