// Package httpd is the HTTP side of the service: echo's routes and error
// handler, middleware, health checks, the request log and metrics.
//
// A request passes through observe (log line, metrics), recoverPanic and
// boundWrites (middleware.go), then either a route that gen registered for a
// method, or one of the plain pages (plainhttp.go). An error that comes back
// is written by handleError as an XRPC error (errorhandler.go).
//
// # Files
//
//   - plainhttp.go: NewHandler, and the routes that are not methods
//   - httpserver.go: NewServer, with its timeouts
//   - middleware.go: recoverPanic and boundWrites
//   - errorhandler.go: errors to XRPC errors
//   - health.go: /health, /health/ready, /health/live
//   - memory.go: the memory limits that /health compares with
//   - logging.go: observe; redaction of errors
//   - polls.go: which polls of the health pages are logged
//   - metrics.go: the collectors of requests
//   - startpage.go: the page at /
package httpd
