package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// noHangups stands for a process that gets no SIGHUP.
func noHangups() <-chan os.Signal { return nil }

// try runs a command whose environment contains only env.
func try(t *testing.T, env []string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	p := program{out: &o, errOut: &e, environ: env, hangups: noHangups}
	code = p.main(t.Context(), args)
	return code, o.String(), e.String()
}

// aSecret has the form of a secret: 32 bytes in base64.
var aSecret = strings.Repeat("A", 43) + "="

// TestBadConfiguration checks that each mistake is reported in one line that
// names the setting, and that the start is refused.
func TestBadConfiguration(t *testing.T) {
	const did = "SERVICE_DID=did:web:mls.example.org"
	for _, tc := range []struct {
		name string
		env  []string
		args []string
		want []string // the start of each line, in order
	}{
		{"unknown variable", []string{"MLS_LOGLEVEL=debug"}, nil, []string{"MLS_LOGLEVEL: there is no such setting"}},
		{"unknown beside injected", []string{"MLS_SERVICE_HOST=1", "MLS_PORT=tcp://1", "MLS_PORT_3000_TCP=1", "MLS_PORTS=1"}, nil, []string{"MLS_PORTS: there is no such setting"}},
		{"injected without its service", []string{"MLS_REDIS_PORT=tcp://1:6379", "MLS_REDIS_PORT_6379_TCP=tcp://1:6379"}, nil, []string{"MLS_REDIS_PORT: there is no such setting", "MLS_REDIS_PORT_6379_TCP: there is no such setting"}},
		{"key twice", []string{"MLS_KEY=x", "MLS_KEY_FILE=k", "MLS_SECRET=" + aSecret}, nil, []string{"MLS_KEY: and MLS_KEY_FILE are both set"}},
		{"key that is none", []string{"MLS_KEY=hunter2", "MLS_SECRET=" + aSecret}, nil, []string{"MLS_KEY: not a key file"}},
		{"secret that is none", []string{"MLS_SECRET=hunter2"}, nil, []string{"MLS_SECRET: not a key file"}},
		{"secret twice", []string{"MLS_SECRET=" + aSecret}, []string{"-secret-file=s"}, []string{"MLS_SECRET: and MLS_SECRET_FILE are both set"}},
		{"key without a secret", []string{"MLS_KEY_FILE=fd:3"}, nil, []string{"MLS_SECRET: or MLS_SECRET_FILE is needed"}},
		{"no such file of settings", []string{"MLS_ENV_FILE=/nowhere.env"}, nil, []string{"MLS_ENV_FILE: open /nowhere.env"}},
		{"port is a word", []string{"SERVER_PORT=http"}, nil, []string{`SERVER_PORT: "http" is not a whole number`}},
		{"port too high", []string{"SERVER_PORT=65536"}, nil, []string{"SERVER_PORT: 65536 is not between 0 and 65535"}},
		{"port negative by flag", nil, []string{"-port", "-1"}, []string{"-port: -1 is not between 0 and 65535"}},
		{"unknown flag", nil, []string{"-prot", "1"}, []string{"flag provided but not defined: -prot"}},
		{"argument", nil, []string{"now"}, []string{`unexpected argument "now"`}},
		{"log level", []string{"MLS_LOG_LEVEL=loud"}, nil, []string{`MLS_LOG_LEVEL: "loud" is not one of debug, info, warn, error`}},
		{"log format", []string{"MLS_LOG_FORMAT=xml"}, nil, []string{`MLS_LOG_FORMAT: "xml" is not one of json, text`}},
		{"past epochs", []string{"MLS_PAST_EPOCHS=-1"}, nil, []string{"MLS_PAST_EPOCHS: -1 is not between 0 and 1000"}},
		{"duration", []string{"MLS_STOP_TIMEOUT=soon"}, nil, []string{`MLS_STOP_TIMEOUT: "soon" is not a duration`}},
		{"duration too long", []string{"MLS_STOP_TIMEOUT=1h"}, nil, []string{"MLS_STOP_TIMEOUT: 1h0m0s is not between 0s and 10m0s"}},
		{"message time too short", []string{"MLS_MESSAGE_TTL=59m59s"}, nil, []string{"MLS_MESSAGE_TTL: 59m59s is not between 1h0m0s and 87600h0m0s"}},
		{"message time too long", nil, []string{"-message-ttl=87601h"}, []string{"-message-ttl: 87601h0m0s is not between 1h0m0s and 87600h0m0s"}},
		{"message time in days", []string{"MLS_MESSAGE_TTL=30d"}, nil, []string{`MLS_MESSAGE_TTL: "30d" is not a duration`}},
		{"connections", []string{"MLS_DB_CONNECTIONS=1"}, nil, []string{"MLS_DB_CONNECTIONS: 1 is not between 2 and 1000"}},
		{"rate limits", []string{"MLS_RATE_LIMITS=none"}, nil, []string{`MLS_RATE_LIMITS: "none" is neither off nor a factor`}},
		{"origin sizes", []string{"MLS_ORIGIN_SIZES=host.bsky.network=5"}, nil, []string{`MLS_ORIGIN_SIZES: "host.bsky.network" is part of the origin "bsky.network"`}},
		{"rate limits NaN", []string{"MLS_RATE_LIMITS=NaN"}, nil, []string{`MLS_RATE_LIMITS: "NaN" is neither off nor a factor`}},
		{"proxies", []string{"MLS_TRUSTED_PROXIES=10.0.0.0/8,nginx"}, nil, []string{`MLS_TRUSTED_PROXIES: "nginx" is not a network such as`}},
		{"dev", []string{"MLS_DEV=yes"}, nil, []string{`MLS_DEV: "yes" is not one of`}},
		{"no dev, no identity", []string{"MLS_DEV=false"}, nil, []string{"MLS_DEV: false needs SERVICE_DID"}},
		{"did:plc as service", []string{"SERVICE_DID=did:plc:ewvi7nxzyoun6zhxrhs64oiz"}, nil, []string{"SERVICE_DID: the service DID must be a did:web"}},
		{"localhost without dev", []string{"SERVICE_DID=did:web:localhost%3A3000"}, nil, []string{"SERVICE_DID: did:web:localhost is for development only"}},
		{"localhost misspelt", []string{"SERVICE_DID=did:web:localhost%3a3000", "MLS_DEV=true"}, nil, []string{"SERVICE_DID: a local service DID is spelled"}},
		{"public URL alone", []string{"MLS_PUBLIC_URL=https://mls.example.org"}, nil, []string{"MLS_PUBLIC_URL: needs SERVICE_DID"}},
		{"public URL http", []string{did, "MLS_PUBLIC_URL=http://mls.example.org"}, nil, []string{"MLS_PUBLIC_URL: the public URL must be https"}},
		{"public URL with path", []string{did, "MLS_PUBLIC_URL=https://mls.example.org/xrpc"}, nil, []string{"MLS_PUBLIC_URL: the public URL must be an origin"}},
		{"PLC over http", []string{did, "MLS_PLC_URL=http://plc.example.org"}, nil, []string{"MLS_PLC_URL: http is for development only"}},
		{"PLC no URL", []string{"MLS_PLC_URL=plc.directory"}, nil, []string{`MLS_PLC_URL: "plc.directory" is not the URL`}},
		{"database", []string{"DATABASE_URL=mysql://root:hunter2@db/mls"}, nil, []string{"DATABASE_URL: is not a URL that begins with postgres://"}},
		{"database limit", []string{"MLS_DATABASE_LIMIT=200GB"}, nil, []string{`MLS_DATABASE_LIMIT: "200GB" is not a size such as 200GiB`}},
		{"database limit of nothing", []string{"MLS_DATABASE_LIMIT=0GiB"}, nil, []string{`MLS_DATABASE_LIMIT: "0GiB" is not a size`}},
		{"redis", []string{"REDIS_URL=localhost:6379"}, nil, []string{"REDIS_URL: is not a URL that begins with redis://"}},
		{"blobs", []string{"MLS_BLOB_URL=gs://bucket"}, nil, []string{"MLS_BLOB_URL: is not a URL that begins with file:// or s3://"}},
		{"metrics without port", []string{"MLS_METRICS_LISTEN=127.0.0.1"}, nil, []string{`MLS_METRICS_LISTEN: "127.0.0.1" is neither off nor host:port`}},
		{"metrics at a named port", []string{"MLS_METRICS_LISTEN=127.0.0.1:http"}, nil, []string{`MLS_METRICS_LISTEN: "http" is not a port`}},
		{"metrics on our port", []string{"MLS_METRICS_LISTEN=127.0.0.1:3000"}, nil, []string{"MLS_METRICS_LISTEN: port 3000 is SERVER_PORT too"}},
		{"listen with port", []string{"MLS_LISTEN=0.0.0.0:3000"}, nil, []string{`MLS_LISTEN: "0.0.0.0:3000" is not a host or address`}},
		{"several at once", []string{"MLS_B=1", "MLS_A=1", "SERVER_PORT=x"}, nil,
			[]string{"SERVER_PORT: ", "MLS_A: ", "MLS_B: "}},
		{"several contradictions", []string{did, "MLS_PLC_URL=http://plc.example.org", "MLS_PUBLIC_URL=http://a.example.org"}, nil,
			[]string{"MLS_PUBLIC_URL: ", "MLS_PLC_URL: "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, command := range []string{"serve", "check-config", "keygen"} {
				code, out, errOut := try(t, tc.env, append([]string{command, "-data-dir", t.TempDir() + "/d"}, tc.args...)...)
				if code != 2 {
					t.Fatalf("%s ends with %d, not 2: %s", command, code, errOut)
				}
				if out != "" {
					t.Errorf("%s prints %s", command, out)
				}
				lines := strings.Split(strings.TrimSpace(errOut), "\n")
				if len(lines) != len(tc.want) {
					t.Fatalf("%s tells %d lines, not %d: %s", command, len(lines), len(tc.want), errOut)
				}
				for i, want := range tc.want {
					if !strings.HasPrefix(lines[i], "mlsd: "+want) {
						t.Errorf("line %d is %q, not %q", i+1, lines[i], want)
					}
				}
				if strings.Contains(errOut, "hunter2") {
					t.Errorf("a secret is told: %s", errOut)
				}
			}
		})
	}
}

