package apitest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// wrongCode is the code of no link.
const wrongCode = "AAAAAAAAAAAAAAAAAAAAAA"

// idOfLink returns the id of the link that addLink makes.
func idOfLink(g *mlstest.Group) string {
	sum := sha256.Sum256(g.Context.GroupID)
	return hex.EncodeToString(sum[:])
}

// withLink is alice, who has made a link by which the newcomer asks to join.
func withLink(sc *scene) actor {
	sc.addLink(sc.newcomer.DID)
	return sc.alice
}

// asking is bob, with a request of his own.
func asking(sc *scene) actor {
	sc.addLink(sc.bob.DID)
	return sc.bob
}

// addLink stores a link of alice's, and the request of an account.
func (sc *scene) addLink(did string) {
	if _, err := sc.pool.Exec(context.Background(), `WITH link AS (
			INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, created_at)
			VALUES (decode($1, 'hex'), decode($2, 'hex'), $3, 'anyone', TRUE, now()) ON CONFLICT DO NOTHING
		)
		INSERT INTO join_requests (convo_id, did, code_hash, state, since)
		VALUES (decode($1, 'hex'), $4, decode($2, 'hex'), 'pending', now()) ON CONFLICT DO NOTHING`,
		sc.g.ID(), idOfLink(sc.g), sc.alice.DID, did); err != nil {
		panic(err)
	}
}

// linkElsewhere makes a link to a conversation that the members of the scene are not in.
func (sc *scene) linkElsewhere(t testing.TB) (code string) {
	t.Helper()
	g := sc.conversation(t, sc.nonMember)
	return ok[struct{ Code string }](t, sc.call(t, sc.nonMember.Account, "createJoinLink", object{"convoId": g.ID(), "requireApproval": true})).Code
}

func linkCall(_ *scene, g *mlstest.Group, _ actor) object {
	return object{"convoId": g.ID(), "linkId": idOfLink(g)}
}

func answerCall(sc *scene, g *mlstest.Group, _ actor) object {
	return object{"convoId": g.ID(), "did": sc.newcomer.DID}
}

// formerAsker: withdrawing is for accounts that have a request, whatever they were.
func formerAsker(t *testing.T, _ *scene, _ actor, a answer) { refused(t, a, gen.ErrConvoNotFound) }

// join makes the input of joinConvo with a code.
func join(g *mlstest.Group, as actor, code string) object {
	c := g.ExternalCommit(as.device.Rotate())
	return object{"convoId": g.ID(), "externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo), "code": code}
}

// Every method that takes a code says what the account lacks to join by it.
func TestCodesThatDoNotSuffice(t *testing.T) {
	t.Parallel()
	view := newAppView(t)
	s := newStack(t, view.use)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice)
	code := func(in object) string {
		in["convoId"] = g.ID()
		return ok[struct{ Code string }](t, s.call(t, alice.Account, "createJoinLink", in)).Code
	}
	everywhere := func(code, want string) {
		t.Helper()
		refused(t, s.call(t, bob.Account, "getGroupInfo", object{"convoId": g.ID(), "code": code}), want)
		refused(t, s.call(t, bob.Account, "joinConvo", join(g, bob, code)), want)
	}
	followed := code(object{"joinRule": "followedByAdmin", "requireApproval": true})
	everywhere(followed, gen.ErrFollowRequired)
	refused(t, s.call(t, bob.Account, "requestJoin", object{"code": followed}), gen.ErrFollowRequired)
	view.learn(t, bob, alice) // alice does not follow bob
	everywhere(followed, gen.ErrFollowRequired)
	everywhere(code(object{"requireApproval": true}), gen.ErrApprovalRequired)
	everywhere(wrongCode, gen.ErrInvalidCode)
}

// The number of links of a conversation is limited, and that of its members for joins by
// a link too.
func TestLinksAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice)
	made := ok[struct{ Code string }](t, s.call(t, alice.Account, "createJoinLink", object{"convoId": g.ID()}))
	dbtest.Exec(t, s.pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT $1, format('did:web:m%s.example', n), 0, now(), 0, 0, 0 FROM generate_series(1, $2::int) n`, xrpc.ConvoID(g.ID()), limit.MaxMembers-1)
	refused(t, s.call(t, bob.Account, "joinConvo", join(g, bob, made.Code)), gen.ErrTooManyMembers)
	dbtest.Exec(t, s.pool, `INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, created_at)
		SELECT $1, sha256(n::text::bytea), $2, 'anyone', FALSE, now() FROM generate_series(2, $3::int) n`, xrpc.ConvoID(g.ID()), alice.DID, limit.MaxLinks)
	refused(t, s.call(t, alice.Account, "createJoinLink", object{"convoId": g.ID()}), gen.ErrTooManyLinks)
}
