package httpd

import (
	"strings"
	"sync"
	"time"
)

// pollInterval is the time between two log lines of one health page.
const pollInterval = time.Minute

// pollSampler decides which polls of the health pages are logged. Load balancers
// and probes ask every few seconds.
type pollSampler struct {
	now func() time.Time

	mu    sync.Mutex
	pages map[string]*pollPage
}

// pollPage is the last logged poll of a page.
type pollPage struct {
	status  int
	at      time.Time
	skipped int
}

// isPoll says whether a route is a health page.
func isPoll(route string) bool {
	return route == healthPath || strings.HasPrefix(route, healthPath+"/") || route == strings.TrimPrefix(xrpcHealthPath, "/xrpc/")
}

// sample says whether a request is logged, and how many polls before it were not.
func (s *pollSampler) sample(o *outcome) (skipped int, ok bool) {
	if !isPoll(o.nsid) {
		return 0, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		s.pages = map[string]*pollPage{}
	}
	page := s.pages[o.nsid]
	if page == nil {
		page = &pollPage{}
		s.pages[o.nsid] = page
	}
	now := s.now()
	if page.status == o.status && now.Sub(page.at) < pollInterval {
		page.skipped++
		return 0, false
	}
	skipped = page.skipped
	*page = pollPage{status: o.status, at: now}
	return skipped, true
}
