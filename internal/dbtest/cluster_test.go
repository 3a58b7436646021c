package dbtest

import (
	"context"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestKillLeavesNoProcess kills a cluster that takes no more connections, so
// that nobody can ask it for its processes, and of which one process does not
// notice the death of the postmaster. The cluster must start again.
func TestKillLeavesNoProcess(t *testing.T) {
	c := StartCluster(t, map[string]string{"max_connections": "8"})
	var conns []*pgx.Conn
	for {
		conn, err := pgx.Connect(t.Context(), c.URL())
		if err != nil {
			break
		}
		defer func() { _ = conn.Close(context.Background()) }() // the server is gone
		conns = append(conns, conn)
	}
	if err := syscall.Kill(int(conns[0].PgConn().PID()), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.Kill()
	c.Start()
}
