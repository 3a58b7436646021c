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

	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/origin"
	"catbird.blue/mls/server/source"
)

// dev reports whether localhost identities, http and private addresses count.
func (c *Config) dev() bool {
	if c.Dev == "auto" {
		return c.ServiceDID == ""
	}
	return c.Dev == "true"
}

// serviceDID is the DID served on the given port: without SERVICE_DID that of
// a development service, in the one spelling that the reference PDS resolves.
func (c *Config) serviceDID(port int) string {
	if c.ServiceDID != "" {
		return c.ServiceDID
	}
	return "did:web:localhost%3A" + strconv.Itoa(port)
}

// publicURL is the service endpoint of the DID document.
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

// keyFile is where the service key is. The one of a development identity
// carries the port, since the identity does.
func (c *Config) keyFile(port int) string {
	switch {
	case c.KeyFile != "":
		return c.KeyFile
	case c.ServiceDID != "":
		return filepath.Join(c.DataDir, "service.key")
	}
	return filepath.Join(c.DataDir, "dev-"+strconv.Itoa(port)+".key")
}

// secretFile is where the shared secret is: beside the key, where nothing else
// is said, since both are made and backed up together.
func (c *Config) secretFile(port int) string {
	if c.SecretFile != "" {
		return c.SecretFile
	}
	return strings.TrimSuffix(c.keyFile(port), ".key") + ".secret"
}

// blobDir is where blobs go without MLS_BLOB_URL.
func (c *Config) blobDir() string { return filepath.Join(c.DataDir, "blobs") }

// postgresDir is where the private PostgreSQL is, without DATABASE_URL.
func (c *Config) postgresDir() string { return filepath.Join(c.DataDir, "postgres") }

// rateLimits gives off, or the factor on the rates.
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

// check finds what no field shows alone: bad forms and contradictions, one
// line each.
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
	report("MLS_PLC_URL", c.checkPLC())
	report("DATABASE_URL", checkScheme(c.DatabaseURL, "postgres", "postgresql"))
	_, err := c.databaseLimit()
	report("MLS_DATABASE_LIMIT", err)
	report("REDIS_URL", checkScheme(c.RedisURL, "redis", "rediss"))
	report("MLS_BLOB_URL", checkScheme(c.BlobURL, "file", "s3"))
	report("MLS_METRICS_LISTEN", c.checkMetrics())
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

// checkScheme keeps the value out of its error: it may hold a password.
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

// effective fills in what is derived from other settings.
func (c *Config) effective() *Config {
	e := *c
	e.Dev = strconv.FormatBool(c.dev())
	e.ServiceDID, e.PublicURL, e.KeyFile = c.serviceDID(c.Port), c.publicURL(c.Port), c.keyFile(c.Port)
	e.SecretFile = c.secretFile(c.Port)
	return &e
}
