package httpd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/server/health"
)

// memoryHigh is the share of the memory limit above which the process counts as
// unhealthy.
const memoryHigh = 0.95

// Health answers the health checks: /health, /health/ready and /health/live.
type Health struct {
	monitor *health.Monitor
	version string
	memory  func() (used, limit uint64)
	stopped atomic.Bool
}

// NewHealth makes the pages that show the states of a monitor.
func NewHealth(monitor *health.Monitor, version string) *Health {
	return &Health{monitor: monitor, version: version, memory: memoryUse}
}

// Drain makes /health/ready answer 503 from now on, because the process is about
// to stop.
func (h *Health) Drain() { h.stopped.Store(true) }

// checkMemory gives the state of the memory.
func (h *Health) checkMemory() health.State {
	used, limit := h.memory()
	s := health.State{Name: "memory"}
	if limit > 0 && float64(used) >= memoryHigh*float64(limit) {
		s.Status = health.Unhealthy
	}
	return s
}

// named is a JSON object whose names have an order: that of the checks.
type named []struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (n named) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, field := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(field.value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", field.name, err)
		}
		fmt.Fprintf(&b, "%q:%s", field.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (n *named) add(name string, value any) {
	*n = append(*n, struct {
		name  string
		value any
	}{name, value})
}

func status(ok bool) int {
	if ok {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// serve answers /health.
func (h *Health) serve(c echo.Context) error {
	states := h.monitor.Look(c.Request().Context())
	// The memory is the second check, as it was when there were two.
	states = append(states[:1:1], append([]health.State{h.checkMemory()}, states[1:]...)...)
	var checks named
	for _, s := range states {
		checks.add(s.Name, s.Status.String())
	}
	worst := health.Worst(states)
	return sendJSON(c, status(worst < health.Unhealthy), struct {
		Status    string `json:"status"`
		Timestamp int64  `json:"timestamp"`
		Version   string `json:"version"`
		Checks    named  `json:"checks"`
	}{worst.String(), time.Now().Unix(), h.version, checks})
}

// serveReady answers /health/ready. A degraded instance is ready.
func (h *Health) serveReady(c echo.Context) error {
	states := h.monitor.Look(c.Request().Context())
	var checks named
	for _, s := range states {
		checks.add(s.Name, s.Status == health.Healthy)
	}
	ready := health.Worst(states) < health.Unhealthy && !h.stopped.Load()
	return sendJSON(c, status(ready), struct {
		Ready  bool  `json:"ready"`
		Checks named `json:"checks"`
	}{ready, checks})
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
