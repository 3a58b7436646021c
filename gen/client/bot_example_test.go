package client_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"time"

	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// device is a device of an account: its connection to the service, and its MLS
// state. mlstest takes the place of an MLS library: the parts of its objects that
// only members could check are random.
type device struct {
	client.Client
	account *authtest.Account
	keys    *mlstest.Client
	group   *mlstest.Group
	cursor  string          // the position in the stream of events
	sent    map[string]bool // ciphertexts of its own, which it cannot decrypt
}

// newDevice makes a device of a new account. Its calls go to the service with
// tokens that the account signs; ExampleClient_GetEpoch shows calls through a
// PDS.
func newDevice(s *service) *device {
	account := s.plc.NewAccount()
	authorize := func(r *http.Request, nsid string) error {
		r.Header.Set("Authorization", "Bearer "+account.Token(s.did, nsid))
		return nil
	}
	return &device{
		Client:  client.Client{Client: &xrpc.Client{Service: s.url, Authorize: authorize}},
		account: account, keys: mlstest.NewClient(account.DID), sent: map[string]bool{},
	}
}

// publish lets others add the device.
func (d *device) publish(ctx context.Context) error {
	out, err := d.PublishKeyPackages(ctx, &client.PublishKeyPackagesInput{KeyPackages: []client.PublishKeyPackagesKeyPackageItem{
		{CipherSuite: d.keys.Suite.String(), KeyPackage: mlstest.Wrap(d.keys.KeyPackage())},
		{CipherSuite: d.keys.Suite.String(), KeyPackage: mlstest.Wrap(d.keys.KeyPackage(mlstest.LastResort()))},
	}})
	if err != nil {
		return err
	}
	fmt.Println("published", out.Succeeded)
	return nil
}

