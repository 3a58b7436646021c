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

	"github.com/redis/go-redis/v9"
)

// Channels is how many channels there are. They are sharded channels, each with
// a hash tag of its own, so that a cluster spreads them over its nodes; and
// each has a subscription of its own, since one subscription to channels on
// several nodes receives nothing from all but one of them.
const Channels = 64

// channel names the n-th channel. The tag is the number alone: all channels
// with one tag are on one node (Redis Cluster specification, "Hash tags").
func channel(n int) string { return fmt.Sprintf("mls:bus:{%02d}", n) }

func channelOf(lane string) int {
	h := fnv.New32a()
	h.Write([]byte(lane))
	return int(h.Sum32() % Channels)
}

// Messages are a hint, or a signal or the id of a key behind its mark.
const (
	markHint   = 'h'
	markSignal = 's'
	markForget = 'k'
)

// maxForgets bounds the ids of keys that wait to be sent. Others are not sent:
// every instance fetches keys anew after some minutes.
const maxForgets = 256

// publishTimeout bounds how long a Redis that does not answer is waited for.
const publishTimeout = 2 * time.Second

// Redis is a Bus over Redis or Redis Cluster, version 7 or newer.
type Redis struct {
	client redis.UniversalClient
	to     Receiver
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	// hint is the channel of the newest hint that waits to be sent.
	hint atomic.Int32
	wake chan struct{}
	// forgets are ids that wait to be sent, forget hears of those that come from
	// others than self.
	forgets chan KeyID
	forget  func(KeyID)
	self    string
	// lost is true while Redis does not take what is published.
	lost atomic.Bool
}

// RedisConfig is what a Redis needs.
type RedisConfig struct {
	Client redis.UniversalClient
	// To hears of everything, of what this instance sends too.
	To Receiver
	// Forget, where set, hears which signing keys are not what they were.
	Forget func(KeyID)
	// Log hears when Redis is lost and back; slog.Default where nil.
	Log *slog.Logger
}

// NewRedis makes a Bus. It works from the moment at which Redis does; Close
// does not close the client.
func NewRedis(c RedisConfig) *Redis {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Redis{client: c.Client, to: c.To, log: c.Log, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1),
		forgets: make(chan KeyID, maxForgets), forget: c.Forget, self: rand.Text()}
	if r.forget == nil {
		r.forget = func(KeyID) {}
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	for n := range Channels {
		r.done.Go(func() { r.listen(channel(n)) })
	}
	r.done.Go(r.publishHints)
	return r
}

// Hint implements Bus. The own instance hears of it at once; hints of a moment
// become one.
func (r *Redis) Hint(lane string) {
	r.to.Hint()
	r.hint.Store(int32(channelOf(lane)))
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

// encodeForget writes the mark, the id, and which instance says it.
func (r *Redis) encodeForget(id KeyID) []byte {
	return append(append([]byte{markForget}, id[:]...), r.self...)
}

// publishHints sends hints and ids of keys, one after the other. Hints that come while one is
// on its way become one: a hint names nothing, and every instance hears all
// channels, so which one it takes only spreads the load.
func (r *Redis) publishHints() {
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-r.wake:
			// Where it fails, the others have their clock.
			_ = r.publish(r.ctx, channel(int(r.hint.Load())), []byte{markHint})
		case id := <-r.forgets:
			_ = r.publish(r.ctx, channel(channelOf(string(id[:]))), r.encodeForget(id))
		}
	}
}

// Signal implements Bus. With Redis gone it reaches only the own instance.
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
		if !r.lost.Swap(true) {
			r.log.Warn("Redis is lost; instances read the log by their clocks", "reason", err)
		}
	} else if err == nil && r.lost.Swap(false) {
		r.log.Info("Redis carries hints again")
	}
	return err
}

// listen hears one channel until the bus is closed. The client connects again
// by itself; what was sent meanwhile is lost, so each time is a hint.
func (r *Redis) listen(name string) {
	for r.ctx.Err() == nil {
		sub := r.client.SSubscribe(r.ctx, name)
		// Closing is what interrupts a receive that waits.
		stop := context.AfterFunc(r.ctx, func() { _ = sub.Close() })
		r.receive(sub)
		stop()
		_ = sub.Close() // what it had to say has been heard
		select {
		case <-r.ctx.Done():
		case <-time.After(100 * time.Millisecond):
			// The channel may be at another node now, and the client does not
			// find out by a subscription that is refused.
			if c, ok := r.client.(*redis.ClusterClient); ok {
				c.ReloadState(r.ctx)
			}
		}
	}
}

// pingEvery is how long a channel may be silent before it is asked for a sign
// of life: a connection whose other end vanished says nothing.
const pingEvery = 10 * time.Second

func (r *Redis) receive(sub *redis.PubSub) {
	asked := false
	for {
		m, err := sub.ReceiveTimeout(r.ctx, pingEvery)
		var wait interface{ Timeout() bool }
		switch {
		case r.ctx.Err() != nil:
			return
		case err != nil && errors.As(err, &wait) && wait.Timeout() && !asked:
			asked = true
			if sub.Ping(r.ctx) != nil {
				return
			}
			continue
		case err != nil:
			return
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			if m.Kind == "sunsubscribe" {
				return // the node has given the channel's slot away
			}
			r.to.Hint()
		case *redis.Message:
			r.hear([]byte(m.Payload))
		}
	}
}

func (r *Redis) hear(b []byte) {
	switch {
	case len(b) == 1 && b[0] == markHint:
		r.to.Hint()
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
