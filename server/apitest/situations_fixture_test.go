package apitest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// situation is a conversation and the accounts of a situation.
type situation struct {
	*stack
	t                             *testing.T
	alice, bob, carol, dave, erin actor
	g                             *mlstest.Group
	// asked are the accounts that have published a package and accept nobody unasked.
	asked []string
}

// begin makes a new conversation of alice and bob.
func (s *situation) begin() {
	s.t.Helper()
	s.g = s.conversation(s.t, s.alice, s.bob)
}

// may calls a method about the conversation and checks the name of the error, "" for none.
func (s *situation) may(as actor, method string, in object, want string) {
	s.t.Helper()
	in = maps.Clone(in)
	if in == nil {
		in = object{}
	}
	in["convoId"] = s.g.ID()
	if a := s.call(s.t, as.Account, method, in); answerName(a) != want {
		s.t.Errorf("%s of %s answers %s, want %q", method, s.nameOf(as), a.short(), want)
	}
}

func (s *situation) nameOf(a actor) string {
	names := []string{"alice", "bob", "carol", "dave", "erin"}
	i := slices.IndexFunc([]actor{s.alice, s.bob, s.carol, s.dave, s.erin}, func(o actor) bool { return o.DID == a.DID })
	return names[i]
}

// does calls a method that must succeed.
func (s *situation) does(as actor, method string, in object) {
	s.t.Helper()
	s.may(as, method, in, "")
}

// publishFor lets an account be accepted at once, as one that knows everybody.
func (s *situation) publishFor(a actor) *mls.KeyPackage {
	s.t.Helper()
	s.asked = append(s.asked, a.DID)
	return s.publish(s.t, a)
}

// packageOf returns a package of a device. Unless publishFor came before, its account has
// the preferences of a new one.
func (s *situation) packageOf(a actor) *mls.KeyPackage {
	s.t.Helper()
	if slices.Contains(s.asked, a.DID) {
		return s.publish(s.t, a)
	}
	return s.publishUnasked(s.t, a)
}

// publishUnasked publishes a package of an account that has changed no preference.
func (s *stack) publishUnasked(t testing.TB, a actor, opts ...mlstest.KPOption) *mls.KeyPackage {
	t.Helper()
	kp := s.publish(t, a, opts...)
	dbtest.Exec(t, s.pool, `DELETE FROM contact_preferences WHERE did = $1`, a.DID)
	return kp
}

// add adds a device to the conversation.
func (s *situation) add(by, a actor) {
	s.t.Helper()
	s.addition(by, "", a)
}

// addition is add with the name of the expected error.
func (s *situation) addition(by actor, want string, a actor) {
	s.t.Helper()
	kp := s.packageOf(a)
	s.g = s.g.With(a.device)
	s.commit(by, want, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
}

// commit sends a commit that declares whom it adds and removes. removed are accounts that
// it removes by proposals of others.
func (s *situation) commit(by actor, want string, p mlstest.Plan, removed ...string) {
	s.t.Helper()
	c := s.g.Commit(by.device, p)
	in := commitCall(s.g, c)
	added := []string{}
	for _, kp := range p.Add {
		if did := must(kp.Identity())(s.t).DID; len(s.g.LeavesOf(did)) == 0 {
			added = append(added, did)
		}
	}
	in["addedDids"], in["removedDids"] = added, append(append([]string{}, removed...), p.RemoveDIDs...)
	s.may(by, "sendCommit", in, want)
	if want == "" {
		s.g = c.Next
	}
}

// proposes sends a proposal to remove an account.
func (s *situation) proposes(by, gone actor) []*mlstest.Proposal {
	s.t.Helper()
	p := s.g.Propose(by.device, &mls.Remove{Removed: s.g.Index(gone.device)}, true)
	s.does(by, "sendProposal", object{"proposal": raw(p.Message)})
	return []*mlstest.Proposal{p}
}

// external returns the input of joinConvo for a further device of an account.
func (s *situation) external(a actor) object {
	c := s.g.ExternalCommit(a.device.Rotate())
	return object{"externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo)}
}

// join lets an account enter by a code.
func (s *situation) join(a actor, code string) {
	s.t.Helper()
	c := s.g.ExternalCommit(a.device, s.g.LeavesOf(a.DID)...)
	s.does(a, "joinConvo", object{"externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo), "code": code})
	s.g = c.Next
}

// link makes a link.
func (s *situation) link(by actor, in object) (made struct {
	Code string
	Link struct{ LinkID string }
},
) {
	s.t.Helper()
	in = maps.Clone(in)
	if in == nil {
		in = object{}
	}
	in["convoId"] = s.g.ID()
	a := s.call(s.t, by.Account, "createJoinLink", in)
	if err := json.Unmarshal(a.body, &made); err != nil || made.Code == "" {
		s.t.Fatalf("no link was made: %s", a.short())
	}
	return made
}

// missing checks whether getKeyPackages for the conversation has an account under missing,
// which has a package; elsewhere is the same for no conversation.
func (s *situation) missing(by, a actor, want bool) {
	s.t.Helper()
	s.missingIn(by, a, want, object{"dids": []string{a.DID}, "convoId": s.g.ID()})
}

func (s *situation) elsewhere(by, a actor, want bool) {
	s.t.Helper()
	s.missingIn(by, a, want, object{"dids": []string{a.DID}})
}

func (s *situation) missingIn(by, a actor, want bool, in object) {
	s.t.Helper()
	s.packageOf(a)
	out := ok[struct{ Missing []string }](s.t, s.call(s.t, by.Account, "getKeyPackages", in))
	if got := len(out.Missing) > 0; got != want {
		s.t.Errorf("%s is missing for %s: %v, want %v", s.nameOf(a), s.nameOf(by), got, want)
	}
}

// stands checks the status and the role of an account, as it sees them.
func (s *situation) stands(a actor, status, role string) {
	s.t.Helper()
	out := ok[struct {
		Status  string
		Members []struct{ DID, Role, Status string }
	}](s.t, s.call(s.t, a.Account, "getConvo", object{"convoId": s.g.ID()}))
	for _, m := range out.Members {
		if m.DID == a.DID {
			if m.Role != role || m.Status != status || out.Status != status {
				s.t.Errorf("%s is %+v, and the conversation %s; want %s, %s", s.nameOf(a), m, out.Status, status, role)
			}
			return
		}
	}
	s.t.Errorf("%s is no member", s.nameOf(a))
}