// begin creates a conversation with another account.
func (d *device) begin(ctx context.Context, other *device) error {
	leased, err := d.GetKeyPackages(ctx, &client.GetKeyPackagesParams{DIDs: []string{other.account.DID}})
	if err != nil {
		return err
	}
	added, err := mls.ParseKeyPackage(leased.KeyPackages[0].KeyPackage)
	if err != nil {
		return err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	d.group = mlstest.NewGroup(d.keys, id).With(other.keys)
	first := d.group.Commit(d.keys, mlstest.Plan{Add: []*mls.KeyPackage{added}})
	convo, err := d.CreateConvo(ctx, &client.CreateConvoInput{
		GroupID: xrpc.ConvoID(first.Next.ID()), CipherSuite: d.keys.Suite.String(),
		InitialMembers: []string{other.account.DID}, WelcomeMessage: first.Welcome, GroupInfo: first.GroupInfo,
	})
	if err != nil {
		return err
	}
	d.group = first.Next
	fmt.Println("created with", *convo.MemberCount, "members in epoch", convo.Epoch)
	return nil
}

// accept accepts the requests of accounts that the device's account does not know.
func (d *device) accept(ctx context.Context) error {
	open, err := d.ListConvoRequests(ctx, &client.ListConvoRequestsParams{})
	if err != nil {
		return err
	}
	for _, request := range open.Requests {
		if _, err := d.AcceptConvo(ctx, &client.AcceptConvoInput{ConvoID: request.Convo.ID}); err != nil {
			return err
		}
		fmt.Println("accepted a request")
	}
	return nil
}

// join uses the Welcomes that wait for the device, and takes the cursor from
// which its stream begins without a gap.
func (d *device) join(ctx context.Context, joined func(*client.GetWelcomeOutput)) error {
	news, err := d.Sync(ctx, &client.SyncInput{})
	if err != nil {
		return err
	}
	d.cursor = news.Cursor
	for _, ref := range news.Welcomes {
		welcome, err := d.GetWelcome(ctx, &client.GetWelcomeParams{ConvoID: ref.ConvoID, DeviceID: &ref.DeviceID})
		if err != nil {
			return err
		}
		joined(welcome) // the MLS library joins here; then the Welcome is not needed any more
		if _, err := d.ConfirmWelcome(ctx, &client.ConfirmWelcomeInput{ConvoID: ref.ConvoID, DeviceID: &ref.DeviceID, Success: true}); err != nil {
			return err
		}
		fmt.Println("joined in epoch", *welcome.Epoch)
	}
	return nil
}

// say sends a message. With the key, repeating the call sends nothing twice.
func (d *device) say(ctx context.Context) error {
	key, ciphertext := rand.Text(), d.group.Application(300)
	d.sent[string(ciphertext)] = true
	_, err := d.SendMessage(ctx, &client.SendMessageInput{
		ConvoID: xrpc.ConvoID(d.group.ID()), Ciphertext: ciphertext, Epoch: int64(d.group.Epoch()), IdempotencyKey: &key,
	})
	return err
}

// answerOne follows the events until a message of somebody else has come, and
// answers it. The MLS library decrypts it, and says who sent it.
func (d *device) answerOne(ctx context.Context, events *xrpc.Events[client.ConvoEvent]) error {
	for {
		event, err := events.Next()
		if err != nil {
			return err // open again, with the cursor
		}
		d.cursor = events.Cursor()
		message, ok := event.(*client.MessageEvent)
		if !ok || d.sent[string(message.Message.Ciphertext)] {
			continue
		}
		fmt.Println("got message", message.Message.Seq)
		return d.say(ctx)
	}
}

// updateKeys commits until a commit is accepted. Of several members that commit
// in one epoch, the service accepts one, and gives its commit to the others.
func (d *device) updateKeys(ctx context.Context, apply func(client.CommitMessage)) error {
	for {
		commit := d.group.Commit(d.keys, mlstest.Plan{})
		key := rand.Text()
		out, err := d.SendCommit(ctx, &client.SendCommitInput{
			ConvoID: xrpc.ConvoID(d.group.ID()), Commit: commit.Message, GroupInfo: commit.GroupInfo, IdempotencyKey: &key,
		})
		if err != nil {
			return err
		}
		if out.Success {
			d.group = commit.Next
			fmt.Println("commit accepted, epoch", out.NewEpoch)
			return nil
		}
		fmt.Println("lost to a commit of epoch", out.Conflict.Commits[0].Epoch)
		for _, winner := range out.Conflict.Commits {
			apply(winner)
		}
	}
}

// A bot publishes key packages, joins the conversation that somebody begins
// with it, answers a message, loses a race of commits and commits again, and
// leaves. It runs against a service with PostgreSQL.
func Example_bot() {
	s, err := start()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	bot, ada := newDevice(s), newDevice(s)
	if err := converse(ctx, bot, ada); err != nil {
		log.Print(err)
		fmt.Println("failed")
	}
	// Output:
	// published 2
	// created with 2 members in epoch 1
	// accepted a request
	// joined in epoch 1
	// got message 1
	// commit accepted, epoch 2
	// lost to a commit of epoch 1
	// commit accepted, epoch 3
	// left, so the service refuses: NotMember
}

func converse(ctx context.Context, bot, ada *device) error {
	if err := bot.publish(ctx); err != nil {
		return err
	}
	if err := ada.begin(ctx, bot); err != nil {
		return err
	}
	if err := bot.accept(ctx); err != nil {
		return err
	}
	if err := bot.join(ctx, func(*client.GetWelcomeOutput) { bot.group = ada.group }); err != nil {
		return err
	}

	events, err := bot.StreamConvoEvents(ctx, &client.StreamConvoEventsParams{Cursor: &bot.cursor})
	if err != nil {
		return err
	}
	defer func() { _ = events.Close() }()
	if err := ada.say(ctx); err != nil {
		return err
	}
	if err := bot.answerOne(ctx, events); err != nil {
		return err
	}

	if err := ada.updateKeys(ctx, nil); err != nil {
		return err
	}
	if err := bot.updateKeys(ctx, func(client.CommitMessage) { bot.group = ada.group }); err != nil {
		return err
	}
	return bot.leave(ctx)
}

// leave ends the membership. Another member commits the removal.
func (d *device) leave(ctx context.Context) error {
	if _, err := d.LeaveConvo(ctx, &client.LeaveConvoInput{ConvoID: xrpc.ConvoID(d.group.ID())}); err != nil {
		return err
	}
	if name := refusal(d.say(ctx)); name != "" {
		fmt.Println("left, so the service refuses:", name)
	}
	return nil
}
