package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/internal/pgsession"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/origin"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/source"
)

// dev reports whether development settings are allowed: localhost identities,
// http and private addresses.
func (c *Config) dev() bool {
	if c.Dev == "auto" {
		return c.ServiceDID == ""
	}
	return c.Dev == "true"
}

// serviceDID returns the DID of the service on the given port. Without
// SERVICE_DID it is the DID of a development service, in the only spelling that
// the reference PDS resolves.
func (c *Config) serviceDID(port int) string {
	if c.ServiceDID != "" {
		return c.ServiceDID
	}
	return "did:web:localhost%3A" + strconv.Itoa(port)
}

// publicURL returns the service endpoint for the DID document.
func (c *Config) publicURL(port int) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	host := strings.TrimPrefix(c.serviceDID(port), "did:web:")
	if local, ok := strings.CutPrefix(host, "localhost"); ok {
		return "http://localhost" + strings.ReplaceAll(local, "%3A", ":")
	}
	return "https://" + host
}

// keyFile returns the path of the service key. The name contains the port for a
// development identity, because that identity contains the port.
func (c *Config) keyFile(port int) string {
	switch {
	case c.KeyFile != "":
		return c.KeyFile
	case c.ServiceDID != "":
		return filepath.Join(c.DataDir, "service.key")
	}
	return filepath.Join(c.DataDir, "dev-"+strconv.Itoa(port)+".key")
}

// secretFile returns the path of the shared secret. By default it is in the
// directory of the key, since both are created and backed up together.
func (c *Config) secretFile(port int) string {
	if c.SecretFile != "" {
		return c.SecretFile
	}
	return strings.TrimSuffix(c.keyFile(port), ".key") + ".secret"
}

// blobDir returns the directory for blobs, which is used without MLS_BLOB_URL.
func (c *Config) blobDir() string { return filepath.Join(c.DataDir, "blobs") }

// postgresDir returns the directory of the private PostgreSQL, which is used
// without DATABASE_URL.
func (c *Config) postgresDir() string { return filepath.Join(c.DataDir, "postgres") }

// rateLimits returns whether the limits are off, or the factor by which rates
// are multiplied.
func (c *Config) rateLimits() (off bool, scale float64, err error) {
	if c.RateLimits == "off" {
		return true, 0, nil
	}
	scale, err = strconv.ParseFloat(c.RateLimits, 64)
	if err != nil || !(scale >= 0.01 && scale <= 1000) {
		return false, 0, fmt.Errorf("%q is neither off nor a factor between 0.01 and 1000", c.RateLimits)
	}
	return false, scale, nil
}

