package apitest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// inConversation has a call for every method about a conversation, which
// succeeds for a member. It is made for the group of the scene and for a
// duplicate that does not exist.
var inConversation = []struct {
	name   string // the method; a variant is named after a space
	member func(*scene) actor
	input  func(sc *scene, g *mlstest.Group, as actor) object
	// former checks what a former member gets; nil for NotMember.
	former func(t *testing.T, sc *scene, as actor, a answer)
}{
	{"addMembers", alice, func(sc *scene, g *mlstest.Group, as actor) object {
		c := g.Commit(sc.leafOf(g, as), mlstest.Plan{Add: []*mls.KeyPackage{sc.newPackage}})
		return object{"convoId": g.ID(), "didList": []string{sc.newcomer.DID}, "commit": b64(c.Message),
			"welcomeMessage": b64(c.Welcome), "groupInfo": b64(c.GroupInfo), "idempotencyKey": "k"}
	}, nil},
	{"leaveConvo", bob, plain, nil},
	{"leaveConvo with a proposal", bob, func(sc *scene, g *mlstest.Group, as actor) object {
		leaf := sc.leafOf(g, as)
		p := g.Propose(leaf, &mls.Remove{Removed: g.Index(leaf)}, true)
		return object{"convoId": g.ID(), "proposal": b64(p.Message)}
	}, nil},
	{"leaveConvo of another", alice, func(sc *scene, g *mlstest.Group, as actor) object {
		c := g.Commit(sc.leafOf(g, as), mlstest.Plan{RemoveDIDs: []string{sc.bob.DID}})
		return object{"convoId": g.ID(), "targetDid": sc.bob.DID, "commit": b64(c.Message), "groupInfo": b64(c.GroupInfo)}
	}, nil},
	{"sendCommit", alice, func(sc *scene, g *mlstest.Group, as actor) object {
		return commitCall(g, g.Commit(sc.leafOf(g, as), mlstest.Plan{Public: true}))
	}, nil},
	{"sendProposal", bob, func(sc *scene, g *mlstest.Group, as actor) object {
		return object{"convoId": g.ID(), "proposal": raw(g.ProposeUpdate(sc.leafOf(g, as), true).Message), "idempotencyKey": "k"}
	}, nil},
	{"joinConvo", bob, func(_ *scene, g *mlstest.Group, as actor) object {
		c := g.ExternalCommit(as.device.Rotate())
		return object{"convoId": g.ID(), "externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo)}
	}, nil},
	{"getGroupInfo", bob, plain, nil},
	{"updateGroupInfo", bob, func(sc *scene, g *mlstest.Group, as actor) object {
		return object{"convoId": g.ID(), "groupInfo": raw(g.SignGroupInfo(sc.leafOf(g, as), true))}
	}, nil},
	{"getEpoch", bob, plain, nil},
	{"getConvo", bob, plain, nil},
	{"getCommits", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "fromEpoch": 0}
	}, formerCommits},
	{"requestRejoin", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "reason": "commit-failed", "epoch": g.Epoch() - 1}
	}, nil},
	{"sendMessage", bob, func(_ *scene, g *mlstest.Group, as actor) object {
		in := messageCall(g, 10)
		in["senderDid"] = as.DID
		return in
	}, nil},
	{"sendMessage with a key", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		in := messageCall(g, 10)
		in["idempotencyKey"] = "k"
		return in
	}, nil},
	{"getMessages", bob, plain, formerMessages},
	{"updateCursor", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "seq": 1}
	}, nil},
	{"updatePreferences", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "muted": true}
	}, nil},
	{"updateMemberRole", alice, func(sc *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "did": sc.bob.DID, "role": "admin"}
	}, nil},
	{"updateConvoPolicy", alice, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "sendMessages": "admins"}
	}, nil},
	{"acceptConvo", bob, plain, nil},
	{"declineConvo", undecided, plain, nil},
	{"updateConvoInfo", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "baseVersion": 0, "info": raw([]byte("info")), "infoKey": raw([]byte("key")), "epoch": g.Epoch()}
	}, nil},
	{"lockConvo", alice, plain, nil},
	{"unlockConvo", alice, plain, nil},
	{"createJoinLink", alice, plain, nil},
	{"editJoinLink", withLink, linkCall, nil},
	{"disableJoinLink", withLink, linkCall, nil},
	{"listJoinLinks", withLink, plain, nil},
	{"listJoinRequests", withLink, plain, nil},
	{"approveJoinRequest", withLink, answerCall, nil},
	{"rejectJoinRequest", withLink, answerCall, nil},
	{"withdrawJoinRequest", asking, plain, formerAsker},
	{"getWelcome", bob, plain, nil},
	{"confirmWelcome", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "success": true}
	}, nil},
	{"getBlob", bob, func(sc *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "cid": sc.before}
	}, formerBlob},
	{"getSubscriptionTicket", bob, plain, nil},
	{"sendEphemeral", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "ciphertext": raw([]byte("typing")), "epoch": g.Epoch()}
	}, nil},
	{"streamConvoEvents", bob, plain, nil},
	{"streamConvoEvents from a cursor", bob, func(sc *scene, g *mlstest.Group, _ actor) object {
		return object{"convoId": g.ID(), "cursor": sc.start}
	}, formerEvents("streamConvoEvents", "convoId")},
	{"subscribeConvoEvents", bob, func(_ *scene, g *mlstest.Group, _ actor) object {
		return object{"convoIds": g.ID()}
	}, nil},
	{"subscribeConvoEvents from a cursor", bob, func(sc *scene, g *mlstest.Group, _ actor) object {
		return object{"convoIds": g.ID(), "cursor": sc.start}
	}, formerEvents("subscribeConvoEvents", "convoIds")},
}

