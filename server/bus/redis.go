package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// Channels is the number of channels. They are sharded channels, each with a
// hash tag of its own, so that a cluster spreads them over its nodes. Each has
// a subscription of its own: one subscription to channels on several nodes
// receives messages of one node only.
const Channels = 64

// channel returns the name of the n-th channel. The hash tag is the number
// alone: all channels with the same tag are on one node (Redis Cluster
// specification, "Hash tags").
func channel(n int) string { return fmt.Sprintf("mls:bus:{%02d}", n) }

func channelOf(streamKey string) int {
	h := fnv.New32a()
	h.Write([]byte(streamKey))
	return int(h.Sum32() % Channels)
}

// The first byte of a message. A signal and a key id follow their mark.
const (
	markNotification = 'h'
	markSignal       = 's'
	markForget       = 'k'
	markAccounts     = 'a'
)

// maxForgets bounds the queue of key ids to send. Others are dropped, since
// every instance fetches keys again after some minutes.
const maxForgets = 256

// publishTimeout bounds the wait for a Redis that does not respond.
const publishTimeout = 2 * time.Second

// Redis is a Bus over Redis or Redis Cluster, version 7 or newer.
type Redis struct {
	client redis.UniversalClient
	to     Receiver
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	// notifyChannel is the channel for the next notification to send.
	notifyChannel atomic.Int32
	wake          chan struct{}
	// forgets is the queue of key ids to send. forget is called for the ids
	// that other instances send; self identifies this one.
	forgets chan KeyID
	// accounts is signalled when states of accounts have changed; accountsChanged
	// is called when another instance says so.
	accounts        chan struct{}
	accountsChanged func()
	forget          func(KeyID)
	self            string
	// lost is set while publishing fails.
	lost atomic.Bool
	// outage is that of the subscriptions.
	outage *outage
	up     prometheus.Gauge
}

// RedisConfig configures a Redis.
type RedisConfig struct {
	Client redis.UniversalClient
	// Up is 1 while the last message could be published; see Up. It may be nil.
	Up prometheus.Gauge
	// To gets all messages, including those of this instance.
	To Receiver
	// Forget, if set, is called when a signing key has changed.
	Forget func(KeyID)
	// AccountsChanged, if set, is called when states of accounts have changed.
	AccountsChanged func()
	// Log gets a line when Redis is lost and when it is restored; nil for
	// slog.Default.
	Log *slog.Logger
}

// NewRedis makes a Bus. If Redis is not available, it connects when it is.
// Close does not close the client.
func NewRedis(c RedisConfig) *Redis {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Redis{client: c.Client, up: c.Up, to: c.To, log: c.Log, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1),
		forgets: make(chan KeyID, maxForgets), forget: c.Forget, self: rand.Text(),
		accounts: make(chan struct{}, 1), accountsChanged: c.AccountsChanged}
	if r.forget == nil {
		r.forget = func(KeyID) {}
	}
	if r.accountsChanged == nil {
		r.accountsChanged = func() {}
	}
	if r.up == nil {
		r.up = Up()
	}
	r.up.Set(1)
	if r.log == nil {
		r.log = slog.Default()
	}
	r.outage = newOutage(r.log)
	for n := range Channels {
		r.done.Go(func() { r.listen(channel(n)) })
	}
	r.done.Go(r.publishNotifications)
	return r
}

// Notify implements Bus. This instance is notified at once. Notifications of the
// others that come close together become one.
func (r *Redis) Notify(streamKey string) {
	r.to.Notify()
	r.notifyChannel.Store(int32(channelOf(streamKey)))
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Forget implements Bus.
func (r *Redis) Forget(id KeyID) {
	select {
	case r.forgets <- id:
	default:
	}
}

// AccountsChanged implements Bus.
func (r *Redis) AccountsChanged() {
	select {
	case r.accounts <- struct{}{}:
	default:
	}
}

// accountsChannel is the channel for changes of account states.
var accountsChannel = channel(0)

// PublishAccountsChanged tells all instances that states of accounts have changed.
// It is for processes that are no instance.
func PublishAccountsChanged(ctx context.Context, client redis.UniversalClient) error {
	if err := client.SPublish(ctx, accountsChannel, []byte{markAccounts}).Err(); err != nil {
		return fmt.Errorf("tell the instances: %w", err)
	}
	return nil
}

// encodeForget returns the mark, the id, and the id of this instance.
func (r *Redis) encodeForget(id KeyID) []byte {
	return append(append([]byte{markForget}, id[:]...), r.self...)
}

// publishNotifications sends notifications and key ids one at a time. Notifications
// that come while one is being sent become one: a notification has no content and
// every instance receives all channels, so the choice of the channel only spreads
// the load.
func (r *Redis) publishNotifications() {
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-r.wake:
			// If it fails, other instances read the log at their next interval.
			_ = r.publish(r.ctx, channel(int(r.notifyChannel.Load())), []byte{markNotification})
		case id := <-r.forgets:
			_ = r.publish(r.ctx, channel(channelOf(string(id[:]))), r.encodeForget(id))
		case <-r.accounts:
			// If it fails, the instances find out at their next interval.
			_ = r.publish(r.ctx, accountsChannel, []byte{markAccounts})
		}
	}
}

