package health

import (
	"context"
	"errors"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

// lookTime bounds the look at what a session waits for.
const lookTime = time.Second

// hangs says why a probe does not end. If the server does not know its statement
// any more, the connection is given up.
func (d *Database) hangs(ctx context.Context, p *probe) error {
	pid := p.pid.Load()
	if pid == 0 {
		return errors.New("the database gives no session in time")
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	event, err := db.New(d.pool).HealthWait(ctx, pid)
	switch {
	case err == nil && event == "gone":
		p.cancel()
		return errors.New("the connection to the database gives no answer")
	case err != nil:
		err = fmt.Errorf("a write does not end, and the database server does not say why: %w", err)
	default:
		err = waitError(event)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.probe == p {
		d.hanging = err
	}
	return err
}

// waitError names what a commit waits for, by the wait event of PostgreSQL.
func waitError(event string) error {
	switch event {
	case "SyncRep":
		return errors.New("commits wait for a synchronous standby: start it, or take it out of synchronous_standby_names")
	case "":
		return errors.New("a write does not end: the database server is busy")
	}
	return fmt.Errorf("a write does not end: the database server waits for %s", event)
}
