package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
)

const (
	// checkTimeout bounds one check of the database. Load balancers wait no
	// longer.
	checkTimeout = 2 * time.Second
	// checkAge is how long the result of a check is used again. The health
	// pages are public, so requests must not cause one query each.
	checkAge = 500 * time.Millisecond
	// memoryHigh is the share of the memory limit above which the process counts
	// as unhealthy.
	memoryHigh = 0.95
)

// Health answers the health checks: /health, /health/ready and /health/live.
type Health struct {
	pool    *pgxpool.Pool
	version string
	memory  func() (used, limit uint64)
	stopped atomic.Bool

	mu      sync.Mutex
	checked time.Time
	err     error
}

// NewHealth makes the health checks of a service whose database pool reaches.
func NewHealth(pool *pgxpool.Pool, version string) *Health {
	return &Health{pool: pool, version: version, memory: memoryUse}
}

// Drain makes /health/ready answer 503 from now on, because the process is about
// to stop.
func (h *Health) Drain() { h.stopped.Store(true) }

// checkWritable is nil where the database gives a session that can write. A
// standby, or a primary that was made read-only, would answer SELECT 1 as well.
func (h *Health) checkWritable() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.checked) < checkAge {
		return h.err
	}
	// Not the request's context: a client that closes its connection says
	// nothing about the database.
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	var readOnly bool
	h.err = h.pool.QueryRow(ctx, "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean").Scan(&readOnly)
	if h.err == nil && readOnly {
		h.err = fmt.Errorf("the session is read-only")
		h.pool.Reset()
	}
	h.checked = time.Now()
	return h.err
}

func statusText(ok bool) string {
	if ok {
		return "healthy"
	}
	return "unhealthy"
}

func status(ok bool) int {
	if ok {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// serve answers /health.
func (h *Health) serve(c echo.Context) error {
	type checks struct {
		Database string `json:"database"`
		Memory   string `json:"memory"`
	}
	database := h.checkWritable() == nil
	used, limit := h.memory()
	memory := limit == 0 || float64(used) < memoryHigh*float64(limit)
	return sendJSON(c, status(database && memory), struct {
		Status    string `json:"status"`
		Timestamp int64  `json:"timestamp"`
		Version   string `json:"version"`
		Checks    checks `json:"checks"`
	}{statusText(database && memory), time.Now().Unix(), h.version, checks{statusText(database), statusText(memory)}})
}

// serveReady answers /health/ready.
func (h *Health) serveReady(c echo.Context) error {
	type checks struct {
		Database bool `json:"database"`
	}
	database := h.checkWritable() == nil
	ready := database && !h.stopped.Load()
	return sendJSON(c, status(ready), struct {
		Ready  bool   `json:"ready"`
		Checks checks `json:"checks"`
	}{ready, checks{database}})
}

func sendJSON(c echo.Context, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	return c.Stream(status, "application/json", bytes.NewReader(b))
}
