package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// forger is a member that submits objects of groups that do not exist.
type forger struct {
	*person
	talk *conversation
	// creator is the account whose leaf is forged. puppet is a second account
	// whose key packages belong to the forger.
	creator, puppet *person
}

// lie is a call that contains a false statement.
type lie struct {
	what string
	call func(ctx context.Context, f *forger) error
}

// otherTree returns a group with the id and the epoch of the real one, in which
// the forger has the keys of all members.
func (f *forger) otherTree() *mlstest.Group {
	g := f.talk.newest()
	other := mlstest.NewGroup(f.device, g.Context.GroupID)
	other = other.With(mlstest.NewClient(f.creator.DID))
	k := other.Commit(f.device, mlstest.Plan{Add: []*mls.KeyPackage{mlstest.NewClient(f.creator.DID).KeyPackage()}})
	for other = k.Next; other.Epoch() < g.Epoch(); other = k.Next {
		k = other.Commit(f.device, mlstest.Plan{})
	}
	return other
}

func (f *forger) send(ctx context.Context, commit []byte, groupInfo []byte) error {
	out, err := f.client().SendCommit(ctx, &gen.SendCommitInput{ConvoID: f.talk.id, Commit: commit, GroupInfo: groupInfo})
	if err == nil && !out.Success {
		return errLost
	}
	return err
}

// lies are attacks that worked when the service believed trees that were not
// proven.
var lies = []lie{
	{"addMembers with a commit that nobody can read, and a tree with another leaf of the creator", func(ctx context.Context, f *forger) error {
		other := f.otherTree().With(f.puppet.device)
		k := other.Commit(f.device, mlstest.Plan{Add: []*mls.KeyPackage{f.puppet.device.KeyPackage()}})
		_, err := f.client().AddMembers(ctx, &gen.AddMembersInput{ConvoID: f.talk.id, DIDList: []string{f.puppet.DID}, Commit: k.Message,
			WelcomeMessage: k.Welcome, GroupInfo: k.GroupInfo})
		return err
	}},
	{"sendCommit with such a tree", func(ctx context.Context, f *forger) error {
		k := f.otherTree().Commit(f.device, mlstest.Plan{})
		return f.send(ctx, k.Message, k.GroupInfo)
	}},
	{"the same as a PublicMessage", func(ctx context.Context, f *forger) error {
		k := f.otherTree().Commit(f.device, mlstest.Plan{Public: true})
		return f.send(ctx, k.Message, k.GroupInfo)
	}},
	{"sendCommit without a GroupInfo", func(ctx context.Context, f *forger) error {
		return f.send(ctx, f.talk.newest().Commit(f.device, mlstest.Plan{}).Message, nil)
	}},
	{"sendCommit with the GroupInfo of the epoch before", func(ctx context.Context, f *forger) error {
		g := f.talk.newest()
		return f.send(ctx, g.Commit(f.device, mlstest.Plan{}).Message, g.SignGroupInfo(f.device, true))
	}},
	{"sendCommit with a GroupInfo of a broken signature", func(ctx context.Context, f *forger) error {
		k := f.talk.newest().Commit(f.device, mlstest.Plan{})
		info := slices.Clone(k.GroupInfo)
		info[len(info)-1] ^= 1
		return f.send(ctx, k.Message, info)
	}},
	{"sendCommit that takes the creator out of the tree and not out of the members", func(ctx context.Context, f *forger) error {
		k := f.talk.newest().Commit(f.device, mlstest.Plan{RemoveDIDs: []string{f.creator.DID}})
		return f.send(ctx, k.Message, k.GroupInfo)
	}},
	{"a PrivateMessage commit with an empty ciphertext", func(ctx context.Context, f *forger) error {
		g := f.talk.newest()
		m := &mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: &mls.PrivateMessage{GroupID: g.Context.GroupID, Epoch: g.Epoch(),
			ContentType: mls.ContentTypeCommit}}
		return f.send(ctx, m.Append(nil), g.Commit(f.device, mlstest.Plan{}).GroupInfo)
	}},
	{"updateGroupInfo with such a tree", func(ctx context.Context, f *forger) error {
		_, err := f.client().UpdateGroupInfo(ctx, &gen.UpdateGroupInfoInput{ConvoID: f.talk.id, GroupInfo: f.otherTree().SignGroupInfo(f.device, true)})
		return err
	}},
	{"createConvo with a package that the creator did not publish", func(ctx context.Context, f *forger) error {
		fake := mlstest.NewClient(f.creator.DID)
		k := mlstest.NewGroupWith(f.device, mlstest.Random(16), fake)
		_, err := f.client().CreateConvo(ctx, &gen.CreateConvoInput{CipherSuite: mls.SuiteX25519AES128.String(), GroupID: xrpc.ConvoID(k.Next.ID()),
			InitialMembers: []string{f.creator.DID}, WelcomeMessage: k.Welcome, GroupInfo: k.GroupInfo})
		return err
	}},
}

