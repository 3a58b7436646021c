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
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// newConvo is a conversation about to be created.
type newConvo struct {
	in       *gen.CreateConvoInput
	creator  string
	suite    mls.CipherSuite
	invite   *mls.Welcome
	evidence *evidence
	claims   *keypackages.Claims
	now      time.Time
	// group is what the GroupInfo states, and members are its leaves; refused is
	// why they are not taken.
	group   *mls.Group
	members []mls.Member
	refused error
	// stored: it is written, and not there before.
	stored bool
	// bill is what its creator pays for it, and byNew tells that this is a new
	// account.
	bill  *storage.Bill
	byNew bool
	// byKey and byContent are the records of the first answer: clients without
	// keys repeat the content.
	byKey, byContent *convo.Record
}

// CreateConvo creates a conversation with the group that a GroupInfo states, in
// whatever epoch it is, and spends the packages that its Welcome names.
func (s *Service) CreateConvo(ctx context.Context, caller xrpc.Caller, in *gen.CreateConvoInput) (*gen.ConvoView, error) {
	n, err := parseNewConvo(caller, in)
	if err != nil {
		return nil, err
	}
	n.now, n.claims, n.bill = s.Timestamp(), s.claims, s.Storage.Bill(caller.DID)
	n.byNew = s.Storage.IsNew(ctx, caller.DID)
	if err := n.records(s.Idempotency, caller); err != nil {
		return nil, err
	}
	paid, overdrawn := s.Pay(ctx, caller, limit.MembersAddedByRemovers, int64(len(n.in.InitialMembers)))
	out, err := n.run(ctx, s, overdrawn)
	settle(ctx, n.bill, true, err) // a repetition has paid nothing
	if err != nil || !n.stored {
		paid.GiveBack(ctx)
	}
	if err != nil {
		return nil, err
	}
	s.Hint(string(n.in.GroupID))
	return out, nil
}

// run verifies and writes the conversation. overdrawn is why its creator may add
// nobody now; who repeats a call has its first answer all the same.
func (n *newConvo) run(ctx context.Context, s *Service, overdrawn error) (*gen.ConvoView, error) {
	if n.refused = overdrawn; n.refused == nil {
		if err := n.verify(ctx, s); err != nil {
			return nil, err
		}
	}
	out := &gen.ConvoView{}
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		n.stored, *out = false, gen.ConvoView{}
		return n.create(ctx, db.New(tx), out)
	})
	return out, err
}

// parseNewConvo checks all that does not depend on what is stored.
func parseNewConvo(caller xrpc.Caller, in *gen.CreateConvoInput) (*newConvo, error) {
	content := *in
	content.InitialMembers = convo.Unique(in.InitialMembers)
	n := &newConvo{in: &content, creator: caller.DID}
	var err error
	if n.suite, err = mls.ParseCipherSuite(in.CipherSuite); err != nil {
		return nil, gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: %v", err)
	}
	if i := slices.Index(in.InitialMembers, caller.DID); i >= 0 {
		return nil, xrpc.Invalid(fmt.Sprintf("initialMembers[%d]", i), "is the creator, who is a member without being named")
	}
	if len(content.InitialMembers)+1 > limit.MaxMembers {
		return nil, tooManyMembers(int64(len(content.InitialMembers) + 1))
	}
	if n.invite, err = parseWelcome("welcomeMessage", in.WelcomeMessage); err != nil {
		return nil, err
	}
	if n.invite == nil && len(content.InitialMembers) > 0 {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "welcomeMessage: missing; initialMembers need one")
	}
	n.evidence, err = parseEvidence(in.GroupID, in.GroupInfo, in.RatchetTree, "a conversation begins with the GroupInfo of the group's current epoch, and its ratchet_tree")
	if err != nil {
		return nil, err
	}
	if err := n.evidence.requireTree("a conversation begins with the tree of its group"); err != nil {
		return nil, err
	}
	if err := n.checkSuites(); err != nil {
		return nil, err
	}
	return n, n.checkEpoch()
}

// checkSuites holds the declared suite against the objects'.
func (n *newConvo) checkSuites() error {
	if n.invite != nil && n.invite.CipherSuite != n.suite {
		return gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: declared is %v, the Welcome states %v", n.suite, n.invite.CipherSuite)
	}
	if stated := n.evidence.info.Context.CipherSuite; stated != n.suite {
		return gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: declared is %v, the GroupInfo states %v", n.suite, stated)
	}
	return nil
}

// epoch is what the GroupInfo states.
func (n *newConvo) epoch() int64 { return n.evidence.epoch() }

