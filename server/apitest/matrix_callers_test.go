package apitest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
)

// kinds are the kinds of callers, in the order of the columns of matrix. alice is the admin
// and has made the links. demoted is a member that was an admin before. alice has blocked
// the "blocked member". blocked, holder and asking never were members: alice has blocked the
// first, the second has the code of a link, and the third has asked to join by a link that
// requires an approval.
var kinds = []string{"admin", "member", "demoted", "blocked member", "request", "declined", "former admin", "removed", "suspended", "blocked", "holder", "asking"}

// matrix has what docs/protocol.md says each kind of caller gets from each method:
//
//   - success
//   - NotMember
//     0 ConvoNotFound
//     a NotAllowed
//     c InvalidCode
//     p ApprovalRequired
//
// The columns are the accepted members, the request, the former members, and those who
// never were one. A method that is not here succeeds for every caller.
var matrix = map[string]string{
	"addMembers":                         "++++ + ---- 000",
	"leaveConvo":                         "++++ + ---- 000",
	"leaveConvo with a proposal":         "++++ + ---- 000",
	"leaveConvo of another":              "+aaa - ---- 000",
	"leaveConvo of another, at once":     "+aaa - ---- 000",
	"sendCommit":                         "++++ + ---- 000",
	"sendProposal":                       "++++ + ---- 000",
	"joinConvo":                          "++++ + ---- 000",
	"joinConvo with a code":              "++++ + ++cc c+p",
	"getGroupInfo":                       "++++ + ---- 000",
	"getGroupInfo with a code":           "++++ + ++cc c+p",
	"updateGroupInfo":                    "++++ - ---- 000",
	"getEpoch":                           "++++ + ---- 000",
	"getConvo":                           "++++ + ---- 000",
	"getCommits":                         "++++ + ++++ 000",
	"requestRejoin":                      "++++ - ---- 000",
	"sendMessage":                        "++++ + ---- 000",
	"sendMessage with a key":             "++++ + ---- 000",
	"getMessages":                        "++++ + ++++ 000",
	"updateCursor":                       "++++ - ---- 000",
	"updatePreferences":                  "++++ - ---- 000",
	"updateMemberRole":                   "+aaa - ---- 000",
	"updateConvoPolicy":                  "+aaa - ---- 000",
	"acceptConvo":                        "++++ + ---- 000",
	"declineConvo":                       "aaaa + +--- 000",
	"updateConvoInfo":                    "++++ - ---- 000",
	"lockConvo":                          "+aaa - ---- 000",
	"unlockConvo":                        "+aaa - ---- 000",
	"createJoinLink":                     "+aaa - ---- 000",
	"editJoinLink":                       "+aaa - ---- 000",
	"disableJoinLink":                    "+aaa - ---- 000",
	"listJoinLinks":                      "+aaa - ---- 000",
	"listJoinRequests":                   "+aaa - ---- 000",
	"approveJoinRequest":                 "+aaa - ---- 000",
	"rejectJoinRequest":                  "+aaa - ---- 000",
	"withdrawJoinRequest":                "0000 0 0000 00+",
	"getJoinLinkPreview":                 "++++ + ++cc c++",
	"requestJoin":                        "++++ + ++cc c++",
	"getWelcome":                         "++++ + ---- 000",
	"confirmWelcome":                     "++++ + ---- 000",
	"getBlob":                            "++++ + ++++ 000",
	"getSubscriptionTicket":              "++++ - ---- 000",
	"sendEphemeral":                      "++++ - ---- 000",
	"streamConvoEvents":                  "++++ - ---- 000",
	"streamConvoEvents from a cursor":    "++++ - -+++ 000",
	"subscribeConvoEvents":               "++++ - ---- 000",
	"subscribeConvoEvents from a cursor": "++++ - -+++ 000",
	"createReport of the conversation":   "++++ + ++++ 000",
}

// meaning has the answers that the letters of matrix stand for.
var meaning = map[rune]string{'+': "", '-': gen.ErrNotMember, '0': gen.ErrConvoNotFound, 'a': gen.ErrNotAllowed, 'c': gen.ErrInvalidCode, 'p': gen.ErrApprovalRequired}

// listing has the methods about the caller's own account that name conversations, and the
// kinds of callers to whom they name the conversation of the matrix.
var listing = map[string]string{
	"getConvos":         "++++ - ---- ---",
	"getUnreadCounts":   "++++ - ---- ---",
	"listWelcomes":      "++++ - ---- ---",
	"sync":              "++++ - -+++ ---",
	"listConvoRequests": "---- + ---- ---",
}

// column returns the letter of a row for a kind of caller.
func column(row, kind string) rune {
	return rune(strings.ReplaceAll(row, " ", "")[slices.Index(kinds, kind)])
}

// cast is a scene with a caller of every kind.
type cast struct {
	*scene
	callers map[string]actor
	// code is that of a link for anyone, approval that of one which requires an approval.
	code, approval string
}

