package apitest

import (
	"maps"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// situations ask who may do what where several rules of docs/protocol.md meet. Their
// answers were written down from that page alone, before they were tried. Each begins with
// a conversation of alice and bob, of which alice is the admin.
var situations = []struct {
	name string
	play func(s *situation)
}{
	{"two declined requests count as a block until it is lifted", func(s *situation) {
		for range 2 {
			s.begin()
			s.add(s.bob, s.carol)
			s.does(s.carol, "declineConvo", nil)
		}
		s.begin()
		s.missing(s.bob, s.carol, true)
		s.addition(s.bob, gen.ErrKeyPackageNotFound, s.carol)
		// Others are not concerned, and carol can take it back.
		s.add(s.alice, s.carol)
		s.stands(s.carol, "request", "member")
		s.begin()
		s.does(s.carol, "unblockAccount", object{"did": s.bob.DID})
		s.add(s.bob, s.carol)
		s.stands(s.carol, "request", "member")
	}},
	{"a request in an announcement group accepts and cannot speak", func(s *situation) {
		s.does(s.alice, "updateConvoPolicy", object{"sendMessages": "admins"})
		s.add(s.alice, s.carol)
		s.may(s.carol, "sendMessage", messageCall(s.g, 10), gen.ErrNotAllowed)
		s.stands(s.carol, "request", "member") // what was refused accepts nothing
		s.may(s.carol, "updateCursor", object{"seq": 1}, gen.ErrNotMember)
		s.does(s.carol, "acceptConvo", nil)
		s.stands(s.carol, "accepted", "member")
		s.may(s.carol, "sendMessage", messageCall(s.g, 10), gen.ErrNotAllowed)
		s.may(s.carol, "sendEphemeral", object{"ciphertext": raw([]byte("t")), "epoch": s.g.Epoch()}, gen.ErrNotAllowed)
		s.commit(s.carol, "", mlstest.Plan{})
		s.does(s.alice, "sendMessage", messageCall(s.g, 10))
		s.may(s.carol, "updateMemberRole", object{"did": s.carol.DID, "role": "admin"}, gen.ErrNotAllowed)
	}},
	{"a request to a locked conversation reads and declines", func(s *situation) {
		s.add(s.alice, s.carol)
		s.add(s.alice, s.dave)
		s.does(s.alice, "lockConvo", nil)
		for _, method := range []string{"getConvo", "getMessages", "getGroupInfo", "getWelcome"} {
			s.does(s.carol, method, nil)
		}
		s.may(s.carol, "acceptConvo", nil, xrpc.ConvoLocked)
		s.may(s.carol, "sendMessage", messageCall(s.g, 10), xrpc.ConvoLocked)
		s.may(s.carol, "joinConvo", s.external(s.carol), xrpc.ConvoLocked)
		s.does(s.carol, "declineConvo", nil)
		s.does(s.alice, "unlockConvo", nil)
		s.does(s.dave, "acceptConvo", nil)
		s.may(s.carol, "acceptConvo", nil, gen.ErrNotMember)
	}},
	{"a locked conversation lets nobody in by a link, and its links end", func(s *situation) {
		open, asks := s.link(s.alice, nil), s.link(s.alice, object{"requireApproval": true})
		s.may(s.carol, "requestJoin", object{"code": asks.Code}, "")
		s.may(s.erin, "requestJoin", object{"code": asks.Code}, "")
		s.does(s.alice, "lockConvo", nil)
		s.may(s.dave, "getJoinLinkPreview", object{"code": open.Code}, "")
		s.may(s.dave, "getGroupInfo", object{"code": open.Code}, xrpc.ConvoLocked)
		s.may(s.dave, "joinConvo", join(s.g, s.dave, open.Code), xrpc.ConvoLocked)
		s.may(s.dave, "requestJoin", object{"code": asks.Code}, xrpc.ConvoLocked)
		s.may(s.alice, "createJoinLink", nil, xrpc.ConvoLocked)
		s.may(s.alice, "editJoinLink", object{"linkId": open.Link.LinkID, "maxUses": 3}, xrpc.ConvoLocked)
		s.may(s.alice, "approveJoinRequest", object{"did": s.carol.DID}, xrpc.ConvoLocked)
		s.does(s.alice, "rejectJoinRequest", object{"did": s.carol.DID})
		s.does(s.erin, "withdrawJoinRequest", nil)
		s.does(s.alice, "disableJoinLink", object{"linkId": open.Link.LinkID})
		s.may(s.dave, "getGroupInfo", object{"code": open.Code}, gen.ErrInvalidCode)
		s.may(s.bob, "joinConvo", s.external(s.bob), "") // an own device
	}},
	{"a link opens as much as its maker may at that moment", func(s *situation) {
		s.does(s.alice, "updateMemberRole", object{"did": s.bob.DID, "role": "admin"})
		made := s.link(s.bob, nil)
		enters := func(want string) { s.may(s.carol, "getGroupInfo", object{"code": made.Code}, want) }
		enters("")
		s.does(s.alice, "updateMemberRole", object{"did": s.bob.DID, "role": "member"})
		enters(gen.ErrInvalidCode)
		s.may(s.bob, "listJoinLinks", nil, gen.ErrNotAllowed)
		s.may(s.bob, "disableJoinLink", object{"linkId": made.Link.LinkID}, gen.ErrNotAllowed)
		s.does(s.alice, "updateConvoPolicy", object{"makeLinks": "members"})
		enters("")
		s.does(s.bob, "listJoinLinks", nil)
		s.does(s.alice, "leaveConvo", object{"targetDid": s.bob.DID})
		enters(gen.ErrInvalidCode)
	}},
	{"a committer needs the right for what others proposed", func(s *situation) {
		s.publishFor(s.carol)
		s.add(s.alice, s.carol)
		s.commit(s.bob, gen.ErrNotAllowed, mlstest.Plan{Public: true, Refs: s.proposes(s.alice, s.carol)}, s.carol.DID)
		s.commit(s.alice, "", mlstest.Plan{Public: true, Refs: s.proposes(s.bob, s.carol)}, s.carol.DID)
		// A policy for members lets a member remove members, and no admin.
		s.does(s.alice, "updateConvoPolicy", object{"removeMembers": "members"})
		s.publishFor(s.dave)
		s.add(s.alice, s.dave)
		s.commit(s.bob, gen.ErrNotAllowed, mlstest.Plan{RemoveDIDs: []string{s.alice.DID}})
		s.may(s.bob, "leaveConvo", object{"targetDid": s.dave.DID}, gen.ErrNotAllowed) // suspending is for admins
		s.commit(s.bob, "", mlstest.Plan{RemoveDIDs: []string{s.dave.DID}})
		// An account that was removed comes back only by an admin, and has to accept.
		s.addition(s.bob, gen.ErrNotAllowed, s.dave)
		s.add(s.alice, s.dave)
		s.stands(s.dave, "request", "member")
	}},
	{"the last admin leaves, and comes back as a member", func(s *situation) {
		s.add(s.alice, s.carol) // a request for longer than dave is a member
		s.publishFor(s.dave)
		s.add(s.alice, s.dave)
		s.may(s.alice, "updateMemberRole", object{"did": s.alice.DID, "role": "member"}, gen.ErrNotAllowed)
		s.does(s.bob, "leaveConvo", nil)
		s.does(s.alice, "leaveConvo", nil)
		s.stands(s.dave, "accepted", "admin")
		s.does(s.carol, "acceptConvo", nil)
		s.stands(s.carol, "accepted", "member")
		// The leaf of one that left is everybody's to remove.
		s.commit(s.carol, "", mlstest.Plan{RemoveDIDs: []string{s.bob.DID, s.alice.DID}})
		s.add(s.carol, s.alice) // she left by herself
		s.stands(s.alice, "request", "member")
		s.may(s.alice, "lockConvo", nil, gen.ErrNotMember)
		s.does(s.alice, "acceptConvo", nil)
		s.may(s.alice, "lockConvo", nil, gen.ErrNotAllowed)
	}},
	{"a suspended account comes back by an admin, not by a link", func(s *situation) {
		made := s.link(s.alice, nil)
		s.does(s.alice, "leaveConvo", object{"targetDid": s.bob.DID})
		s.may(s.bob, "getGroupInfo", object{"code": made.Code}, gen.ErrInvalidCode)
		s.may(s.bob, "joinConvo", join(s.g, s.bob, made.Code), gen.ErrInvalidCode)
		s.may(s.bob, "joinConvo", s.external(s.bob), gen.ErrNotMember)
		s.does(s.bob, "getMessages", nil)
		s.join(s.carol, made.Code)
		s.does(s.alice, "lockConvo", nil)
		s.commit(s.carol, "", mlstest.Plan{RemoveDIDs: []string{s.bob.DID}}) // a pending removal, also while locked
		s.does(s.alice, "unlockConvo", nil)
		s.addition(s.carol, gen.ErrNotAllowed, s.bob)
		s.add(s.alice, s.bob)
		s.stands(s.bob, "request", "member")
	}},
	{"a block keeps nobody from what both are in", func(s *situation) {
		s.does(s.bob, "blockAccount", object{"did": s.alice.DID})
		s.elsewhere(s.alice, s.bob, true)
		s.does(s.alice, "sendMessage", messageCall(s.g, 10))
		s.add(s.alice, actor{s.bob.Account, mlstest.NewClient(s.bob.DID)}) // a new device of bob
		s.stands(s.bob, "accepted", "member")
		s.does(s.alice, "leaveConvo", object{"targetDid": s.bob.DID})
		s.missing(s.alice, s.bob, true)
		// The link of an account that carol has blocked opens for carol, that of one who has
		// blocked carol does not.
		made := s.link(s.alice, nil)
		s.does(s.carol, "blockAccount", object{"did": s.alice.DID})
		s.may(s.carol, "getGroupInfo", object{"code": made.Code}, "")
		s.does(s.alice, "blockAccount", object{"did": s.carol.DID})
		s.may(s.carol, "getGroupInfo", object{"code": made.Code}, gen.ErrInvalidCode)
		s.may(s.carol, "getJoinLinkPreview", object{"code": made.Code}, gen.ErrInvalidCode)
	}},
	{"an approval is for one link and one join", func(s *situation) {
		made := s.link(s.alice, object{"requireApproval": true})
		s.may(s.carol, "getGroupInfo", object{"code": made.Code}, gen.ErrApprovalRequired)
		s.may(s.carol, "requestJoin", object{"code": made.Code}, "")
		s.may(s.bob, "approveJoinRequest", object{"did": s.carol.DID}, gen.ErrNotAllowed)
		s.does(s.alice, "approveJoinRequest", object{"did": s.carol.DID})
		s.may(s.dave, "getGroupInfo", object{"code": made.Code}, gen.ErrApprovalRequired)
		s.join(s.carol, made.Code)
		s.stands(s.carol, "accepted", "member")
		s.does(s.carol, "leaveConvo", nil)
		s.may(s.carol, "getGroupInfo", object{"code": made.Code}, gen.ErrApprovalRequired)
		s.may(s.carol, "requestJoin", object{"code": made.Code}, "")
		s.does(s.alice, "rejectJoinRequest", object{"did": s.carol.DID})
		other := s.link(s.alice, object{"requireApproval": true})
		s.may(s.carol, "requestJoin", object{"code": other.Code}, "")
		s.may(s.carol, "getGroupInfo", object{"code": other.Code}, gen.ErrApprovalRequired)
		s.does(s.alice, "approveJoinRequest", object{"did": s.carol.DID}) // after all
		s.may(s.carol, "getGroupInfo", object{"code": made.Code}, "")
		s.may(s.carol, "getGroupInfo", object{"code": other.Code}, gen.ErrApprovalRequired)
	}},
	{"a conversation that is blocked can be entered, not added to", func(s *situation) {
		s.add(s.alice, s.carol)
		s.does(s.carol, "declineConvo", object{"blockConvo": true})
		s.missing(s.bob, s.carol, true)
		s.elsewhere(s.bob, s.carol, false)
		s.commit(s.bob, "", mlstest.Plan{RemoveDIDs: []string{s.carol.DID}})
		s.addition(s.bob, gen.ErrKeyPackageNotFound, s.carol)
		s.addition(s.alice, gen.ErrKeyPackageNotFound, s.carol)
		s.join(s.carol, s.link(s.alice, nil).Code)
		s.stands(s.carol, "accepted", "member")
	}},
	{"a policy for admins leaves members what is their own", func(s *situation) {
		s.does(s.alice, "updateConvoPolicy", object{"addMembers": "admins", "changeInfo": "admins"})
		s.addition(s.bob, gen.ErrNotAllowed, s.carol)
		s.add(s.bob, actor{s.bob.Account, mlstest.NewClient(s.bob.DID)})
		s.add(s.bob, actor{s.alice.Account, mlstest.NewClient(s.alice.DID)})
		info := object{"baseVersion": 0, "info": raw([]byte("info")), "infoKey": raw([]byte("key")), "epoch": s.g.Epoch()}
		s.may(s.bob, "updateConvoInfo", maps.Clone(info), gen.ErrNotAllowed)
		s.does(s.alice, "updateConvoInfo", info)
		s.join(s.carol, s.link(s.alice, nil).Code) // by the right to make links
		s.does(s.carol, "sendMessage", messageCall(s.g, 10))
		s.addition(s.carol, gen.ErrNotAllowed, s.dave)
	}},
}

// TestWhoMayDoWhat plays the situations.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, one := range situations {
		t.Run(one.name, func(t *testing.T) {
			story := &situation{stack: s, t: t, alice: newActor(), bob: newActor(), carol: newActor(), dave: newActor(), erin: newActor()}
			story.begin()
			one.play(story)
		})
	}
}