func alice(sc *scene) actor { return sc.alice }

func bob(sc *scene) actor { return sc.bob }

// leafOf returns the device with which an actor signs for the group: alice's if the
// actor's own has no leaf there, so that every object is one that the group would take.
func (sc *scene) leafOf(g *mlstest.Group, as actor) *mlstest.Client {
	if g.Has(as.device) {
		return as.device
	}
	return sc.alice.device
}

// undecided is bob before he accepts.
func undecided(sc *scene) actor {
	if _, err := sc.pool.Exec(context.Background(), `UPDATE memberships SET consent = 'request' WHERE convo_id = decode($1, 'hex') AND did = $2`, sc.g.ID(), sc.bob.DID); err != nil {
		panic(err)
	}
	return sc.bob
}

func plain(_ *scene, g *mlstest.Group, _ actor) object { return object{"convoId": g.ID()} }

// ofAccount are the methods about the caller's own account, or about none,
// which every account may call. createConvo is one of them: its answer shows
// everyone whether a group id is taken.
var ofAccount = []string{"createConvo", "getConvos", "publishKeyPackage", "publishKeyPackages", "getKeyPackages", "getKeyPackageStats",
	"listDevices", "listWelcomes", "getPreferences", "getUnreadCounts", "deleteDevice", "uploadBlob", "describeService", "sync", "createReport", "blockAccount",
	"unblockAccount", "listBlocks", "listConvoRequests", "getJoinLinkPreview", "requestJoin"}

// Every method is in exactly one of the two lists.
func TestMatrixHasEveryMethod(t *testing.T) {
	listed := map[string]bool{}
	for _, c := range inConversation {
		listed[methodOf(c.name)] = true
	}
	for _, name := range ofAccount {
		if listed[name] {
			t.Errorf("%s is in both lists", name)
		}
		listed[name] = true
		if in := readLexicon(namespace + name).input(); in != nil && slices.Contains(in.Required, "convoId") {
			t.Errorf("%s is about a conversation", name)
		}
	}
	for _, m := range gen.Methods {
		if !listed[strings.TrimPrefix(m.NSID, namespace)] {
			t.Errorf("%s is in no list", m.NSID)
		}
	}
}

func methodOf(name string) string {
	method, _, _ := strings.Cut(name, " ")
	return method
}