func TestGoodConfiguration(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  []string
		args []string
		want []string
	}{
		{"empty is unset", []string{"SERVER_PORT=", "MLS_LOG_LEVEL=", "SERVICE_DID="}, nil, []string{"SERVER_PORT=3000", "MLS_LOG_LEVEL=info"}},
		{"for this machine alone", nil, nil, []string{"MLS_LISTEN=127.0.0.1"}},
		{"kubernetes", []string{"MLS_SERVICE_HOST=10.0.0.1", "MLS_SERVICE_PORT=3000", "MLS_PORT=tcp://10.0.0.1:3000", "MLS_PORT_3000_TCP_ADDR=10.0.0.1"}, nil, []string{"SERVER_PORT=3000"}},
		{"identity follows the port", []string{"SERVER_PORT=4000"}, nil, []string{"SERVICE_DID=did:web:localhost%3A4000", "MLS_PUBLIC_URL=http://localhost:4000", "MLS_KEY_FILE=data/dev-4000.key", "MLS_SECRET_FILE=data/dev-4000.secret"}},
		{"services of any name", []string{"MLS_REDIS_SERVICE_HOST=10.0.0.1", "MLS_REDIS_SERVICE_PORT=6379", "MLS_REDIS_SERVICE_PORT_REDIS=6379", "MLS_REDIS_PORT=tcp://10.0.0.1:6379",
			"MLS_REDIS_PORT_6379_TCP=tcp://10.0.0.1:6379", "MLS_REDIS_PORT_6379_TCP_PROTO=tcp", "MLS_REDIS_PORT_6379_TCP_PORT=6379", "MLS_REDIS_PORT_6379_TCP_ADDR=10.0.0.1",
			"MLS_SERVICE_SERVICE_HOST=10.0.0.2", "MLS_SERVICE_SERVICE_PORT=1", "MLS_SERVICE_PORT=tcp://10.0.0.2:1", "MLS_POSTGRES_SERVICE_HOST=10.0.0.3"}, nil, []string{"SERVER_PORT=3000"}},
		{"a service named server", []string{"SERVER_SERVICE_HOST=10.0.0.1", "SERVER_PORT=tcp://10.0.0.1:80"}, nil, []string{"SERVER_PORT=3000"}},
		{"a service named server, and a port", []string{"SERVER_SERVICE_HOST=10.0.0.1", "SERVER_PORT=4000"}, nil, []string{"SERVER_PORT=4000"}},
		{"secret in a variable", []string{"MLS_SECRET=" + aSecret}, nil, []string{"MLS_SECRET=REDACTED", "MLS_SECRET_FILE="}},
		{"flag first", []string{"SERVER_PORT=4000"}, []string{"-port=5000"}, []string{"SERVER_PORT=5000"}},
		{"public identity", []string{"SERVICE_DID=did:web:mls.example.org"}, nil, []string{"MLS_DEV=false", "MLS_PUBLIC_URL=https://mls.example.org", "MLS_KEY_FILE=data/service.key", "MLS_SECRET_FILE=data/service.secret"}},
		{"endpoint elsewhere", []string{"SERVICE_DID=did:web:mls.example.org", "MLS_PUBLIC_URL=https://api.example.org"}, nil, []string{"MLS_PUBLIC_URL=https://api.example.org"}},
		{"public identity in development", []string{"SERVICE_DID=did:web:localhost%3A3000", "MLS_DEV=true", "MLS_PLC_URL=http://localhost:2582"}, nil, []string{"MLS_PLC_URL=http://localhost:2582"}},
		{"limits off", []string{"MLS_RATE_LIMITS=off", "MLS_METRICS_LISTEN=off"}, nil, []string{"MLS_RATE_LIMITS=off", "MLS_METRICS_LISTEN=off"}},
		{"message time", nil, nil, []string{"MLS_MESSAGE_TTL=720h0m0s"}},
		{"message time at its bounds", []string{"MLS_MESSAGE_TTL=1h"}, nil, []string{"MLS_MESSAGE_TTL=1h0m0s"}},
		{"message time at its other bound", []string{"MLS_MESSAGE_TTL=87600h"}, nil, []string{"MLS_MESSAGE_TTL=87600h0m0s"}},
		{"Redis by Sentinels", []string{"REDIS_URL=redis+sentinel://:p@a:26379?addr=b:26379&master_name=mls&password=p"}, nil,
			[]string{"REDIS_URL=redis+sentinel://:REDACTED@a:26379?addr=b%3A26379&master_name=mls&password=REDACTED"}},
		{"IPv6", []string{"MLS_LISTEN=::1"}, nil, []string{"MLS_LISTEN=::1"}},
		{"a variable of others", []string{"MLSX=1", "LOG_LEVEL=9"}, nil, []string{"MLS_LOG_LEVEL=info"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, out, errOut := try(t, tc.env, append([]string{"check-config"}, tc.args...)...)
			if code != 0 || errOut != "" {
				t.Fatalf("ends with %d: %s", code, errOut)
			}
			for _, want := range tc.want {
				if !strings.Contains("\n"+out, "\n"+want+"\n") {
					t.Errorf("%q is missing in:\n%s", want, out)
				}
			}
		})
	}
}

