package consent

import (
	"testing"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/follows"
)

const adder, target = "did:web:adder.example", "did:web:target.example"

// row is what the database has of an account with the preferences of a new one.
func row(change func(*db.RelationsRow)) db.RelationsRow {
	r := db.RelationsRow{Did: target, AllowIncoming: All, AcceptFrom: Known, AllowGroupInvites: All, AcceptGroupInvitesFrom: Known, Accounts: 2}
	change(&r)
	return r
}

func TestVerdict(t *testing.T) {
	unknown, followed, blocked := follows.Relationship{}, follows.Relationship{FollowedBy: true}, follows.Relationship{Blocks: true}
	for _, c := range []struct {
		name   string
		change func(r *db.RelationsRow)
		about  follows.Relationship
		want   Verdict
	}{
		{"a stranger", func(*db.RelationsRow) {}, unknown, Request},
		{"a known adder", func(r *db.RelationsRow) { r.Known = true }, unknown, Accept},
		{"one that it follows", func(*db.RelationsRow) {}, followed, Accept},
		{"one that follows it", func(*db.RelationsRow) {}, follows.Relationship{Follows: true}, Request},
		{"a blocked one", func(r *db.RelationsRow) { r.Blocked, r.Known = true, true }, followed, Refuse},
		{"a block that an AppView knows", func(r *db.RelationsRow) { r.Known = true }, blocked, Refuse},
		{"a member, blocked", func(r *db.RelationsRow) { r.Member, r.Blocked = true, true }, blocked, Accept},
		{"added again by a known one", func(r *db.RelationsRow) { r.Known, r.LeftBefore = true, true }, unknown, Request},
		{"added again, closed to strangers", func(r *db.RelationsRow) { r.AllowIncoming, r.LeftBefore = None, true }, unknown, Refuse},
		{"closed, by a known one", func(r *db.RelationsRow) { r.AllowIncoming, r.Known = None, true }, unknown, Accept},
		{"closed, by a stranger", func(r *db.RelationsRow) { r.AllowIncoming = None }, unknown, Refuse},
		{"for those that it follows, by another", func(r *db.RelationsRow) { r.AllowIncoming = Following }, unknown, Refuse},
		{"for those that it follows", func(r *db.RelationsRow) { r.AllowIncoming, r.AcceptFrom = Following, Nobody }, followed, Request},
		{"accepts those that it follows, by a known one", func(r *db.RelationsRow) { r.AcceptFrom, r.Known = Following, true }, unknown, Request},
		{"accepts all", func(r *db.RelationsRow) { r.AcceptFrom = All }, unknown, Accept},
		{"accepts nobody", func(r *db.RelationsRow) { r.AcceptFrom, r.Known = Nobody, true }, followed, Request},
		{"the fourth request", func(r *db.RelationsRow) { r.OpenRequests = 3 }, unknown, Refuse},
		{"the fourth, by a known one", func(r *db.RelationsRow) { r.OpenRequests, r.Known = 3, true }, unknown, Accept},
		{"a group, with preferences for two", func(r *db.RelationsRow) { r.AllowIncoming, r.Accounts = None, 3 }, unknown, Request},
		{"a group, closed to groups", func(r *db.RelationsRow) { r.AllowGroupInvites, r.Accounts = None, 3 }, unknown, Refuse},
		{"a group, accepted", func(r *db.RelationsRow) { r.AcceptGroupInvitesFrom, r.Accounts = All, 3 }, unknown, Accept},
	} {
		a := &Answers{
			question: &Question{adder: adder, dids: []string{target}, appView: map[string]follows.Relationship{target: c.about}},
			rows:     map[string]db.RelationsRow{target: row(c.change)},
		}
		if got := a.Verdict(target); got != c.want {
			t.Errorf("%s: verdict is %d, want %d", c.name, got, c.want)
		}
		if refused := len(a.Refused()) == 1; refused != (c.want == Refuse) {
			t.Errorf("%s: refused are %v", c.name, a.Refused())
		}
		if a.Verdict("did:web:other.example") != Refuse || a.Verdict(adder) != Accept {
			t.Errorf("%s: who was not asked about is not refused, or the adder is", c.name)
		}
	}
}