// TestMatrix calls every method about a conversation as a non-member, as former
// members and as a member. Non-members cannot distinguish the conversation from
// one that does not exist, and a refused call changes nothing.
func TestMatrix(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, c := range inConversation {
		t.Run(c.name, func(t *testing.T) {
			sc := newScene(t, s)
			method := methodOf(c.name)
			call := func(as actor, in object) answer { return sc.call(t, as.Account, method, in) }
			before := sc.state(t)
			real, unreal := c.input(sc, sc.g, sc.nonMember), c.input(sc, sc.nonexistent(), sc.nonMember)
			first := call(sc.nonMember, real)
			refused(t, first, gen.ErrConvoNotFound)
			sameAnswer(t, first, call(sc.nonMember, unreal))
			sameAnswer(t, first, call(sc.nonMember, naming(real, strings.ToUpper(sc.g.ID()))))
			// The objects belong to another conversation than the named one.
			mixed, unmixed := naming(unreal, named(real)), naming(real, named(unreal))
			sameAnswer(t, call(sc.nonMember, mixed), call(sc.nonMember, unmixed))
			sameAnswer(t, sc.call(t, nil, method, real), sc.call(t, nil, method, unreal))

			for _, former := range []actor{sc.removed, sc.left, sc.suspended} {
				a := call(former, c.input(sc, sc.g, former))
				if c.former != nil {
					c.former(t, sc, former, a)
				} else {
					refused(t, a, gen.ErrNotMember)
				}
				refused(t, call(former, c.input(sc, sc.nonexistent(), former)), gen.ErrConvoNotFound)
			}
			sc.unchanged(t, before)

			member := c.member(sc)
			a := call(member, c.input(sc, sc.g, member))
			if a.status != http.StatusOK || bytes.Contains(a.body, []byte(`"success":false`)) {
				t.Errorf("a member gets %s", a.short())
			}
		})
	}
}

// field is the name of the field with the conversation.
func field(in object) string {
	if _, ok := in["convoIds"]; ok {
		return "convoIds"
	}
	return "convoId"
}

func named(in object) any { return in[field(in)] }

// naming returns an input that names another conversation.
func naming(in object, convo any) object {
	in = maps.Clone(in)
	in[field(in)] = convo
	return in
}

// sameAnswer fails the test unless two answers are identical byte for byte.
func sameAnswer(t testing.TB, a, b answer) {
	t.Helper()
	shape := func(h http.Header) string {
		h = h.Clone()
		h.Del("X-Request-Id")
		h.Del("Date")
		return fmt.Sprint(h)
	}
	if a.status != b.status || !bytes.Equal(a.body, b.body) || shape(a.header) != shape(b.header) {
		t.Errorf("the answers differ:\n%s %v\n%s %v", a.short(), a.header, b.short(), b.header)
	}
}

// lastSeen is the highest sequence number that a former member may see.
func (sc *scene) lastSeen(as actor) int64 {
	if as.DID != sc.removed.DID {
		return 1
	}
	return 3 // its removal
}

func formerMessages(t *testing.T, sc *scene, as actor, a answer) {
	out := ok[struct {
		Messages []struct{ Seq int64 }
		LastSeq  int64
		Cursor   string
		GapInfo  any
	}](t, a)
	last := sc.lastSeen(as)
	if int64(len(out.Messages)) != last || out.LastSeq != last || out.Cursor != "" || out.GapInfo != nil {
		t.Errorf("a former member gets %s, want numbers 1 to %d", a.short(), last)
	}
	// There is nothing more, by sequence number or by id.
	for _, from := range []object{{"sinceSeq": last}, {"sinceSeq": last + 1}} {
		from["convoId"] = sc.g.ID()
		if a := sc.call(t, as.Account, "getMessages", from); !bytes.Contains(a.body, []byte(`"messages":[]`)) {
			t.Errorf("a former member gets %s", a.short())
		}
	}
	all := ok[struct{ Messages []struct{ ID string } }](t, sc.call(t, sc.alice.Account, "getMessages", object{"convoId": sc.g.ID()}))
	hidden, none := object{"convoId": sc.g.ID(), "sinceMessage": all.Messages[3].ID}, object{"convoId": sc.g.ID(), "sinceMessage": "none"}
	sameAnswer(t, sc.call(t, as.Account, "getMessages", hidden), sc.call(t, as.Account, "getMessages", none))
}