func newCast(t testing.TB, s *stack) *cast {
	t.Helper()
	c := &cast{scene: newScene(t, s), callers: map[string]actor{}}
	for _, kind := range kinds {
		c.callers[kind] = newActor()
	}
	for _, kind := range kinds[9:] {
		c.publish(t, c.callers[kind])
	}
	c.callers["admin"] = c.alice
	c.enter(t)
	as := func(kind, method string, in object) {
		t.Helper()
		in["convoId"] = c.g.ID()
		ok[object](t, c.call(t, c.callers[kind].Account, method, in))
	}
	for _, kind := range []string{"demoted", "former admin"} {
		as("admin", "updateMemberRole", object{"did": c.callers[kind].DID, "role": "admin"})
	}
	as("admin", "updateMemberRole", object{"did": c.callers["demoted"].DID, "role": "member"})
	as("former admin", "leaveConvo", object{})
	as("declined", "declineConvo", object{})
	as("admin", "leaveConvo", object{"targetDid": c.callers["suspended"].DID})
	for _, kind := range []string{"blocked", "blocked member"} {
		ok[object](t, c.call(t, c.alice.Account, "blockAccount", object{"did": c.callers[kind].DID}))
	}
	link := func(in object) string {
		in["convoId"] = c.g.ID()
		return ok[struct{ Code string }](t, c.call(t, c.alice.Account, "createJoinLink", in)).Code
	}
	c.code, c.approval = link(object{}), link(object{"requireApproval": true})
	c.addLink(c.newcomer.DID)
	ok[object](t, c.call(t, c.callers["asking"].Account, "requestJoin", object{"code": c.approval}))
	c.settle(t)
	return c
}

// enter adds the callers who are or were members. All of them see a message with a blob,
// and the commit after it, which removes one.
func (c *cast) enter(t testing.TB) {
	t.Helper()
	var p mlstest.Plan
	var dids []string
	for _, kind := range kinds[1:9] {
		a := c.callers[kind]
		publish := c.publish
		if kind == "request" || kind == "declined" {
			publish = c.publishUnasked
		}
		p.Add, dids = append(p.Add, publish(t, a)), append(dids, a.DID)
		c.g = c.g.With(a.device)
	}
	commit := c.g.Commit(c.alice.device, p)
	in := commitCall(c.g, commit)
	in["addedDids"] = dids
	ok[object](t, c.call(t, c.alice.Account, "sendCommit", in))
	c.g = commit.Next
	c.before = c.say(t)
	c.g = c.remove(t, c.g, c.alice, c.callers["removed"])
}

// codeFor returns the code that a kind of caller has.
func (c *cast) codeFor(as actor) string {
	if as.DID == c.callers["asking"].DID {
		return c.approval
	}
	return c.code
}

// furtherCalls are calls of the matrix beside those of inConversation.
var furtherCalls = map[string]func(c *cast, as actor) any{
	"leaveConvo of another, at once": func(c *cast, _ actor) any {
		return object{"convoId": c.g.ID(), "targetDid": c.bob.DID}
	},
	"joinConvo with a code": func(c *cast, as actor) any { return join(c.g, as, c.codeFor(as)) },
	"getGroupInfo with a code": func(c *cast, as actor) any {
		return object{"convoId": c.g.ID(), "code": c.codeFor(as)}
	},
	"getJoinLinkPreview": func(c *cast, as actor) any { return object{"code": c.codeFor(as)} },
	"requestJoin":        func(c *cast, as actor) any { return object{"code": c.codeFor(as)} },
	"createReport of the conversation": func(c *cast, _ actor) any {
		return object{"reasonType": "r", "subject": object{"convoId": c.g.ID()}}
	},
	"createReport": func(c *cast, _ actor) any {
		return object{"reasonType": "r", "subject": object{"did": c.bob.DID}}
	},
	"createConvo": func(_ *cast, as actor) any {
		g := mlstest.NewGroup(as.device, mlstest.Random(16))
		return object{"groupId": g.ID(), "cipherSuite": as.device.Suite.String(), "groupInfo": b64(g.SignGroupInfo(as.device, true))}
	},
	"getConvos":       func(*cast, actor) any { return nil },
	"getUnreadCounts": func(*cast, actor) any { return nil },
	"listWelcomes":    func(*cast, actor) any { return nil },
	"sync":            func(c *cast, _ actor) any { return object{"positions": []object{}, "cursor": c.start} },
	"publishKeyPackage": func(_ *cast, as actor) any {
		return publication(as.device.KeyPackage())
	},
	"publishKeyPackages": func(_ *cast, as actor) any {
		return object{"keyPackages": []object{publication(as.device.KeyPackage())}}
	},
	"getKeyPackages": func(c *cast, _ actor) any {
		return object{"dids": []string{c.newcomer.DID}, "convoId": c.g.ID()}
	},
	"getKeyPackageStats": func(*cast, actor) any { return nil },
	"listDevices":        func(*cast, actor) any { return nil },
	"getPreferences":     func(*cast, actor) any { return nil },
	"deleteDevice":       func(_ *cast, as actor) any { return object{"deviceId": as.device.DeviceID()} },
	"uploadBlob":         func(*cast, actor) any { return mlstest.Random(20) },
	"describeService":    func(*cast, actor) any { return nil },
	"blockAccount":       func(c *cast, _ actor) any { return object{"did": c.newcomer.DID} },
	"unblockAccount":     func(c *cast, _ actor) any { return object{"did": c.newcomer.DID} },
	"listBlocks":         func(*cast, actor) any { return nil },
	"listConvoRequests":  func(*cast, actor) any { return nil },
}

