package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// person is an account with one device, and with one stream that it opens again
// whenever it ends.
type person struct {
	*authtest.Account
	*streamtest.History
	DID string
	// The key package of device is one of last resort, so that any number of
	// Welcomes can name it.
	device *mlstest.Client
	pkg    *mls.KeyPackage
	// frames is set if the stream is a WebSocket rather than server-sent
	// events. tickets is set if it is opened with a ticket rather than with a
	// token.
	frames, tickets bool
	opened          atomic.Int64
}

// remembered is the number of events by which a person can go back when it
// opens its stream again.
const remembered = 128

func (c *crowd) newPerson(n int) *person {
	p := &person{Account: c.deployment.directory.NewAccountP256(), frames: n%2 == 1, tickets: n%4 < 2}
	if n%8 == 0 {
		p.Account = c.deployment.directory.NewAccount()
	}
	p.DID = p.Account.DID
	p.device = mlstest.NewClient(p.DID)
	p.History = streamtest.NewHistory(p.DID, c.codec)
	p.Keep = remembered
	return p
}

// All persons share these HTTP clients, one for calls and one for streams.
var (
	calls   = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}, Timeout: 30 * time.Second}
	streams = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: 30 * time.Second}}
)

// client returns a client that calls an instance as this account.
func (p *person) client(i *instance) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: i.url(), HTTP: calls, Authorize: p.authorize}}
}

func (p *person) authorize(r *http.Request, nsid string) error {
	r.Header.Set("Authorization", "Bearer "+p.Token(did, nsid))
	return nil
}

// publish publishes the person's key package.
func (p *person) publish(c *crowd) error {
	p.pkg = p.device.KeyPackage(mlstest.LastResort())
	in := &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(p.pkg), CipherSuite: mls.SuiteX25519AES128.String()}
	return c.untilKnown(func(i *instance) error {
		if _, err := p.client(i).PublishKeyPackage(c.ctx, in); err != nil {
			return err
		}
		// The crowd adds accounts that do not know each other.
		_, err := p.client(i).UpdatePreferences(c.ctx, &gen.UpdatePreferencesInput{AcceptFrom: new("all"), AcceptGroupInvitesFrom: new("all")})
		return err
	})
}

// follow keeps a stream open until the crowd ends. It alternates between the
// instances at random, and often starts at an earlier cursor.
func (p *person) follow(c *crowd) {
	for c.ctx.Err() == nil && !c.isFailed() {
		cursor := p.Cursor()
		if !c.resting.Load() && rand.IntN(2) == 0 {
			cursor = p.Rewind(rand.IntN(remembered))
		}
		err := p.listen(c, c.deployment.instances[rand.IntN(2)], cursor)
		if p.Err() != nil {
			c.fail(fmt.Errorf("%s: %w", p.DID, p.Err()))
		}
		if err != nil {
			c.pause(20+rand.IntN(80), err)
		}
	}
}

// pause waits for the given time, or longer if the service asked for it.
func (c *crowd) pause(ms int, why error) {
	d := time.Duration(ms) * time.Millisecond
	if e, ok := errors.AsType[*xrpc.Error](why); ok && e.RetryAfter > 0 {
		d = min(e.RetryAfter, 2*time.Second)
	}
	select {
	case <-c.ctx.Done():
	case <-time.After(d):
	}
}

// listen reads one stream for a random time.
func (p *person) listen(c *crowd, i *instance, cursor string) error {
	ctx, cancel := context.WithTimeout(c.ctx, rand.N(c.size.stay))
	defer cancel()
	events, err := p.connect(ctx, i, cursor)
	if err != nil {
		return err
	}
	defer events.Close()
	p.opened.Add(1)
	for {
		ev, err := events.Next()
		if err != nil {
			return nil // the stream was cut off, which is expected
		}
		if err := p.Add(ev); err != nil {
			return err
		}
		if m, ok := ev.(*gen.MessageEvent); ok {
			if err := c.ledger.Delivered(m.Message.ConvoID, m.Message.Seq, m.Message.ID); err != nil {
				c.fail(err)
				return err
			}
		}
	}
}

func (p *person) connect(ctx context.Context, i *instance, cursor string) (*xrpc.Events[gen.ConvoEvent], error) {
	cl := &client.Client{Client: &xrpc.Client{Service: i.url(), HTTP: streams, Authorize: p.authorize}}
	var ticket *string
	if p.tickets {
		out, err := p.client(i).GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
		if err != nil {
			return nil, err
		}
		ticket, cl.Authorize = &out.Ticket, nil
	}
	var from *string
	if cursor != "" {
		from = &cursor
	}
	if p.frames {
		return cl.SubscribeConvoEvents(ctx, &gen.SubscribeConvoEventsParams{Cursor: from, Ticket: ticket})
	}
	return cl.StreamConvoEvents(ctx, &gen.StreamConvoEventsParams{Cursor: from, Ticket: ticket})
}
