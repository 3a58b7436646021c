// Package certificate watches when the TLS certificate of the service expires, as
// clients see it: at the public URL, whichever proxy answers there.
package certificate

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const (
	// interval is the time between two looks.
	interval = time.Hour
	// timeout bounds one look.
	timeout = 10 * time.Second
)

var (
	expiryMetric = metrics.Define(metrics.Metric{
		Group: "Certificate", Name: "mls_certificate_expiry_timestamp_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "When the certificate at the public URL expires, as the last connection to it found within the last hour; 0 " +
			"if the URL is not https, or could not be reached since the start.",
	})
	failuresMetric = metrics.Define(metrics.Metric{
		Group: "Certificate", Name: "mls_certificate_check_failures_total", Kind: metrics.Counter, Unit: "connections",
		Help: "Connections to the public URL that failed. Some networks do not let a machine reach its own public address.",
	})
)

// Watch looks at the certificate of a public URL.
type Watch struct {
	addr, host string
	log        *slog.Logger
	expiry     prometheus.Gauge
	failures   prometheus.Counter
	failed     bool
}

// NewWatch makes a Watch, whose metrics are registered with r, which may be nil. A
// URL that is not https has no certificate.
func NewWatch(publicURL string, r prometheus.Registerer, log *slog.Logger) *Watch {
	w := &Watch{log: log, expiry: expiryMetric.NewGauge(), failures: failuresMetric.NewCounter()}
	if u, err := url.Parse(publicURL); err == nil && u.Scheme == "https" {
		w.host, w.addr = u.Hostname(), net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443"))
	}
	if r != nil {
		r.MustRegister(w.expiry, w.failures)
	}
	return w
}

// Run looks until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	if w.addr == "" {
		return nil
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (w *Watch) look(ctx context.Context) {
	expires, err := w.expires(ctx)
	if err == nil {
		w.failed = false
		w.expiry.Set(float64(expires.Unix()))
		return
	}
	if ctx.Err() != nil {
		return
	}
	w.failures.Inc()
	if !w.failed { // once is enough: this may be a network that cannot reach itself
		w.log.WarnContext(ctx, "the certificate of the public URL cannot be seen from here", "error", err)
	}
	w.failed = true
}

// expires returns when the first certificate of the chain expires that does.
func (w *Watch) expires(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// Nothing is sent over the connection. A certificate that is not valid, such as
	// one that has expired, is what this looks for.
	d := tls.Dialer{Config: &tls.Config{ServerName: w.host, InsecureSkipVerify: true}}
	conn, err := d.DialContext(ctx, "tcp", w.addr)
	if err != nil {
		return time.Time{}, fmt.Errorf("connect to the public URL: %w", err)
	}
	defer conn.Close()
	var first time.Time
	for _, c := range conn.(*tls.Conn).ConnectionState().PeerCertificates {
		if first.IsZero() || c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	if first.IsZero() {
		return first, errors.New("the public URL has no certificate")
	}
	return first, nil
}