// falseExternalPub must not be stored when it comes from a member that may not
// remove others, because the next external commit would make the group
// unusable. It need not be refused.
var falseExternalPub = lie{"updateGroupInfo with another external_pub", func(ctx context.Context, f *forger) error {
	info := f.talk.newest().SignGroupInfo(f.device, true, func(i *mls.GroupInfo) {
		for n := range i.Extensions {
			if i.Extensions[n].Type == mls.ExtensionExternalPub {
				i.Extensions[n].Data = mls.AppendOpaque(nil, mlstest.HPKEKey(mls.SuiteX25519AES128))
			}
		}
	})
	_, err := f.client().UpdateGroupInfo(ctx, &gen.UpdateGroupInfoInput{ConvoID: f.talk.id, GroupInfo: info})
	return err
}}

func forge(ctx context.Context, s *scene) (*outcome, error) {
	people, talk, err := s.group(ctx, 2)
	if err != nil {
		return nil, err
	}
	creator := people[0]
	f := &forger{person: people[1], talk: talk, creator: creator, puppet: s.newPerson()}
	if err := f.puppet.publish(ctx, f.puppet.device, 5); err != nil {
		return nil, err
	}
	before, err := creator.client().GetGroupInfo(ctx, &gen.GetGroupInfoParams{ConvoID: talk.id})
	if err != nil {
		return nil, fmt.Errorf("read the GroupInfo: %w", err)
	}
	answers, out := &sent{}, &outcome{}
	for range s.size(2, 20) {
		for _, l := range lies {
			err := l.call(ctx, f)
			answers.add(err)
			if asRefusal(err) == nil || asRefusal(err).Status/100 != 4 {
				out.excess += fmt.Sprintf("%s: %v; ", l.what, err)
			}
		}
	}
	_ = falseExternalPub.call(ctx, f)
	out.tried, out.achieved = answers.total()+1, answers.String()
	after, err := creator.client().GetGroupInfo(ctx, &gen.GetGroupInfoParams{ConvoID: talk.id})
	if err != nil {
		return nil, fmt.Errorf("read the GroupInfo: %w", err)
	}
	if !bytes.Equal(before.GroupInfo, after.GroupInfo) || before.Epoch != after.Epoch {
		out.excess += "the GroupInfo is another one; "
	}
	if _, err := talk.commit(ctx, creator, talk.newest().Commit(creator.device, mlstest.Plan{}), nil, nil); err != nil {
		out.excess += fmt.Sprintf("the creator is locked out: %v", err)
	}
	if answers.of(gen.ErrInvalidGroupInfo) == 0 {
		out.idle = answers.String()
	}
	return out, ctx.Err()
}

func forgeries() []flood {
	return []flood{{name: "forged", what: "a member states trees and GroupInfos that are not the group's", run: forge}}
}
