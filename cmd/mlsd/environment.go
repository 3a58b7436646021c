package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// environment holds variables by name.
type environment map[string]string

// newEnvironment reads variables of the form of os.Environ.
func newEnvironment(environ []string) environment {
	e := environment{}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		e[name] = value
	}
	return e
}

// ofService matches the rest of the variables that Kubernetes puts into the
// environment of each pod for each service of its namespace, after the name of
// the service: mls-redis becomes MLS_REDIS_SERVICE_HOST, MLS_REDIS_PORT and
// others (kubernetes.io/docs/concepts/services-networking/service, "Environment
// variables").
var ofService = regexp.MustCompile(`^_(SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

const serviceHost = "_SERVICE_HOST"

// injected reports whether Kubernetes made the variable for a service. The
// variables of a service come together, so a variable without its address
// (NAME_SERVICE_HOST) is a setting, perhaps a misspelt one. Where the operator
// has set a variable of the same name, it does not hold the URL that Kubernetes
// would have written.
func (e environment) injected(name string) bool {
	if strings.HasSuffix(name, serviceHost) {
		return true
	}
	for other := range e {
		service, ok := strings.CutSuffix(other, serviceHost)
		rest, mine := strings.CutPrefix(name, service)
		if ok && mine && ofService.MatchString(rest) && (rest != "_PORT" || strings.Contains(e[name], "://")) {
			return true
		}
	}
	return false
}

// addFile adds the variables of the file that MLS_ENV_FILE or its flag names.
// They replace variables of the same name: at SIGHUP the service manager's
// environment still has the old values.
func (e environment) addFile(s *setting) error {
	path := s.given
	if s.source == "" {
		path = e[s.env]
	}
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: %w", s.env, err)
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		name, value, err := assignment(line)
		if err == nil && name == s.env {
			err = errors.New("the file cannot name another one")
		}
		if err != nil {
			return fmt.Errorf("%s: line %d of %s: %w", s.env, number, path, err)
		}
		if name != "" {
			e[name] = value
		}
	}
	return nil
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// assignment reads a line of an EnvironmentFile as systemd does
// (systemd.exec(5)). What systemd reads in another way than a person expects
// (escapes, quotes in the middle, values of several lines) is an error. Errors
// do not quote the line, which may hold a password.
func assignment(line string) (name, value string, err error) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || line[0] == ';' {
		return "", "", nil
	}
	name, value, ok := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !variable.MatchString(name) {
		return "", "", errors.New("is not NAME=value")
	}
	inner := value
	if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		inner = value[1 : len(value)-1]
	}
	if strings.ContainsAny(inner, "\"'\\") {
		return "", "", fmt.Errorf("the value of %s has a quote or a backslash in it: write %%22, %%27 or %%5C in URLs", name)
	}
	return name, inner, nil
}