func formerCommits(t *testing.T, sc *scene, as actor, a answer) {
	out := ok[struct{ Commits []struct{ Seq int64 } }](t, a)
	want := 1 // its removal
	if as.DID != sc.removed.DID {
		want = 0
	}
	if len(out.Commits) != want || want == 1 && out.Commits[0].Seq != 3 {
		t.Errorf("a former member gets %s", a.short())
	}
	// The limits of fromEpoch do not reveal the current epoch.
	for _, from := range []uint64{sc.g.Epoch() - 1, sc.g.Epoch(), sc.g.Epoch() + 1} {
		a := sc.call(t, as.Account, "getCommits", object{"convoId": sc.g.ID(), "fromEpoch": from})
		if !bytes.Contains(a.body, []byte(`"commits":[]`)) {
			t.Errorf("from epoch %d, a former member gets %s", from, a.short())
		}
	}
}

// formerEvents: the stream of a former member replays what it may see, and
// ends.
func formerEvents(method, field string) func(*testing.T, *scene, actor, answer) {
	return func(t *testing.T, sc *scene, as actor, a answer) {
		if a.status != http.StatusOK {
			t.Fatalf("a former member gets %s", a.short())
		}
		events := sc.opened(t, as.Account, method, object{field: sc.g.ID(), "cursor": sc.start}).rest()
		var seqs []int64
		for _, ev := range events {
			if ev.Type == "messageEvent" {
				seqs = append(seqs, ev.Message.Seq)
			}
			if ev.Type != "infoEvent" && ev.ConvoID != sc.g.ID() {
				t.Errorf("an event of another conversation: %+v", ev)
			}
		}
		last := sc.lastSeen(as)
		if int64(len(seqs)) != last || !slices.IsSorted(seqs) || seqs[0] != 1 || seqs[last-1] != last {
			t.Errorf("a former member gets numbers %v, want 1 to %d", seqs, last)
		}
		if end := events[len(events)-1]; end.Info != "closing" {
			t.Errorf("the last event is %+v", end)
		}
		// After that there is nothing.
		again := sc.opened(t, as.Account, method, object{field: sc.g.ID(), "cursor": events[len(events)-1].Cursor}).rest()
		for _, ev := range again {
			if ev.Type != "infoEvent" {
				t.Errorf("a former member gets %+v", ev)
			}
		}
	}
}

// The sync of a former member returns what it may see, and that its membership
// has ended.
func TestSyncOfFormerMembers(t *testing.T) {
	t.Parallel()
	sc := newScene(t, newStack(t))
	type outcome struct {
		Convos []struct {
			ConvoID        string
			Epoch, LastSeq int64
			Messages       []struct{ Seq int64 }
		}
		NewConvos []any
		Removed   []string
	}
	for _, former := range []actor{sc.removed, sc.left, sc.suspended} {
		in := object{"positions": []object{{"convoId": sc.g.ID(), "seq": 0}}}
		a := sc.call(t, former.Account, "sync", in)
		out := ok[outcome](t, a)
		last := sc.lastSeen(former)
		// It left in epoch 1, or was removed by the commit that led to epoch 2.
		epoch := map[int64]int64{1: 1, 3: 2}[last]
		if len(out.Convos) != 1 || out.Convos[0].LastSeq != last || int64(len(out.Convos[0].Messages)) != last || out.Convos[0].Epoch != epoch ||
			len(out.NewConvos) != 0 || len(out.Removed) != 1 || out.Removed[0] != sc.g.ID() {
			t.Errorf("a former member gets %s, want numbers 1 to %d", a.short(), last)
		}
	}
	// A non-member cannot distinguish it from one that does not exist.
	first := sc.call(t, sc.nonMember.Account, "sync", object{"positions": []object{{"convoId": sc.g.ID(), "seq": 0}}})
	sameAnswer(t, first, sc.call(t, sc.nonMember.Account, "sync", object{"positions": []object{{"convoId": sc.nonexistent().ID(), "seq": 0}}}))
}

func formerBlob(t *testing.T, sc *scene, as actor, a answer) {
	if a.status != http.StatusOK || len(a.body) != 100 {
		t.Errorf("a former member gets %s for a blob of its time", a.short())
	}
	blob := func(cid string) answer {
		return sc.call(t, as.Account, "getBlob", object{"convoId": sc.g.ID(), "cid": cid})
	}
	later := blob(sc.after)
	refused(t, later, gen.ErrBlobNotFound)
	sameAnswer(t, later, blob("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"))
}
