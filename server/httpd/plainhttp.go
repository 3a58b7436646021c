package httpd

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/lexicons"
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
	// DevAccounts makes accounts of the page at /, in development only; nil otherwise.
	DevAccounts http.Handler
	// Log gets one line for each request, without identifiers.
	Log *slog.Logger
}

// Paths of the health checks.
const (
	healthPath     = "/health"
	xrpcHealthPath = "/xrpc/_health"
)

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
	page := startPage(c)
	plain("/", func(ctx echo.Context) error {
		ctx.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		return send(ctx, "text/html; charset=utf-8", page)
	})
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
	plain("/lexicons/:file", serveLexicon)
	if c.DevAccounts != nil {
		e.POST("/dev/accounts", echo.WrapHandler(c.DevAccounts))
	}
	return e
}

// serveLexicon answers with the lexicon file that the path names.
func serveLexicon(c echo.Context) error {
	nsid, ok := strings.CutSuffix(c.Param("file"), ".json")
	if !ok {
		return noSuchPage()
	}
	b, ok := lexicons.JSON(nsid)
	if !ok {
		return noSuchPage()
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return send(c, "application/json", b)
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
