package server

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
	// checkTimeout bounds a look at the database; a balancer waits no longer.
	checkTimeout = 2 * time.Second
	// checkAge is how long its outcome counts: the pages are public, and must
	// not be a way to keep the database busy.
	checkAge = 500 * time.Millisecond
	// memoryHigh is the share of the limit beyond which memory is unhealthy.
	memoryHigh = 0.95
)

// Health answers whether the process lives, and whether it can do its work.
type Health struct {
	pool    *pgxpool.Pool
	version string
	memory  func() (used, limit uint64)
	stopped atomic.Bool

	mu      sync.Mutex
	checked time.Time
	err     error
}

// NewHealth watches over the pool.
func NewHealth(pool *pgxpool.Pool, version string) *Health {
	return &Health{pool: pool, version: version, memory: memoryUse}
}

// Drain makes the service not ready, for good: it is about to stop.
func (h *Health) Drain() { h.stopped.Store(true) }

// writable asks the database for a session that can write: a standby, or a
// primary that was made read-only, answers a SELECT 1 just as well.
func (h *Health) writable() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.checked) < checkAge {
		return h.err
	}
	// Not a request's context: its client's leaving says nothing of the database.
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

func word(ok bool) string {
	if ok {
		return "healthy"
	}
	return "unhealthy"
}

func code(ok bool) int {
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
	database := h.writable() == nil
	used, limit := h.memory()
	memory := limit == 0 || float64(used) < memoryHigh*float64(limit)
	return sendJSON(c, code(database && memory), struct {
		Status    string `json:"status"`
		Timestamp int64  `json:"timestamp"`
		Version   string `json:"version"`
		Checks    checks `json:"checks"`
	}{word(database && memory), time.Now().Unix(), h.version, checks{word(database), word(memory)}})
}

// serveReady answers /health/ready.
func (h *Health) serveReady(c echo.Context) error {
	type checks struct {
		Database bool `json:"database"`
	}
	database := h.writable() == nil
	ready := database && !h.stopped.Load()
	return sendJSON(c, code(ready), struct {
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
