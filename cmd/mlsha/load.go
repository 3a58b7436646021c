package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// The size of the load.
const (
	people, convos, members = 12, 6, 4
	senders                 = 6
	// pause is the mean pause of a sender between two messages, and commitPause
	// that of a conversation between two races for its epoch.
	pause, commitPause = 20 * time.Millisecond, 300 * time.Millisecond
	// answerTime is how long a client waits for an answer.
	answerTime = 5 * time.Second
	// knownTime is how long a client repeats a call until its outcome is known.
	knownTime = 2 * time.Minute
)

// load is what clients do all the time.
type load struct {
	ledger    *ledger
	people    []*person
	convos    []*convo
	listeners []*listener
	calls     *http.Client

	// wal is how many bytes of WAL there were at the beginning.
	wal int64
	// repeated counts calls that were made again because they were not answered.
	repeated atomic.Int64
	end      context.CancelFunc
	senders  sync.WaitGroup
	ending   context.CancelFunc
	ears     sync.WaitGroup
	failed   chan error
}

type person struct {
	*authtest.Account
	device *mlstest.Client
	pkg    *mls.KeyPackage
}

type convo struct {
	id      xrpc.ConvoID
	members []*person
	epoch   atomic.Int64
	// group is the state after all accepted commits. Only the race uses it.
	group *mlstest.Group
}

// startLoad makes the accounts and conversations, and starts the load.
func startLoad(ctx context.Context, s *site) (*load, error) {
	l := &load{ledger: newLedger(), failed: make(chan error, 1),
		calls: &http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	for range people {
		p := &person{Account: s.plc.NewAccountP256()}
		p.device = mlstest.NewClient(p.DID)
		p.pkg = p.device.KeyPackage(mlstest.LastResort())
		l.people = append(l.people, p)
		in := &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(p.pkg), CipherSuite: mls.SuiteX25519AES128.String()}
		if err := l.untilKnown(ctx, func() error {
			if _, err := p.client(l.calls).PublishKeyPackage(ctx, in); err != nil {
				return err
			}
			accept := &gen.UpdatePreferencesInput{AcceptFrom: new("all"), AcceptGroupInvitesFrom: new("all")}
			_, err := p.client(l.calls).UpdatePreferences(ctx, accept)
			return err
		}); err != nil {
			return nil, fmt.Errorf("publish: %w", err)
		}
	}
	for range convos {
		co, err := l.create(ctx)
		if err != nil {
			return nil, fmt.Errorf("create: %w", err)
		}
		l.convos = append(l.convos, co)
	}
	if err := l.readWAL(ctx); err != nil {
		return nil, err
	}
	return l, l.start(ctx, s.dir)
}

func (l *load) readWAL(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, databaseURL("mls", mlsPassword, "mls"))
	if err != nil {
		return fmt.Errorf("read the position of the WAL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	l.wal, err = walPosition(ctx, conn)
	return err
}

func (l *load) start(ctx context.Context, dir string) error {
	sending, end := context.WithCancel(ctx)
	listening, ending := context.WithCancel(ctx)
	l.end, l.ending = end, ending
	for i, p := range l.people {
		diary, err := os.Create(filepath.Join(dir, fmt.Sprintf("listener%02d.log", i)))
		if err != nil {
			return err
		}
		ear := newListener(l, p, i%2 == 1, diary)
		l.listeners = append(l.listeners, ear)
		l.ears.Go(func() { ear.follow(listening) })
	}
	for range senders {
		l.senders.Go(func() { l.repeat(sending, pause, l.send) })
	}
	for _, co := range l.convos[:convos/2] {
		l.senders.Go(func() {
			l.repeat(sending, commitPause, func(ctx context.Context) error { return l.race(ctx, co) })
		})
	}
	return nil
}

// fail records the first failure of the load.
func (l *load) fail(err error) {
	select {
	case l.failed <- err:
	default:
	}
}

// failure returns the failure of the load, if there is one.
func (l *load) failure() error {
	select {
	case err := <-l.failed:
		l.fail(err)
		return err
	default:
		return nil
	}
}

// repeat calls f until ctx ends. What f has begun is brought to an end.
func (l *load) repeat(ctx context.Context, pause time.Duration, f func(context.Context) error) {
	for ctx.Err() == nil {
		if err := f(context.WithoutCancel(ctx)); err != nil {
			l.fail(err)
			return
		}
		time.Sleep(time.Duration(rand.Int64N(int64(2*pause + 1))))
	}
}

func (p *person) client(c *http.Client) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: serviceURL, HTTP: c, Authorize: func(r *http.Request, nsid string) error {
		r.Header.Set("Authorization", "Bearer "+p.Token(serviceDID, nsid))
		return nil
	}}}
}

// untilKnown repeats a call until its outcome is known. If it returns an error,
// the service refused the call and did nothing.
func (l *load) untilKnown(ctx context.Context, call func() error) error {
	var err error
	for end := time.Now().Add(knownTime); time.Now().Before(end) && ctx.Err() == nil; {
		if err = call(); err == nil {
			return nil
		}
		e, ok := errors.AsType[*xrpc.Error](err)
		// A token is refused while the record of used tokens is incomplete.
		if ok && e.Status < 500 && e.Status != http.StatusUnauthorized && e.Status != http.StatusTooManyRequests {
			return err
		}
		l.repeated.Add(1)
		time.Sleep(time.Duration(20+rand.IntN(80)) * time.Millisecond)
	}
	return errors.Join(errors.New("no answer in time"), err)
}

