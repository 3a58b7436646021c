package server

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// The migration of trees takes those that were stored with each epoch out of the
// GroupInfos, and its other direction puts them back, byte for byte.
func TestMigrationOfTrees(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	s := newTestServer(t, func(c *Config) { c.Pool = dbtest.Open(t, url) })
	alice, bob := commitClient("alice"), commitClient("bob")
	extra := func(before bool, size int) func(*mls.GroupInfo) {
		return func(i *mls.GroupInfo) {
			x := mls.Extension{Type: 0xF0F0, Data: make([]byte, size)}
			if i.Extensions = append(i.Extensions, x); before {
				i.Extensions = append([]mls.Extension{x}, i.Extensions[:len(i.Extensions)-1]...)
			}
		}
	}
	type form struct {
		g          *mlstest.Group
		info, tree []byte
	}
	var forms []form
	for _, f := range []func(g *mlstest.Group) []byte{
		func(g *mlstest.Group) []byte { return g.SignGroupInfo(bob, true) },
		func(g *mlstest.Group) []byte { return mlstest.Bare(g.SignGroupInfo(bob, true)) },
		func(g *mlstest.Group) []byte { return g.SignGroupInfo(bob, false) },
		func(g *mlstest.Group) []byte { return g.SignGroupInfo(bob, true, extra(true, 10)) },
		func(g *mlstest.Group) []byte { return g.SignGroupInfo(bob, true, extra(true, 20_000)) },
		func(g *mlstest.Group) []byte { return mlstest.Bare(g.SignGroupInfo(bob, true, extra(false, 100))) },
		func(g *mlstest.Group) []byte { return g.SignGroupInfo(bob, false, extra(false, 100)) },
	} {
		g := commitGroup(t, s, alice, bob)
		x := form{g: g, info: f(g)}
		if info, err := mls.ParseGroupInfo(x.info); err != nil {
			t.Fatal(err)
		} else if _, inside := info.Extensions.Find(mls.ExtensionRatchetTree); !inside {
			x.tree = g.Tree.Bytes()
		}
		if _, err := s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: x.info}); err != nil {
			t.Fatal(err)
		}
		forms = append(forms, x)
	}
	takeBack := func() error {
		for {
			if name, err := migrations.Down(t.Context(), url); err != nil || name == "0007_trees.up.sql" {
				return err
			}
		}
	}
	if err := takeBack(); err != nil {
		t.Fatal(err)
	}
	before := dbtest.Open(t, url)
	for i, x := range forms {
		var info, tree []byte
		err := before.QueryRow(t.Context(), `SELECT group_info, ratchet_tree FROM group_infos WHERE convo_id = $1`, servertest.IDOf(x.g)).Scan(&info, &tree)
		if err != nil || !bytes.Equal(info, x.info) || !bytes.Equal(tree, x.tree) {
			t.Errorf("form %d: the old schema has %d and %d bytes, %v; want %d and %d", i, len(info), len(tree), err, len(x.info), len(x.tree))
		}
	}
	// Rows that are no GroupInfo do not stop the migration.
	for i, damaged := range []string{`\x`, `\x0001`, `\x` + strings.Repeat("ab", 400), `\x` + strings.Repeat("ff", 40), `\x` + strings.Repeat("00", 40)} {
		dbtest.Exec(t, before, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
			VALUES (sha256($1::text::bytea), 'did:web:x.example', 1, 1, now(), now())`, string(rune('a'+i)))
		dbtest.Exec(t, before, `INSERT INTO group_infos (convo_id, epoch, group_info, updated_at) VALUES (sha256($1::text::bytea), 1, $2::text::bytea, now())`,
			string(rune('a'+i)), damaged)
	}
	if _, err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	again := onPool(s, dbtest.Open(t, url))
	for i, x := range forms {
		if info, tree := groupInfoOf(t, again, alice, servertest.IDOf(x.g)); !bytes.Equal(info, x.info) || !bytes.Equal(tree, x.tree) {
			t.Errorf("form %d: %d and %d bytes; want %d and %d", i, len(info), len(tree), len(x.info), len(x.tree))
		}
		sameRoster(t, again, advance(t, again, x.g, bob, 2))
	}
	if n := dbtest.Value[int](t, again.Pool, `SELECT count(*) FROM group_infos g JOIN trees t USING (convo_id) WHERE g.tree_at IS NULL AND t.tree = ''`); n != 5 {
		t.Errorf("%d damaged rows are left as they were, want 5", n)
	}
	// Trees that have changed cannot be put back by SQL.
	if dbtest.Value[bool](t, again.Pool, `SELECT count(tree_change) = 0 FROM group_infos`) {
		t.Fatal("no tree has changed")
	}
	if err := takeBack(); err == nil || !strings.Contains(err.Error(), "restore the backup") {
		t.Errorf("taken back with changed trees: %v", err)
	}
}

// groupInfoOf returns what getGroupInfo answers a member.
func groupInfoOf(t testing.TB, s *Server, c *mlstest.Client, id xrpc.ConvoID) (info, tree []byte) {
	t.Helper()
	out, err := s.GetGroupInfo(context.Background(), by(c), &gen.GetGroupInfoParams{ConvoID: id})
	if err != nil {
		t.Fatal(err)
	}
	return out.GroupInfo, out.RatchetTree
}
