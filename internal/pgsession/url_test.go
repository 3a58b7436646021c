package pgsession

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPasswordsAreNeverPrinted: passwords with special characters that are not
// encoded get an error that says how, and no part of them is in any error.
func TestPasswordsAreNeverPrinted(t *testing.T) {
	for _, password := range []string{"se/cret", "se#cret", "se?cret", "se%cret", "se cret", "123/cret", "123?cret", "se[cret", "a@b/cret", "se:cr/et", "se@cret"} {
		for _, scheme := range []string{"postgres", "postgresql"} {
			rawURL := scheme + "://mls:" + password + "@db.example:5432/mls"
			_, err := Parse(rawURL, nil)
			if err == nil {
				t.Errorf("%s was accepted", rawURL)
				continue
			}
			if !strings.Contains(err.Error(), "%40") {
				t.Errorf("%s: the error does not say how to write it: %v", rawURL, err)
			}
			if strings.Contains(err.Error(), "cr") || strings.Contains(err.Error(), "123") || strings.Contains(err.Error(), "db.example") {
				t.Errorf("%s: the error quotes the URL: %v", rawURL, err)
			}
		}
	}
	for _, password := range []string{"se%2Fcret", "se%40cret", "se:cret", "se+cret!$&'()*,;="} {
		cfg, err := Parse("postgres://mls:"+password+"@db.example/mls", nil)
		if err != nil || cfg.ConnConfig.Host != "db.example" || !strings.Contains(cfg.ConnConfig.Password, "cret") {
			t.Errorf("%s: %v", password, err)
		}
	}
	for _, rawURL := range []string{"postgres://mls:cret@db:port/x", "mysql://mls:cret@db/x", "postgres://mls:cret@db/x?sslmode=maybe",
		"postgres://mls:cret@db/x?pool_max_conns=many", "postgres://mls:cret@db/x?a=%zz", "db cret"} {
		if _, err := Parse(rawURL, nil); err == nil || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: error is %v", rawURL, err)
		}
	}
}

// TestProviders: URLs as providers show them.
func TestProviders(t *testing.T) {
	for rawURL, host := range map[string]string{
		"postgresql://neondb_owner:pw@ep-cool-1.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require":         "ep-cool-1.eu-central-1.aws.neon.tech",
		"postgres://postgres.ref:pw@aws-0-eu-central-1.pooler.supabase.com:5432/postgres?pgbouncer=true&connection_limit=1":        "aws-0-eu-central-1.pooler.supabase.com",
		"postgres://mls:pw@mls.abc.eu-west-1.rds.amazonaws.com:5432/mls?sslmode=require&keepalives=1&tcp_user_timeout=9000":        "mls.abc.eu-west-1.rds.amazonaws.com",
		"postgres://mls:pw@a.example,b.example/mls?target_session_attrs=read-write&pool_max_conns=4&pool_max_conn_idle_time=1m30s": "a.example",
	} {
		cfg, err := Parse(rawURL, nil)
		if err != nil {
			t.Errorf("%s: %v", rawURL, err)
			continue
		}
		if cfg.ConnConfig.Host != host {
			t.Errorf("%s: host is %s", rawURL, cfg.ConnConfig.Host)
		}
		for name := range cfg.ConnConfig.RuntimeParams {
			if !slices.Contains(withConnection, name) {
				t.Errorf("%s: %s is sent with the connection, which poolers refuse", rawURL, name)
			}
		}
	}
}

func TestTakeOptions(t *testing.T) {
	for _, c := range []struct {
		options, rest string
		want          map[string]string
	}{
		{"-c statement_timeout=5s --random-page-cost=2 -cjit=off", "", map[string]string{"statement_timeout": "5s", "random_page_cost": "2", "jit": "off"}},
		{`-c search_path=a\ b`, "", map[string]string{"search_path": "a b"}},
		{"endpoint=ep-cool-1 -c jit=off", "endpoint=ep-cool-1", map[string]string{"jit": "off"}},
		{"", "", map[string]string{}},
	} {
		params := map[string]string{"options": c.options}
		if got := takeOptions(params); !maps.Equal(got, c.want) || params["options"] != c.rest {
			t.Errorf("%q: settings %v, rest %q", c.options, got, params["options"])
		}
	}
}
