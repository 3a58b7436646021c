package redact

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

func TestPasswords(t *testing.T) {
	for in, want := range map[string]string{
		"postgres://mls:p@ss@db.example/mls":                          "postgres://[redacted]@db.example/mls",
		"cannot parse `postgres://mls:xxxxxx@ss/w@db.example:5/m`: x": "cannot parse `postgres://[redacted]@db.example:5/m`: x",
		"redis://:hunter2@cache.example:6379/0 is down":               "redis://[redacted]@cache.example:6379/0 is down",
		"host=db password=hunter2 user=x":                             "host=db password=[redacted] user=x",
		"password='with \\' quote' x":                                 "password=[redacted] x",
		"postgres://db/x?password=hunter2&sslmode=disable":            "postgres://db/x?password=[redacted]&sslmode=disable",
		"https://plc.example/did and a@b":                             "https://plc.example/did and a@b",
	} {
		if got := Secrets(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestErrorsOfConnectionStrings: no piece of a password is in the error of pgx
// about a connection string, whatever characters it has.
func TestErrorsOfConnectionStrings(t *testing.T) {
	for _, password := range []string{"sec@ret1", "sec/ret1", "sec@ret1/x", "sec:ret1@y?z", "sec%ret1", "sec#ret1@z"} {
		raw := "postgres://mls:" + password + "@db.example:port/mls"
		_, err := pgxpool.ParseConfig(raw)
		if err == nil { // it is read as another host
			err = errors.New("no answer from " + raw)
		}
		for _, text := range []string{Secrets(err.Error()), Text(err.Error())} {
			if strings.Contains(text, "ret1") || strings.Contains(text, "sec") {
				t.Errorf("%q: %s", password, text)
			}
		}
	}
}

func TestConfiguredHosts(t *testing.T) {
	Allow("192.0.2.7:5432", "plc.example", "[2001:db8::1]:6379", "")
	defer Allow()
	for in, want := range map[string]string{
		"dial tcp 192.0.2.7:5432: refused":                 "dial tcp 192.0.2.7:5432: refused",
		"dial tcp 192.0.2.8:5432: refused":                 "dial tcp [redacted]: refused",
		"dial tcp [2001:db8::1]:6379: refused":             "dial tcp [2001:db8::1]:6379: refused",
		`Get "https://plc.example/did:plc:abc": EOF`:       "Get https://plc.example/[redacted]: EOF",
		`Get "https://plc.example": EOF`:                   "Get https://plc.example: EOF",
		`Get "https://plc.example.evil/did:plc:abc": EOF`:  "Get [redacted]: EOF",
		`Get "https://u:p@plc.example/x": EOF`:             "Get https://plc.example/[redacted]: EOF",
		"postgres://mls:p@ss@192.0.2.7:5432/mls is closed": "postgres://192.0.2.7:5432/[redacted] is closed",
		`value "plc.example" x`:                            `value "plc.example" x`,
	} {
		if got := Error(errors.New(in)); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
