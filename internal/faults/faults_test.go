package faults

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// small is the size of the crowd in maxTimes tests.
var small = size{convos: 12, people: 40, members: 8, senders: 6, pause: 10 * time.Millisecond, change: 20 * time.Millisecond, stay: 3 * time.Second}

// quick is the pause between faults.
const quick = 400 * time.Millisecond

// enoughResets is the number of connections that a proxy resets for one fault.
const enoughResets = 15

// fault is a failure of one component. do returns when the component works
// again.
type fault struct {
	name string
	do   func(p *testDeployment) error
}

var (
	instanceKilled = fault{"an instance is killed", func(p *testDeployment) error {
		p.instances[1].kill()
		time.Sleep(quick)
		return p.instances[1].start()
	}}
	instanceStopped = fault{"an instance is stopped", func(p *testDeployment) error {
		if err := p.instances[1].stop(); err != nil {
			return err
		}
		return p.instances[1].start()
	}}
	postgresKilled = fault{"PostgreSQL is killed", func(p *testDeployment) error {
		if err := p.postgres.kill(); err != nil {
			return err
		}
		return p.postgres.start()
	}}
	redisKilled = fault{"Redis is killed", func(p *testDeployment) error {
		p.redis.kill()
		time.Sleep(quick)
		return p.redis.start()
	}}
	redisFlushed = fault{"Redis is flushed", func(p *testDeployment) error { return p.redis.do("FLUSHALL") }}
	redisPaused  = fault{"Redis is paused", func(p *testDeployment) error {
		if err := p.redis.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(7 * quick) // longer than any client waits for Redis
		return p.redis.cmd.Process.Signal(syscall.SIGCONT)
	}}
	clientsReset = fault{"connections of clients are reset", func(p *testDeployment) error {
		return errors.Join(p.instances[0].proxy.cut(16<<10, enoughResets), p.instances[1].proxy.cut(16<<10, enoughResets))
	}}
	databaseReset = fault{"connections to PostgreSQL are reset", func(p *testDeployment) error {
		return p.databaseProxy.cut(64<<10, enoughResets)
	}}
	longTransaction = fault{"a transaction writes for long", func(p *testDeployment) error {
		ctx, cancel := p.faultContext()
		defer cancel()
		return pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE accounts SET created_at = created_at WHERE did = (SELECT min(did) FROM accounts)"); err != nil {
				return err
			}
			time.Sleep(5 * quick)
			return nil
		})
	}}
)

// withFaults lets a crowd send messages while the faults happen repeatedly: the
// given number of times, and then until noticed reports that somebody noticed
// them.
func withFaults(t *testing.T, times int, noticed func(*crowd) bool, faults ...fault) {
	t.Helper()
	const maxTimes = 10
	began := time.Now()
	c := newCrowd(t, small)
	ready := time.Now()
	c.traffic(300, func() {
		for n := 0; n < times || n < maxTimes && !noticed(c); n++ {
			for _, f := range faults {
				time.Sleep(quick)
				if err := f.do(c.deployment); err != nil {
					t.Errorf("%s: %v", f.name, err)
				}
			}
		}
	})
	if !noticed(c) {
		t.Error("nobody noticed")
	}
	quieted := time.Now()
	c.settled(20 * time.Second)
	t.Logf("gathering took %v, traffic %v, coming to rest %v", ready.Sub(began), quieted.Sub(ready), time.Since(quieted))
	opened := int64(0)
	for _, p := range c.people {
		opened += p.opened.Load()
	}
	t.Logf("%d messages, %d changes of members, %d attempts without an answer, %d streams", c.sent.Load(), c.changed.Load(), c.unknown.Load(), opened)
	if c.changed.Load() == 0 || opened <= int64(len(c.people)) {
		t.Error("too little happened")
	}
}

// cutOff reports whether any call ended without an answer.
func cutOff(c *crowd) bool { return c.unknown.Load() > 0 }

// notRequired is for faults that no client needs to notice.
func notRequired(*crowd) bool { return true }

// loggedSince returns a function that reports whether both instances have
// logged the line since loggedSince was called.
func loggedSince(t *testing.T, line string) func(*crowd) bool {
	before := [2]int{}
	for n, i := range sharedDeployment(t).instances {
		before[n] = i.countLogged(line)
	}
	return func(c *crowd) bool {
		for n, i := range c.deployment.instances {
			if i.countLogged(line) == before[n] {
				return false
			}
		}
		return true
	}
}

func TestWithoutFaults(t *testing.T)   { withFaults(t, 0, func(c *crowd) bool { return !cutOff(c) }) }
func TestInstanceKilled(t *testing.T)  { withFaults(t, 3, cutOff, instanceKilled) }
func TestInstanceStopped(t *testing.T) { withFaults(t, 2, notRequired, instanceStopped) }
func TestPostgresKilled(t *testing.T)  { withFaults(t, 2, cutOff, postgresKilled) }
func TestRedisKilled(t *testing.T) {
	withFaults(t, 2, loggedSince(t, "Redis is lost; instances"), redisKilled)
}
func TestRedisFlushed(t *testing.T) { withFaults(t, 3, notRequired, redisFlushed) }
func TestRedisPaused(t *testing.T) {
	withFaults(t, 1, loggedSince(t, "Redis is lost; instances"), redisPaused)
}
func TestConnectionsReset(t *testing.T) { withFaults(t, 1, cutOff, clientsReset, databaseReset) }
func TestLongTransaction(t *testing.T)  { withFaults(t, 1, notRequired, longTransaction) }

// TestLateCommit commits transactions with old ids to the log, after events of
// transactions with higher ids have been delivered.
func TestLateCommit(t *testing.T) {
	c := newCrowd(t, small)
	quiet := c.convos[0]
	quiet.quiet = true
	c.traffic(0, func() {
		for range 5 {
			if err := c.late(quiet); err != nil {
				t.Error(err)
			}
		}
	})
	c.settled(20 * time.Second)
}

// late writes a message in a transaction that got its id early, and commits it
// after other transactions have started and committed.
func (c *crowd) late(co *convo) error {
	ctx, cancel := c.deployment.faultContext()
	defer cancel()
	id := "late-" + uuid.NewString()
	var seq, pos int64
	err := pgx.BeginFunc(ctx, c.deployment.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT log_own_xid()").Scan(&pos); err != nil {
			return err
		}
		c.overtaken()
		row, err := db.New(tx).SendMessage(ctx, db.SendMessageParams{
			ConvoID: co.id, Did: co.creator.DID, Epoch: 1, MessageID: xrpc.MessageID(id), Now: time.Now(),
			Ciphertext: co.message(1, 100),
		})
		if err != nil {
			return err
		}
		seq = row.Seq
		c.overtaken()
		return nil
	})
	if err != nil {
		return err
	}
	var stored, overtook int64
	if err := c.deployment.pool.QueryRow(ctx, `SELECT (SELECT pos FROM messages WHERE convo_id = $1 AND seq = $2),
		(SELECT count(*) FROM messages WHERE pos > $3)`, co.id, seq, pos).Scan(&stored, &overtook); err != nil {
		return err
	}
	if stored != pos || overtook == 0 {
		c.t.Errorf("the message is at %d, and %d others are after %d: it was not late", stored, overtook, pos)
	}
	return c.ledger.Acknowledged(co.id, seq, id)
}

// overtaken waits until others have sent some messages.
func (c *crowd) overtaken() {
	target := c.sent.Load() + 20
	c.await("others to send", func() bool { return c.sent.Load() >= target })
}