// checkEpoch holds the declared epoch and the Welcome against the GroupInfo.
func (n *newConvo) checkEpoch() error {
	if d := n.in.CurrentEpoch; d != nil && *d != n.epoch() {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: is of epoch %d, currentEpoch says %d", n.epoch(), *d)
	}
	if n.invite != nil && n.epoch() == 0 {
		return gen.Errorf(gen.ErrInvalidWelcome, "welcomeMessage: a Welcome comes from a commit, so the epoch it joins is not 0")
	}
	return nil
}

// records names the records of the first answer. No key of a client is as long
// as the content's: 64 characters is the most.
func (n *newConvo) records(i *convo.Idempotency, caller xrpc.Caller) error {
	var err error
	if n.byKey, err = i.NewRecord(caller, gen.NSIDCreateConvo, n.in.IdempotencyKey, n.in, n.now); err != nil {
		return err
	}
	content := *n.in
	content.IdempotencyKey = nil
	sum, err := i.ContentHash(&content)
	if err != nil {
		return err
	}
	key := "content:" + hex.EncodeToString(sum)
	n.byContent, err = i.NewRecord(caller, gen.NSIDCreateConvo, &key, &content, n.now)
	return err
}

// create writes the conversation. Inserting its row waits for a concurrent
// creation, whose record is then there to be found.
func (n *newConvo) create(ctx context.Context, q *db.Queries, out *gen.ConvoView) error {
	var name, description *string
	if m := n.in.Metadata; m != nil {
		name, description = m.Name, m.Description
	}
	created, err := q.InsertConvo(ctx, db.InsertConvoParams{
		ConvoID: n.in.GroupID, CreatorDid: n.creator, CipherSuite: int64(n.suite), Epoch: n.epoch(),
		Name: name, Description: description, At: n.now,
	})
	if err != nil {
		return fmt.Errorf("insert conversation: %w", err)
	}
	for _, first := range []*convo.Record{n.byKey, n.byContent} {
		if found, err := first.Find(ctx, q, out); found || err != nil {
			return err
		}
	}
	if created == 0 {
		return convo.Exists()
	}
	if err := n.fill(ctx, q); err != nil {
		return err
	}
	views, err := convo.Views(ctx, q, n.creator, []xrpc.ConvoID{n.in.GroupID})
	if err != nil {
		return err
	}
	n.stored, *out = true, views[0]
	if err := n.byKey.Keep(ctx, q, out); err != nil {
		return err
	}
	return n.byContent.Keep(ctx, q, out)
}

// fill puts the members and the objects into the new conversation.
func (n *newConvo) fill(ctx context.Context, q *db.Queries) error {
	id := n.in.GroupID
	w := &welcomeCheck{
		q: q, claims: n.claims, convoID: id, caller: n.creator, now: n.now, suite: n.suite, field: "welcomeMessage", invite: n.invite,
		added: n.in.InitialMembers, standing: map[string]convo.Membership{n.creator: convo.Member},
	}
	packages, err := w.check(ctx)
	if err != nil {
		return err
	}
	if n.refused != nil {
		return n.refused
	}
	if err := n.bill.Pay(ctx, n.amount()); err != nil {
		return err
	}
	if err := n.beginMemberships(ctx, q, owners(packages)); err != nil {
		return err
	}
	if n.invite != nil {
		w := &newWelcome{
			convoID: id, epoch: n.epoch(), welcome: n.in.WelcomeMessage, ratchetTree: n.in.RatchetTree, packages: packages, at: n.now,
		}
		if err := w.store(ctx, q); err != nil {
			return err
		}
	}
	if err := n.placeLeaves(ctx, q); err != nil {
		return err
	}
	return n.evidence.store(ctx, q, id, n.group, n.now)
}

func (n *newConvo) beginMemberships(ctx context.Context, q *db.Queries, welcomed []string) error {
	id := n.in.GroupID
	members := append([]string{n.creator}, n.in.InitialMembers...)
	var events convo.Events
	events.Joined(id, n.creator, n.epoch(), members, welcomed, false)
	log, err := events.Store(ctx, q, id, n.now)
	if err != nil {
		return err
	}
	if err := q.BeginMemberships(ctx, db.BeginMembershipsParams{
		ConvoID: id, Dids: members, Seq: 0, At: n.now, N: log.Base + int64(len(events.Kinds)), Gen: log.Gen, Pos: log.LastPos,
	}); err != nil {
		return fmt.Errorf("begin memberships: %w", err)
	}
	if err := q.AcceptConvo(ctx, n.now, id, n.creator); err != nil {
		return fmt.Errorf("accept conversation: %w", err)
	}
	return nil
}

// placeLeaves stores the leaves, and records the device that the creator comes
// with.
func (n *newConvo) placeLeaves(ctx context.Context, q *db.Queries) error {
	own := n.group.Tree.Leaf(n.evidence.info.Signer)
	deleted, err := recordDevice(ctx, q, convo.Device{DID: n.creator, ID: own.DeviceID()}, n.now)
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
	return rows.store(ctx, q, n.in.GroupID)
}
