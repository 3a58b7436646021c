package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/internal/releases"
)

// nextMigration stands for what a later version adds to the schema: what
// CONTRIBUTING.md allows a migration to do.
const nextMigration = `ALTER TABLE conversations ADD COLUMN upgrade_probe BIGINT NOT NULL DEFAULT 0;
CREATE TABLE upgrade_probes (convo_id BYTEA PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0);
`

// undoNext is its other direction.
const undoNext = `DROP TABLE upgrade_probes;
ALTER TABLE conversations DROP COLUMN upgrade_probe;
`

// kept is a hash of what the snapshot has, which the accounts of the test do not
// touch.
const kept = `SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
	SELECT m.convo_id::text || m.seq || m.message_id::text || m.kind || m.epoch || md5(m.ciphertext) AS x FROM messages m
		JOIN conversations c ON c.convo_id = m.convo_id WHERE c.creator_did = 'did:plc:account1'
	UNION ALL SELECT m.convo_id::text || did || joined_seq || coalesce(left_seq, 0) FROM memberships m WHERE did LIKE 'did:plc:account_'
	UNION ALL SELECT l.convo_id::text || did || device_id || leaf_index FROM leaves l WHERE did LIKE 'did:plc:account_'
	UNION ALL SELECT ref::text || device_id || md5(key_package) FROM key_packages WHERE did LIKE 'did:plc:account_'
) rows`

// TestUpgrade upgrades a database of the newest release, with rows in every
// table, while an instance of the old version serves it. One instance after the
// other is replaced under load by a version with another migration, and an old
// instance is restarted on the new schema. Before that, all instances are stopped for a
// migration that needs it.
func TestUpgrade(t *testing.T) {
	source, release := released(t)
	p, err := startTestDeployment(beginning{snapshot: releases.Snapshot("../releases/testdata", release), source: source})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the logs of the instances end with\n%s\n%s", p.instances[0].logTail(), p.instances[1].logTail())
		}
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	before := scanText(t, p, kept)
	old, later := filepath.Join(p.dir, "mlsd"), filepath.Join(p.dir, "mlsd-later")
	if scanText(t, p, `SELECT (max(version) < 7)::text FROM schema_migrations`) == "true" {
		old = upgradeStopped(t, p, old)
	}
	if err := buildServer("", later, "-overlay", overlay(t)); err != nil {
		t.Fatal(err)
	}
	c := newCrowdAt(t, p, small)
	c.traffic(300, func() {
		for step, s := range []struct {
			instance int
			binary   string
		}{{1, later}, {0, old}, {0, later}} {
			if err := p.replace(s.instance, s.binary); err != nil {
				t.Errorf("step %d: %v", step, err)
				return
			}
			if step == 0 && scanText(t, p, "SELECT coalesce(to_regclass('upgrade_probes')::text, 'not there')") != "upgrade_probes" {
				t.Error("the later version has not migrated")
			}
			time.Sleep(quick)
		}
	})
	c.settled(20 * time.Second)
	if after := scanText(t, p, kept); before == "" || after != before {
		t.Errorf("what the release stored has changed: %q, was %q", after, before)
	}
}

// upgradeStopped upgrades from a release before migration 7, for which all servers
// are stopped. It returns the server of this version. A server of the release is
// refused afterwards.
func upgradeStopped(t *testing.T, p *testDeployment, old string) (current string) {
	t.Helper()
	current = filepath.Join(p.dir, "mlsd-current")
	if err := buildServer("", current); err != nil {
		t.Fatal(err)
	}
	for _, i := range p.instances {
		if err := i.stop(); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range p.instances {
		i.binary = current
		if err := i.start(); err != nil {
			t.Fatal(err)
		}
	}
	refused := exec.CommandContext(t.Context(), old, "migrate", "up")
	refused.Env = p.instances[0].env
	out, err := refused.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "needs a newer version of mlsd") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("a server of the release before says %q, %v", out, err)
	}
	return current
}

// replace stops an instance and starts it from a binary.
func (p *testDeployment) replace(n int, binary string) error {
	i := p.instances[n]
	if err := i.stop(); err != nil {
		return err
	}
	i.binary = binary
	return i.start()
}

func scanText(t *testing.T, p *testDeployment, sql string) (text string) {
	t.Helper()
	if err := p.pool.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Error(err)
	}
	return text
}

// released returns the source of the newest published release. Before the first
// one, and where the tag is not there (in an unpacked archive), it is this folder.
func released(t *testing.T) (source, release string) {
	t.Helper()
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	published := releases.Published(string(changelog))
	if len(published) == 0 {
		t.Logf("nothing is published: both versions are built from this folder, the later one with another migration")
		return "", releases.Next
	}
	release, source = published[0], t.TempDir()
	const extract = `git -C ../.. archive "$1" | tar -x -C "$2"`
	out, err := exec.CommandContext(context.Background(), "sh", "-c", extract, "sh", "v"+release, source).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Logf("the tag v%s is not there: this folder takes its place: %v %s", release, err, out)
		return "", release
	}
	return source, release
}

// overlay returns a file for go build -overlay that adds nextMigration after the
// newest migration.
func overlay(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("../../db/migrations/*.up.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("found no migrations: %v", err)
	}
	dir := t.TempDir()
	var newest int
	if _, err := fmt.Sscanf(filepath.Base(names[len(names)-1]), "%d_", &newest); err != nil {
		t.Fatal(err)
	}
	replaced := map[string]string{}
	for way, sql := range map[string]string{"up": nextMigration, "down": undoNext} {
		at, err := filepath.Abs(fmt.Sprintf("../../db/migrations/%04d_upgrade_probe.%s.sql", newest+1, way))
		if err != nil {
			t.Fatal(err)
		}
		replaced[at] = filepath.Join(dir, way+".sql")
		if err := os.WriteFile(replaced[at], []byte(sql), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