// TestEverySettingIsComplete checks that the struct's tags contain what load
// needs.
func TestEverySettingIsComplete(t *testing.T) {
	flags, envs := map[string]bool{}, map[string]bool{}
	for _, s := range settingsOf(new(Config)) {
		noFlag := s.flag == "" && s.secret == "text"
		if s.flag == "" && !noFlag || s.env == "" || s.help == "" || flags[s.flag] && !noFlag || envs[s.env] {
			t.Errorf("setting %q, %q lacks a name of its own or its help", s.flag, s.env)
		}
		flags[s.flag], envs[s.env] = true, true
		s.given = s.def
		if err := s.set(); err != nil {
			t.Errorf("default of %s: %v", s.env, err)
		}
		if strings.HasSuffix(s.env, "_URL") && s.env != "MLS_PUBLIC_URL" && s.env != "MLS_PLC_URL" && s.secret == "" {
			t.Errorf("%s may hold a password", s.env)
		}
	}
}

func TestRedactURL(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"postgres://u:p@h/d":              "postgres://u:REDACTED@h/d",
		"postgres:///d?host=/run&user=u":  "postgres:///d?host=%2Frun&user=u",
		"postgres://h/d?sslpassword=p":    "postgres://h/d?sslpassword=REDACTED",
		"redis://h:6379/0":                "redis://h:6379/0",
		"host=h password=p":               "REDACTED",
		"postgres://u:p%zz@h":             "REDACTED",
		"s3://b?region=r&Secret_Key=k":    "s3://b?Secret_Key=REDACTED&region=r",
		"rediss://h?addr=h2&addr=h3&db=1": "rediss://h?addr=h2&addr=h3&db=1",
	} {
		if got := redactURL(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