// matrixCalls has every call of the matrix: at least one of every method.
func matrixCalls(t *testing.T) map[string]func(c *cast, as actor) any {
	t.Helper()
	calls, tried := map[string]func(c *cast, as actor) any{}, map[string]bool{}
	for _, m := range inConversation {
		calls[m.name] = func(c *cast, as actor) any { return m.input(c.scene, c.g, as) }
		if matrix[m.name] == "" {
			t.Errorf("the matrix has no row %s", m.name)
		}
	}
	for name, input := range furtherCalls {
		calls[name] = input
	}
	for name := range calls {
		tried[methodOf(name)] = true
	}
	for _, m := range gen.Methods {
		if name := strings.TrimPrefix(m.NSID, namespace); !tried[name] {
			t.Errorf("the matrix has no call of %s", name)
		}
	}
	for name, row := range matrix {
		if calls[name] == nil || len(strings.ReplaceAll(row, " ", "")) != len(kinds) {
			t.Errorf("row %s of the matrix is wrong", name)
		}
	}
	return calls
}

// TestMatrixOfCallers calls every method as every kind of caller. Calls that must be
// refused come first, and change nothing.
func TestMatrixOfCallers(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	shared := newCast(t, s)
	for name, input := range matrixCalls(t) {
		t.Run(name, func(t *testing.T) {
			row := matrix[name]
			if row == "" {
				row = strings.Repeat("+", len(kinds))
			}
			before := s.state(t)
			for _, kind := range kinds {
				if want := meaning[column(row, kind)]; want != "" {
					as := shared.callers[kind]
					if got := answerName(s.call(t, as.Account, methodOf(name), input(shared, as))); got != want {
						t.Errorf("%s gets %s, want %s", kind, got, want)
					}
				}
			}
			s.unchanged(t, before)
			succeed(t, shared, name, row, input)
		})
	}
}

// harmless are the procedures after which every caller is still what it was, and the objects
// that it has made are those of the conversation.
var harmless = []string{"updateGroupInfo", "updateCursor", "updatePreferences", "unlockConvo", "createJoinLink", "sendEphemeral",
	"getSubscriptionTicket", "createReport", "createConvo", "publishKeyPackage", "publishKeyPackages", "uploadBlob", "requestJoin"}

// succeed makes the calls that must succeed, with a cast of their own unless they are
// harmless. Calls of one method do not get in the way of each other, but for additions.
func succeed(t *testing.T, c *cast, name, row string, input func(*cast, actor) any) {
	t.Helper()
	query := methodNamed(t, methodOf(name)).Kind.Verb() == http.MethodGet
	fresh := !query && !slices.Contains(harmless, methodOf(name))
	for _, kind := range kinds {
		if meaning[column(row, kind)] != "" {
			continue
		}
		if fresh {
			c = newCast(t, c.stack)
		}
		as := c.callers[kind]
		in := input(c, as)
		a := c.call(t, as.Account, methodOf(name), in)
		if got := answerName(a); got != "" {
			t.Errorf("%s gets %s, want a success", kind, a.short())
		}
		if named := listing[name]; named != "" && strings.Contains(string(a.body), c.g.ID()) != (column(named, kind) == '+') {
			t.Errorf("%s gets %s, which names the conversation or not", kind, a.short())
		}
		fresh = name == "addMembers"
		if o, isObject := in.(object); isObject && (o["commit"] != nil || o["externalCommit"] != nil) {
			c.follow(t)
		}
	}
}

// follow takes over the current epoch.
func (c *cast) follow(t testing.TB) {
	t.Helper()
	out := ok[gen.GetGroupInfoOutput](t, c.call(t, c.alice.Account, "getGroupInfo", object{"convoId": c.g.ID()}))
	c.g = mlstest.FromGroupInfo(out.GroupInfo, out.RatchetTree).With(c.bob.device, c.newcomer.device)
	for _, a := range c.callers {
		c.g = c.g.With(a.device)
	}
}

// answerName returns the name of the error that an answer is, "" for a success, and another
// text for a commit that lost a race.
func answerName(a answer) string {
	if a.status == http.StatusOK {
		if strings.Contains(string(a.body), `"success":false`) {
			return fmt.Sprintf("a lost race: %s", a.short())
		}
		return ""
	}
	e, err := envelope(a)
	if err != nil {
		return err.Error()
	}
	return e.Error
}