func (l *load) create(ctx context.Context) (*convo, error) {
	raw := mlstest.Random(16)
	co := &convo{id: xrpc.ConvoID(hex.EncodeToString(raw))}
	in := &gen.CreateConvoInput{GroupID: co.id, CipherSuite: mls.SuiteX25519AES128.String(), IdempotencyKey: new(uuid.NewString())}
	for _, i := range rand.Perm(len(l.people))[:members] {
		co.members = append(co.members, l.people[i])
	}
	g := mlstest.NewGroup(co.members[0].device, raw)
	var packages []*mls.KeyPackage
	for _, m := range co.members[1:] {
		in.InitialMembers = append(in.InitialMembers, m.DID)
		packages = append(packages, m.pkg)
		g = g.With(m.device)
	}
	first := g.Commit(co.members[0].device, mlstest.Plan{Add: packages})
	in.WelcomeMessage, in.GroupInfo = first.Welcome, first.GroupInfo
	co.group = first.Next
	co.epoch.Store(1)
	return co, l.untilKnown(ctx, func() error {
		_, err := co.members[0].client(l.calls).CreateConvo(ctx, in)
		return err
	})
}

// send sends a message as a random member.
func (l *load) send(ctx context.Context) error {
	co := l.convos[rand.IntN(len(l.convos))]
	who, id, epoch := co.members[rand.IntN(members)], uuid.NewString(), co.epoch.Load()
	in := &gen.SendMessageInput{ConvoID: co.id, Epoch: epoch, MsgID: &id, Ciphertext: co.message(epoch)}
	var out *gen.SendMessageOutput
	err := l.untilKnown(ctx, func() (err error) {
		out, err = who.client(l.calls).SendMessage(ctx, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return l.ledger.message(place{co.id, *out.Seq}, id)
}

// message returns an application message with random content.
func (co *convo) message(epoch int64) []byte {
	raw, err := hex.DecodeString(string(co.id))
	if err != nil {
		panic("mlsha: " + err.Error())
	}
	m := &mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: &mls.PrivateMessage{
		GroupID: raw, Epoch: uint64(epoch), ContentType: mls.ContentTypeApplication,
		EncryptedSenderData: mlstest.Random(28), Ciphertext: mlstest.Random(200 + rand.IntN(400)),
	}}
	return m.Append(nil)
}

// race lets two members commit in the same epoch. Exactly one of them must win.
func (l *load) race(ctx context.Context, co *convo) error {
	epoch := co.epoch.Load()
	at := rand.Perm(members)[:2]
	commits := make([]*mlstest.Commit, 2)
	won, errs := make([]*int64, 2), make([]error, 2)
	var wg sync.WaitGroup
	for i, n := range at {
		commits[i] = co.group.Commit(co.members[n].device, mlstest.Plan{})
		wg.Go(func() { won[i], errs[i] = l.commit(ctx, co, co.members[n], epoch, commits[i]) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if (won[0] == nil) == (won[1] == nil) {
		return fmt.Errorf("epoch %d of %s: of two commits, none or both won", epoch, co.id)
	}
	for i, seq := range won {
		if seq == nil {
			continue
		}
		co.group = commits[i].Next
		co.epoch.Store(epoch + 1)
		return l.ledger.commit(epochOf{co.id, epoch}, place{co.id, *seq})
	}
	return nil
}

// commit sends a commit until it is known whether it won, and returns its number
// if it did.
func (l *load) commit(ctx context.Context, co *convo, who *person, epoch int64, c *mlstest.Commit) (*int64, error) {
	in := &gen.SendCommitInput{ConvoID: co.id, Commit: c.Message, GroupInfo: c.GroupInfo}
	for {
		var out *gen.SendCommitOutput
		if err := l.untilKnown(ctx, func() (err error) {
			out, err = who.client(l.calls).SendCommit(ctx, in)
			return err
		}); err != nil {
			return nil, err
		}
		switch {
		case out.Success && (out.NewEpoch != epoch+1 || out.Seq == nil):
			return nil, fmt.Errorf("a commit of epoch %d led to %d", epoch, out.NewEpoch)
		case out.Success:
			return out.Seq, nil
		case out.RetryAfterMs == nil:
			return nil, nil
		}
		time.Sleep(time.Duration(*out.RetryAfterMs) * time.Millisecond)
	}
}

// finish ends the senders and waits until every listener has everything.
func (l *load) finish(ctx context.Context) error {
	defer func() {
		l.ending()
		l.ears.Wait()
	}()
	l.end()
	l.senders.Wait()
	if err := l.failure(); err != nil {
		return err
	}
	return until(ctx, "the listeners to have everything", func() error {
		for _, ear := range l.listeners {
			if err := ear.missing(); err != nil {
				return err
			}
		}
		return nil
	})
}

// hasConvo tells whether an account is a member of any conversation.
func (l *load) hasConvo(who *person) bool {
	return slices.ContainsFunc(l.convos, func(co *convo) bool { return slices.Contains(co.members, who) })
}
