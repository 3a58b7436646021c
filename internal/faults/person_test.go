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

// person is an account with one device, and a stream that it holds on to.
type person struct {
	*authtest.Account
	*streamtest.History
	DID string
	// device's last-resort package can be named by any number of Welcomes.
	device *mlstest.Client
	pkg    *mls.KeyPackage
	// frames: over WebSocket, else server-sent events. tickets: with a ticket,
	// else with a token.
	frames, tickets bool
	opened          atomic.Int64
}

// remembered is how many events of a stream a person can go back by.
const remembered = 128

func (c *crowd) newPerson(n int) *person {
	p := &person{Account: c.place.directory.NewAccountP256(), frames: n%2 == 1, tickets: n%4 < 2}
	if n%8 == 0 {
		p.Account = c.place.directory.NewAccount()
	}
	p.DID = p.Account.DID
	p.device = mlstest.NewClient(p.DID)
	p.History = streamtest.NewHistory(p.DID, c.codec)
	p.Keep = remembered
	return p
}

// calls and streams of all people go through these connections.
var (
	calls   = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}, Timeout: 30 * time.Second}
	streams = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: 30 * time.Second}}
)

// client calls an instance in the person's name.
func (p *person) client(i *instance) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: i.url(), HTTP: calls, Authorize: p.authorize}}
}

func (p *person) authorize(r *http.Request, nsid string) error {
	r.Header.Set("Authorization", "Bearer "+p.Token(did, nsid))
	return nil
}

// publish gives the service the person's package.
func (p *person) publish(c *crowd) error {
	p.pkg = p.device.KeyPackage(mlstest.LastResort())
	in := &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(p.pkg), CipherSuite: mls.SuiteX25519AES128.String()}
	return c.certain(func(i *instance) error {
		_, err := p.client(i).PublishKeyPackage(c.ctx, in)
		return err
	})
}

// follow holds a stream open until the crowd leaves, now at this instance and
// now at that, and often from a place that it has been at before.
func (p *person) follow(c *crowd) {
	for c.ctx.Err() == nil && !c.isFailed() {
		cursor := p.Cursor()
		if !c.resting.Load() && rand.IntN(2) == 0 {
			cursor = p.Rewind(rand.IntN(remembered))
		}
		err := p.listen(c, c.place.instances[rand.IntN(2)], cursor)
		if p.Err() != nil {
			c.fail(fmt.Errorf("%s: %w", p.DID, p.Err()))
		}
		if err != nil {
			c.pause(20+rand.IntN(80), err)
		}
	}
}

// pause waits some milliseconds, or as long as the service asks for.
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

// listen reads one stream, for a time of chance.
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
			return nil // cut off, by whom does not matter
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
