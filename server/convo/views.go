package convo

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/xrpc"
)

// Views builds the views of the conversations ids, in that order, with the read
// position of did. Conversations that do not exist are left out; membership is not
// checked. It needs four queries, for any number of conversations.
func Views(ctx context.Context, q *db.Queries, did string, ids []xrpc.ConvoID) ([]gen.ConvoView, error) {
	if len(ids) == 0 {
		return []gen.ConvoView{}, nil
	}
	convos, err := q.ConvosForView(ctx, did, xrpc.StoredConvoIDs(ids))
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	devices, err := deviceViews(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	members, err := q.MembersForView(ctx, xrpc.StoredConvoIDs(ids))
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	views := make(map[xrpc.ConvoID]*gen.ConvoView, len(convos))
	for i := range convos {
		views[convos[i].ConvoID] = convoView(&convos[i])
	}
	for _, m := range members {
		if v := views[m.ConvoID]; v != nil && m.Did == did && !m.PendingRemoval {
			v.Status = new(status(m.Accepted))
		}
	}
	for _, m := range members {
		if v := views[m.ConvoID]; v != nil {
			appendMember(v, m, devices[memberKey{m.ConvoID, m.Did}])
		}
	}
	if err := addInfos(ctx, q, ids, views); err != nil {
		return nil, err
	}
	out := make([]gen.ConvoView, 0, len(ids))
	for _, id := range ids {
		if v := views[id]; v != nil {
			out = append(out, *v)
		}
	}
	return out, nil
}

// addInfos adds the encrypted infos to the views.
func addInfos(ctx context.Context, q *db.Queries, ids []xrpc.ConvoID, views map[xrpc.ConvoID]*gen.ConvoView) error {
	infos, err := q.InfosForView(ctx, xrpc.StoredConvoIDs(ids))
	if err != nil {
		return fmt.Errorf("read infos: %w", err)
	}
	for _, i := range infos {
		if v := views[i.ConvoID]; v != nil {
			v.Info = &gen.ConvoInfo{
				Version: i.Version, Info: i.Info, InfoKey: i.InfoKey, KeyEpoch: i.KeyEpoch, RequestedEpoch: i.RequestedEpoch,
			}
		}
	}
	return nil
}

// memberKey names a member: an account in a conversation.
type memberKey struct {
	convoID xrpc.ConvoID
	did     string
}

// memberDevices has the leaves of a member, and the credential of the first leaf.
type memberDevices struct {
	leaves     []gen.DeviceLeaf
	credential []byte
}

func deviceViews(ctx context.Context, q *db.Queries, ids []xrpc.ConvoID) (map[memberKey]memberDevices, error) {
	leaves, err := q.LeavesForView(ctx, xrpc.StoredConvoIDs(ids))
	if err != nil {
		return nil, fmt.Errorf("read leaves: %w", err)
	}
	out := make(map[memberKey]memberDevices)
	for _, l := range leaves {
		m := memberKey{l.ConvoID, l.Did}
		d := out[m]
		if len(d.leaves) == 0 {
			d.credential = l.Credential
		}
		d.leaves = append(d.leaves, gen.DeviceLeaf{DeviceID: l.DeviceID, LeafIndex: &l.LeafIndex})
		out[m] = d
	}
	return out, nil
}

func convoView(c *db.ConvosForViewRow) *gen.ConvoView {
	v := &gen.ConvoView{
		ID:          c.ConvoID,
		GroupID:     c.ConvoID,
		Creator:     c.CreatorDid,
		Members:     []gen.MemberView{},
		Epoch:       c.Epoch,
		CipherSuite: mls.CipherSuite(c.CipherSuite).String(),
		CreatedAt:   xrpc.FormatTime(c.CreatedAt),
		LastSeq:     &c.LastSeq,
		ReadSeq:     &c.ReadSeq,
		MemberCount: new(int64),
	}
	if c.LastMessageAt != nil {
		at := xrpc.FormatTime(*c.LastMessageAt)
		v.LastMessageAt = &at
	}
	if c.Muted {
		v.Muted = &c.Muted
	}
	if c.Archived {
		v.Archived = &c.Archived
	}
	v.LockStatus = new(LockStatus(c.LockedByAdmin, c.LockedByOperator))
	v.Policy = new(Policy{c.AddBy, c.AdminsRemove, c.AdminsChangeInfo, c.AdminsMakeLinks, c.AdminsSend}.View())
	if c.Name != nil || c.Description != nil {
		v.Metadata = &gen.ConvoMetadata{Name: c.Name, Description: c.Description}
	}
	return v
}

// status names the consent of a member. Members cannot tell a request that its account
// was not told of.
func status(accepted bool) string {
	if accepted {
		return consent.Accepted
	}
	return consent.Requested
}

// appendMember appends m to v. A former member whose removal is pending is listed,
// but not counted.
func appendMember(v *gen.ConvoView, m db.MembersForViewRow, d memberDevices) {
	mv := gen.MemberView{DID: m.Did, JoinedAt: xrpc.FormatTime(m.JoinedAt), Devices: d.leaves}
	if len(d.credential) > 0 { // an erased account has none
		mv.Credential = d.credential
	}
	if len(d.leaves) > 0 {
		mv.LeafIndex = d.leaves[0].LeafIndex
	}
	if m.PendingRemoval {
		pending := true
		mv.PendingRemoval = &pending
	} else {
		*v.MemberCount++
		mv.Role = &m.Role
		mv.Status = new(status(m.Accepted))
	}
	v.Members = append(v.Members, mv)
}
