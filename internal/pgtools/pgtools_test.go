package pgtools

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	for url, want := range map[string]string{
		"postgres:///mls?host=/a,/b&port=1,2&user=x&sslmode=disable": "PGHOST=/a,/b PGPORT=1,2 PGUSER=x PGDATABASE=mls PGSSLMODE=disable",
		"postgres://u:p%40ss@h1:1,h2:2/d?target_session_attrs=read-write&synchronous_commit=remote_apply&pool_max_conns=3&sslmode=disable": "PGHOST=h1,h2 PGPORT=1,2 PGUSER=u PGPASSWORD=p@ss PGDATABASE=d " +
			"PGTARGETSESSIONATTRS=read-write",
		"postgres://u@[::1]:7/d?sslmode=disable": "PGHOST=::1 PGPORT=7",
		"postgres://u@db/d?sslmode=disable":      "PGHOST=db PGPORT=5432",
	} {
		env, err := Environment(url)
		if err != nil {
			t.Fatal(err)
		}
		for _, kv := range strings.Fields(want) {
			if !slices.Contains(env, kv) {
				t.Errorf("%s: no %s in %v", url, kv, env)
			}
		}
		if strings.Contains(fmt.Sprint(env), "remote_apply") {
			t.Errorf("%s: %v", url, env)
		}
	}
}
