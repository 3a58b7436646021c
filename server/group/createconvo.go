package group

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// CreateConvo creates a conversation with the group that a GroupInfo states, in
// any epoch, and spends the key packages that its Welcome names.
func (s *Service) CreateConvo(ctx context.Context, caller xrpc.Caller, in *gen.CreateConvoInput) (*gen.ConvoView, error) {
	if err := s.checkMetadata(in.Metadata); err != nil {
		return nil, err
	}
	n, err := parseNewConvo(caller, in)
	if err != nil {
		return nil, err
	}
	c := &createTx{
		parsed: n, claims: s.claims, now: s.Timestamp(),
		bill: s.Storage.Bill(caller.DID), byNewAccount: s.Storage.IsNew(ctx, caller.DID),
	}
	if err := c.nameRecords(s.Idempotency, caller); err != nil {
		return nil, err
	}
	n.question = s.Consent.Ask(ctx, caller.DID, n.in.InitialMembers)
	addRefused, err := s.countStrangers(ctx, caller, n.in.GroupID, n.question, n.in.InitialMembers)
	if err != nil {
		return nil, err
	}
	var payment *convo.Payment
	if addRefused == nil {
		payment, addRefused = s.Pay(ctx, caller, limit.MembersAddedByAdmins, int64(len(n.in.InitialMembers)))
	}
	out, err := s.createConvo(ctx, c, addRefused)
	settleBill(ctx, c.bill, true, err) // a repeated call has paid nothing
	if err != nil || !c.stored {
		payment.GiveBack(ctx)
	}
	if err != nil {
		return nil, err
	}
	s.Notify(string(n.in.GroupID))
	s.EndExcess(ctx, c.requests)
	return out, nil
}

// checkMetadata refuses a name and a description that the service could read,
// unless the operator allows them.
func (s *Service) checkMetadata(m *gen.ConvoMetadata) error {
	if m == nil || m.Name == nil && m.Description == nil || s.PlaintextMetadata {
		return nil
	}
	return xrpc.Invalid("metadata", "is not encrypted, which the operator of this service does not allow; encrypt it, and send it as info of updateConvoInfo")
}

// createConvo verifies and writes the conversation. addRefused is the error of
// the limit on additions, nil where that allows them.
func (s *Service) createConvo(ctx context.Context, c *createTx, addRefused error) (*gen.ConvoView, error) {
	if c.parsed.refused = addRefused; addRefused == nil {
		if err := c.parsed.verify(ctx, s); err != nil {
			return nil, err
		}
	}
	out := &gen.ConvoView{}
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		c.q, c.stored, *out = db.New(tx), false, gen.ConvoView{}
		return c.create(ctx, out)
	})
	return out, err
}

// createTx writes a new conversation in a transaction.
type createTx struct {
	parsed *newConvo
	claims *keypackages.Claims
	now    time.Time
	// bill counts what is stored, at the creator's expense.
	bill         *storage.Bill
	byNewAccount bool
	// byKey is the idempotency record under the client's key, byContent the one
	// under the hash of the content, for clients that repeat a call without a key.
	byKey, byContent *convo.Record

	q *db.Queries
	// stored is false where the call repeats an earlier one.
	stored bool
	// requests has the initial members that have to accept.
	requests []string
}

// nameRecords names the two idempotency records. The key of byContent is longer
// than the 64 characters that a client's key may have, so the two never collide.
func (c *createTx) nameRecords(i *convo.Idempotency, caller xrpc.Caller) (err error) {
	in := c.parsed.in
	if c.byKey, err = i.NewRecord(caller, gen.NSIDCreateConvo, in.IdempotencyKey, in, c.now); err != nil {
		return err
	}
	content := *in
	content.IdempotencyKey = nil
	sum, err := i.ContentHash(&content)
	if err != nil {
		return err
	}
	key := "content:" + hex.EncodeToString(sum)
	c.byContent, err = i.NewRecord(caller, gen.NSIDCreateConvo, &key, &content, c.now)
	return err
}

// create inserts the conversation's row before it looks for the idempotency
// records: the insertion waits for a concurrent creation of the same
// conversation, whose records can then be found.
func (c *createTx) create(ctx context.Context, out *gen.ConvoView) error {
	n := c.parsed
	var name, description *string
	if m := n.in.Metadata; m != nil {
		name, description = m.Name, m.Description
	}
	created, err := c.q.InsertConvo(ctx, db.InsertConvoParams{
		ConvoID: n.in.GroupID, CreatorDid: n.creator, CipherSuite: int64(n.suite), Epoch: n.epoch(),
		Name: name, Description: description, At: c.now,
	})
	if err != nil {
		return fmt.Errorf("insert conversation: %w", err)
	}
	for _, record := range []*convo.Record{c.byKey, c.byContent} {
		if found, err := record.Find(ctx, c.q, out); found || err != nil {
			return err
		}
	}
	if created == 0 {
		return convo.Exists()
	}
	if err := c.storeContent(ctx); err != nil {
		return err
	}
	views, err := convo.Views(ctx, c.q, n.creator, []xrpc.ConvoID{n.in.GroupID})
	if err != nil {
		return err
	}
	c.stored, *out = true, views[0]
	if err := c.byKey.Keep(ctx, c.q, out); err != nil {
		return err
	}
	return c.byContent.Keep(ctx, c.q, out)
}

