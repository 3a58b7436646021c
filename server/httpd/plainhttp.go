package httpd

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/docs"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/server/reference"
	"catbird.blue/mls/xrpc"
)

// HandlerConfig configures NewHandler.
type HandlerConfig struct {
	Service gen.Service
	// Plumbing authenticates and limits the calls of the methods. Metrics counts
	// them, so Plumbing.Observe may stay nil.
	Plumbing xrpc.Plumbing
	// ServiceDID and Version are shown on the start page.
	ServiceDID, Version string
	// Document returns the service's DID document, as JSON. It changes when the
	// service key does.
	Document func() []byte
	Health   *Health
	Metrics  *Metrics
	// Chat is the page at / in development, with its files and what it posts to. nil
	// otherwise: then the start page is at /.
	Chat *Chat
	// Log gets one line for each request, without identifiers.
	Log *slog.Logger
}

// Chat are the handlers of a page on which two people chat.
type Chat struct {
	// Pages serves the page at / and its files at Paths.
	Pages http.Handler
	Paths []string
	// Accounts answers POST /dev/accounts.
	Accounts http.Handler
}

// Paths of the health checks.
const (
	healthPath     = "/health"
	xrpcHealthPath = "/xrpc/_health"
)

// llmsPath is where the documents for developers of clients are, for programs.
const llmsPath = "/llms.txt"

// NewHandler makes the handler of all routes: the methods of the lexicons, the
// start page, the health checks, the DID document and the lexicon files.
func NewHandler(c HandlerConfig) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = handleError
	e.Use(observe(c.Log, c.Metrics), recoverPanic, boundWrites)
	gen.RegisterRoutes(e, c.Service, c.Plumbing)
	plain := func(path string, h echo.HandlerFunc) {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, h)
	}
	documents(plain, c)
	if c.Chat != nil {
		for _, path := range c.Chat.Paths {
			plain(path, echo.WrapHandler(c.Chat.Pages))
		}
		e.POST("/dev/accounts", echo.WrapHandler(c.Chat.Accounts))
	}
	plain(healthPath, c.Health.serve)
	plain(healthPath+"/ready", c.Health.serveReady)
	plain(healthPath+"/live", func(ctx echo.Context) error { return send(ctx, "text/plain; charset=utf-8", []byte("OK")) })
	plain(xrpcHealthPath, func(ctx echo.Context) error {
		ctx.Response().Header().Set("Access-Control-Allow-Origin", "*")
		return sendJSON(ctx, http.StatusOK, map[string]string{"version": c.Version})
	})
	plain("/.well-known/did.json", func(ctx echo.Context) error {
		ctx.Response().Header().Set("Access-Control-Allow-Origin", "*")
		return send(ctx, "application/json", c.Document())
	})
	return e
}

// documents are the pages for people, the lexicons, and the documents for
// developers of clients.
func documents(plain func(path string, h echo.HandlerFunc), c HandlerConfig) {
	page := startPage(c)
	about := func(ctx echo.Context) error { return sendPage(ctx, page) }
	plain("/about", about)
	if c.Chat == nil {
		plain("/", about)
	}
	plain(llmsPath, func(ctx echo.Context) error { return send(ctx, "text/plain; charset=utf-8", docs.LLMs) })
	plain("/lexicons/", func(ctx echo.Context) error { return sendPage(ctx, reference.Index()) })
	plain(reference.ArchivePath, func(ctx echo.Context) error { return send(ctx, "application/gzip", reference.Archive()) })
	plain("/lexicons/:file", serveLexicon(c.ServiceDID))
}

// serveLexicon answers with the lexicon file that the path names, or with the
// page about it.
func serveLexicon(serviceDID string) echo.HandlerFunc {
	return func(c echo.Context) error {
		nsid, file := strings.CutSuffix(c.Param("file"), ".json")
		if !file {
			page, ok := reference.Page(nsid, serviceDID)
			if !ok {
				return noSuchPage()
			}
			return sendPage(c, page)
		}
		b, ok := lexicons.JSON(nsid)
		if !ok {
			return noSuchPage()
		}
		c.Response().Header().Set("Access-Control-Allow-Origin", "*")
		return send(c, "application/json", b)
	}
}

// sendPage writes a page of HTML, which loads nothing.
func sendPage(c echo.Context, page []byte) error {
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	return send(c, "text/html; charset=utf-8", page)
}

func noSuchPage() *xrpc.Error {
	return xrpc.Errorf(http.StatusNotFound, xrpc.NotFound, "there is nothing here; the start page at / lists what there is")
}

// send writes a whole answer that no cache may keep.
func send(c echo.Context, contentType string, body []byte) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Stream(http.StatusOK, contentType, bytes.NewReader(body))
}