// Signal implements Bus. If Redis is lost, it reaches only this instance.
func (r *Redis) Signal(ctx context.Context, s Signal) error {
	err := r.publish(ctx, channel(channelOf(s.ConvoID)), append([]byte{markSignal}, s.encode()...))
	if err != nil {
		return r.to.Signal(ctx, s)
	}
	return nil
}

func (r *Redis) publish(ctx context.Context, channel string, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	err := r.client.SPublish(ctx, channel, message).Err()
	if err != nil && !errors.Is(err, context.Canceled) {
		r.up.Set(0)
		if !r.lost.Swap(true) {
			r.log.Warn("Redis is lost; instances read the log by their clocks", "reason", err)
		}
	} else if err == nil {
		r.up.Set(1)
		if r.lost.Swap(false) {
			r.log.Info("Redis carries notifications again")
		}
	}
	return err
}

// listen receives the messages of one channel until the bus is closed. After a
// failure it subscribes again, at growing intervals. Messages sent meanwhile are
// lost, so each new subscription counts as a notification.
func (r *Redis) listen(name string) {
	tries := &attempts{outage: r.outage}
	for r.ctx.Err() == nil {
		sub := r.client.SSubscribe(r.ctx, name)
		// Closing the subscription interrupts a blocked receive.
		stop := context.AfterFunc(r.ctx, func() { _ = sub.Close() })
		err := r.receive(sub, tries)
		stop()
		_ = sub.Close() // all its messages have been received
		if r.ctx.Err() != nil {
			return
		}
		if pause, over := tries.failed(err); !wait(r.ctx, pause, over) {
			return
		}
		// The channel may be on another node now, and the client does not
		// reload the slots when a subscription is refused.
		if c, ok := r.client.(*redis.ClusterClient); ok {
			c.ReloadState(r.ctx)
		}
	}
}

// errMoved ends a subscription to a node that no longer has the slot of the
// channel.
var errMoved = errors.New("the channel has moved to another node")

// pingEvery is how long a channel may be silent before a ping is sent, which
// detects a connection whose peer has vanished.
const pingEvery = 10 * time.Second

// receive returns why the subscription ended.
func (r *Redis) receive(sub *redis.PubSub, tries *attempts) error {
	asked := false
	for {
		m, err := sub.ReceiveTimeout(r.ctx, pingEvery)
		var wait interface{ Timeout() bool }
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case err != nil && errors.As(err, &wait) && wait.Timeout() && !asked:
			asked = true
			if err := sub.Ping(r.ctx); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			if m.Kind == "sunsubscribe" {
				return errMoved
			}
			tries.succeeded()
			r.to.Notify()
		case *redis.Message:
			r.hear([]byte(m.Payload))
		}
	}
}

func (r *Redis) hear(b []byte) {
	switch {
	case len(b) == 1 && b[0] == markNotification:
		r.to.Notify()
	case len(b) == 1 && b[0] == markAccounts:
		r.accountsChanged()
	case len(b) > len(KeyID{}) && b[0] == markForget:
		if id := b[1:]; string(id[len(KeyID{}):]) != r.self {
			r.forget(KeyID(id[:len(KeyID{})]))
		}
	case len(b) > 1 && b[0] == markSignal:
		s, err := decodeSignal(b[1:])
		if err == nil {
			err = r.to.Signal(r.ctx, s)
		}
		if err != nil && r.ctx.Err() == nil {
			r.log.Warn("a signal was lost", "error", err)
		}
	}
}

// Close implements Bus.
func (r *Redis) Close() error {
	r.cancel()
	r.done.Wait()
	return nil
}