// storeContent stores the members, the Welcome, the leaves and the GroupInfo of
// the new conversation.
func (c *createTx) storeContent(ctx context.Context) error {
	n := c.parsed
	id := n.in.GroupID
	answers, err := n.question.Answer(ctx, c.q, id)
	if err != nil {
		return err
	}
	check := &welcomeCheck{
		answers: answers,
		q:       c.q, claims: c.claims, convoID: id, caller: n.creator, now: c.now, suite: n.suite,
		field: "welcomeMessage", welcome: n.welcome,
		added: n.in.InitialMembers, addedField: "initialMembers", memberships: map[string]convo.Membership{n.creator: convo.Member},
	}
	packages, err := check.check(ctx)
	if err != nil {
		return err
	}
	if n.refused != nil {
		return n.refused
	}
	if err := c.bill.Pay(ctx, c.amount()); err != nil {
		return err
	}
	if err := c.beginMemberships(ctx, answers, recipients(packages)); err != nil {
		return err
	}
	if n.welcome != nil {
		w := &newWelcome{
			convoID: id, epoch: n.epoch(), welcome: n.in.WelcomeMessage, ratchetTree: n.in.RatchetTree, packages: packages, now: c.now,
		}
		if err := w.store(ctx, c.q); err != nil {
			return err
		}
	}
	if err := c.storeLeaves(ctx); err != nil {
		return err
	}
	return n.groupInfo.store(ctx, c.q, id, &newTree{bytes: n.group.Tree.Bytes(), whole: true}, c.now)
}

// amount returns what the new conversation stores.
func (c *createTx) amount() storage.Amount {
	n := c.parsed
	out := storage.Amount{Bytes: n.groupInfo.bytes(n.group.Tree.Bytes()), Convos: 1, ByNew: c.byNewAccount}
	if n.welcome != nil {
		out.Bytes += int64(len(n.in.WelcomeMessage) + len(n.in.RatchetTree))
	}
	return out
}

// beginMemberships begins the memberships of the creator and the initial members.
// The creator has accepted the conversation by creating it, and is its admin.
func (c *createTx) beginMemberships(ctx context.Context, answers *consent.Answers, welcomed []convo.Device) error {
	n := c.parsed
	id := n.in.GroupID
	members, consents := []string{n.creator}, []string{consent.Accepted}
	c.requests = nil
	for _, did := range n.in.InitialMembers {
		members, consents = append(members, did), append(consents, answers.Consent(did))
		if answers.Consent(did) != consent.Accepted {
			c.requests = append(c.requests, did)
		}
	}
	silent := convo.SetOf(c.requests)
	var events convo.Events
	events.Joined(&convo.Joining{
		ConvoID: id, Actor: n.creator, Epoch: n.epoch(), DIDs: members, Consents: consents, At: c.now,
		Welcomed: slices.DeleteFunc(welcomed, func(d convo.Device) bool { return silent[d.DID] }),
	})
	row, err := events.Store(ctx, c.q, id, c.now)
	if err != nil {
		return err
	}
	if err := c.q.BeginMemberships(ctx, db.BeginMembershipsParams{
		ConvoID: id, Dids: members, Consents: consents, AddedBy: &n.creator, Seq: 0, At: c.now, N: row.Base + int64(len(events.Kinds)), Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return fmt.Errorf("begin memberships: %w", err)
	}
	if err := c.q.BeginAsAdmin(ctx, c.now, id, n.creator); err != nil {
		return fmt.Errorf("make the creator an admin: %w", err)
	}
	return nil
}

// storeLeaves stores the leaves, and records the device that signed the
// GroupInfo.
func (c *createTx) storeLeaves(ctx context.Context) error {
	n := c.parsed
	own := n.group.Tree.Leaf(n.groupInfo.info.Signer)
	deleted, err := recordDevice(ctx, c.q, convo.Device{DID: n.creator, ID: own.DeviceID()}, c.now)
	if err != nil {
		return err
	}
	if deleted {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: the device that signed it is deleted")
	}
	var rows leafRows
	for i := range n.members {
		rows.add(&n.members[i])
	}
	return rows.store(ctx, c.q, n.in.GroupID)
}