// check finds mistakes that need more than one field to see, and values of a
// wrong form. Each is one line of the error.
func (c *Config) check() error {
	var problems []error
	report := func(name string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	if !slices.Contains([]string{"auto", "true", "false"}, c.Dev) {
		report("MLS_DEV", fmt.Errorf("%q is not one of true, false, auto", c.Dev))
	}
	if c.ServiceDID != "" {
		report("SERVICE_DID", auth.ValidateServiceDID(c.ServiceDID, c.dev()))
	} else if c.Dev == "false" {
		report("MLS_DEV", errors.New("false needs SERVICE_DID: the identity without it is for development only"))
	}
	if c.PublicURL != "" {
		report("MLS_PUBLIC_URL", auth.ValidatePublicURL(c.PublicURL, c.dev()))
		if c.ServiceDID == "" {
			report("MLS_PUBLIC_URL", errors.New("needs SERVICE_DID: the identity without it is on localhost"))
		}
	}
	report("MLS_KEY", c.checkKey())
	report("MLS_SECRET", c.checkSecret())
	report("MLS_PLC_URL", c.checkPLC())
	report("MLS_RELAY_URL", c.checkOrigin(c.RelayURL, "a relay or PDS, such as https://bsky.network"))
	report("MLS_APPVIEW_URL", c.checkOrigin(c.AppViewURL, "an AppView, such as https://public.api.bsky.app"))
	if c.DatabaseURL != "" {
		report("DATABASE_URL", pgsession.Check(c.DatabaseURL))
	}
	_, err := c.databaseLimit()
	report("MLS_DATABASE_LIMIT", err)
	report("REDIS_URL", checkScheme(c.RedisURL, redislink.Schemes()...))
	report("MLS_BLOB_URL", checkScheme(c.BlobURL, "file", "s3"))
	report(c.checkBackup())
	report("MLS_METRICS_LISTEN", c.checkMetrics())
	if c.ReportRecipient != "" {
		_, err = age.ParseX25519Recipient(c.ReportRecipient)
		report("MLS_REPORT_RECIPIENT", err)
	}
	report("MLS_REPORT_SERVICE", c.checkReportService())
	_, _, err = c.rateLimits()
	report("MLS_RATE_LIMITS", err)
	_, err = origin.ParseSizes(c.OriginSizes)
	report("MLS_ORIGIN_SIZES", err)
	_, err = source.ParseProxies(c.TrustedProxies)
	report("MLS_TRUSTED_PROXIES", err)
	if c.Listen == "" {
		report("MLS_LISTEN", errors.New("is empty"))
	} else if strings.Contains(c.Listen, ":") && net.ParseIP(c.Listen) == nil {
		report("MLS_LISTEN", fmt.Errorf("%q is not a host or address; the port is SERVER_PORT", c.Listen))
	}
	return errors.Join(problems...)
}

// keyIsPassed reports whether the key comes from a variable or a descriptor.
func (c *Config) keyIsPassed() bool { return c.Key != "" || auth.IsDescriptor(c.KeyFile) }

func (c *Config) checkKey() error {
	if c.Key == "" {
		return nil
	}
	if c.KeyFile != "" {
		return errors.New("and MLS_KEY_FILE are both set; set one of them")
	}
	_, err := auth.ParseKey(c.Key)
	return err
}

func (c *Config) checkSecret() error {
	switch {
	case c.Secret != "" && c.SecretFile != "":
		return errors.New("and MLS_SECRET_FILE are both set; set one of them")
	case c.Secret == "" && c.SecretFile == "" && c.keyIsPassed():
		return errors.New("or MLS_SECRET_FILE is needed, since no key file has the secret beside it")
	case c.Secret == "":
		return nil
	}
	_, err := auth.ParseSecret(c.Secret)
	return err
}

func (c *Config) checkPLC() error {
	u, err := url.Parse(c.PLCURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return fmt.Errorf("%q is not the URL of a PLC directory", c.PLCURL)
	case u.Scheme == "http" && !c.dev():
		return errors.New("http is for development only")
	}
	return nil
}

func (c *Config) checkReportService() error {
	switch {
	case c.ReportService == "" || strings.HasPrefix(c.ReportService, "did:plc:"):
		return nil
	case !strings.HasPrefix(c.ReportService, "did:web:"):
		return errors.New("is neither a did:plc nor a did:web")
	}
	if err := auth.ValidateServiceDID(c.ReportService, c.dev()); err != nil {
		return errors.New("is not a did:web with a host name alone")
	}
	return nil
}

// checkOrigin checks the URL of another service, of which only the origin is used.
func (c *Config) checkOrigin(origin, what string) error {
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("is not the origin of " + what)
	case u.Scheme == "http" && !c.dev():
		return errors.New("http is for development only")
	}
	return nil
}

// checkScheme leaves the value out of its error, because it may contain a
// password.
func checkScheme(value string, schemes ...string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("is not a URL that begins with %s://", strings.Join(schemes, ":// or "))
	}
	return nil
}

func (c *Config) checkMetrics() error {
	if c.MetricsListen == "off" {
		return nil
	}
	_, port, err := net.SplitHostPort(c.MetricsListen)
	if err != nil {
		return fmt.Errorf("%q is neither off nor host:port", c.MetricsListen)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%q is not a port", port)
	}
	if n != 0 && int(n) == c.Port {
		return fmt.Errorf("port %d is SERVER_PORT too; metrics have a listener of their own", n)
	}
	return nil
}

// withDerived returns a copy in which settings that are derived from others are
// filled in.
func (c *Config) withDerived() *Config {
	e := *c
	e.Dev = strconv.FormatBool(c.dev())
	e.ServiceDID, e.PublicURL, e.KeyFile = c.serviceDID(c.Port), c.publicURL(c.Port), c.keyFile(c.Port)
	e.SecretFile = c.secretFile(c.Port)
	if c.Key != "" {
		e.KeyFile = ""
	}
	if c.Secret != "" {
		e.SecretFile = ""
	}
	return &e
}

// hosts lists the hosts in the settings, which the log may show.
func (c *Config) hosts() []string {
	var hosts []string
	if cfg, err := pgconn.ParseConfig(c.DatabaseURL); err == nil && c.DatabaseURL != "" {
		hosts = append(hosts, cfg.Host)
		for _, f := range cfg.Fallbacks {
			hosts = append(hosts, f.Host)
		}
	}
	for _, raw := range []string{c.RedisURL, c.BlobURL, c.PLCURL, c.PublicURL} {
		u, err := url.Parse(raw)
		if err != nil {
			continue
		}
		hosts = append(hosts, u.Host)
		hosts = append(hosts, u.Query()["addr"]...)
		if endpoint, err := url.Parse(u.Query().Get("endpoint")); err == nil {
			hosts = append(hosts, endpoint.Host)
		}
	}
	return hosts
}
