package faults

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
)

// small is a crowd for a test.
var small = size{convos: 12, people: 40, members: 8, senders: 6, pause: 10 * time.Millisecond, change: 20 * time.Millisecond, stay: 3 * time.Second}

// quick is a pause between faults.
const quick = 400 * time.Millisecond

// enoughResets is how many connections a cable resets while it cuts.
const enoughResets = 15

// fault is one thing that goes wrong and is well again when it returns.
type fault struct {
	name string
	do   func(p *place) error
}

var (
	instanceKilled = fault{"an instance is killed", func(p *place) error {
		p.instances[1].kill()
		time.Sleep(quick)
		return p.instances[1].start()
	}}
	instanceStopped = fault{"an instance is stopped", func(p *place) error {
		if err := p.instances[1].stop(); err != nil {
			return err
		}
		return p.instances[1].start()
	}}
	postgresKilled = fault{"PostgreSQL is killed", func(p *place) error {
		if err := p.postgres.kill(); err != nil {
			return err
		}
		return p.postgres.start()
	}}
	redisKilled = fault{"Redis is killed", func(p *place) error {
		p.redis.kill()
		time.Sleep(quick)
		return p.redis.start()
	}}
	redisFlushed = fault{"Redis is flushed", func(p *place) error { return p.redis.do("FLUSHALL") }}
	redisPaused  = fault{"Redis is paused", func(p *place) error {
		if err := p.redis.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(7 * quick) // longer than anybody waits for it
		return p.redis.cmd.Process.Signal(syscall.SIGCONT)
	}}
	clientsReset = fault{"connections of clients are reset", func(p *place) error {
		return errors.Join(p.instances[0].cable.cut(16<<10, enoughResets), p.instances[1].cable.cut(16<<10, enoughResets))
	}}
	databaseReset = fault{"connections to PostgreSQL are reset", func(p *place) error {
		return p.toData.cut(64<<10, enoughResets)
	}}
	longTransaction = fault{"a transaction writes for long", func(p *place) error {
		ctx, cancel := p.bounded()
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

// suffers lets a crowd talk while something goes wrong again and again, so many
// times, or until felt says that it was noticed.
func suffers(t *testing.T, times int, felt func(*crowd) bool, faults ...fault) {
	t.Helper()
	const most = 10
	began := time.Now()
	c := newCrowd(t, small)
	ready := time.Now()
	c.traffic(300, func() {
		for n := 0; n < times || n < most && !felt(c); n++ {
			for _, f := range faults {
				time.Sleep(quick)
				if err := f.do(c.place); err != nil {
					t.Errorf("%s: %v", f.name, err)
				}
			}
		}
	})
	if !felt(c) {
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

// cutOff tells whether some call ended without an answer.
func cutOff(c *crowd) bool { return c.unknown.Load() > 0 }

// anyway is for faults that clients need not notice.
func anyway(*crowd) bool { return true }

// saidOnce gives what tells whether each instance has logged a line from now on.
func saidOnce(t *testing.T, line string) func(*crowd) bool {
	before := [2]int{}
	for n, i := range here(t).instances {
		before[n] = i.said(line)
	}
	return func(c *crowd) bool {
		for n, i := range c.place.instances {
			if i.said(line) == before[n] {
				return false
			}
		}
		return true
	}
}

func TestNothingWrong(t *testing.T)    { suffers(t, 0, func(c *crowd) bool { return !cutOff(c) }) }
func TestInstanceKilled(t *testing.T)  { suffers(t, 3, cutOff, instanceKilled) }
func TestInstanceStopped(t *testing.T) { suffers(t, 2, anyway, instanceStopped) }
func TestPostgresKilled(t *testing.T)  { suffers(t, 2, cutOff, postgresKilled) }
func TestRedisKilled(t *testing.T) {
	suffers(t, 2, saidOnce(t, "Redis is lost; instances"), redisKilled)
}
func TestRedisFlushed(t *testing.T) { suffers(t, 3, anyway, redisFlushed) }
func TestRedisPaused(t *testing.T) {
	suffers(t, 1, saidOnce(t, "Redis is lost; instances"), redisPaused)
}
func TestConnectionsReset(t *testing.T) { suffers(t, 1, cutOff, clientsReset, databaseReset) }
func TestLongTransaction(t *testing.T)  { suffers(t, 1, anyway, longTransaction) }

// TestLateCommit has transactions with the ids of long ago write to the log when
// others with higher ids have been told of.
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

// late writes a message by a transaction that got its id first, and commits it
// when others have come and gone.
func (c *crowd) late(co *convo) error {
	ctx, cancel := c.place.bounded()
	defer cancel()
	id := "late-" + uuid.NewString()
	var seq, pos int64
	err := pgx.BeginFunc(ctx, c.place.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT log_own_xid()").Scan(&pos); err != nil {
			return err
		}
		c.overtaken()
		row, err := db.New(tx).SendMessage(ctx, db.SendMessageParams{
			ConvoID: co.id, Did: co.creator.DID, Epoch: 1, MessageID: id, Now: time.Now(),
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
	if err := c.place.pool.QueryRow(ctx, `SELECT (SELECT pos FROM messages WHERE convo_id = $1 AND seq = $2),
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
