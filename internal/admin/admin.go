package admin

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/accounts"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/group"
)

// Admin runs the commands. All fields are required.
type Admin struct {
	Pool   *pgxpool.Pool
	Eraser *accounts.Eraser
	Out    io.Writer
}

// NewEraser makes an Eraser whose changes are recorded as those of actor. b carries
// the news to the other instances; nil for a process that is no instance.
func NewEraser(pool *pgxpool.Pool, secret *auth.Secret, actor string, b bus.Bus) *accounts.Eraser {
	base := &convo.Base{Pool: pool, Now: time.Now, Bus: b, Pseudonyms: convo.NewPseudonyms(secret.Key(server.PseudonymKey))}
	return &accounts.Eraser{
		Changes: accounts.Changes{
			Pool: pool, Pseudonyms: base.Pseudonyms,
			Audit: accounts.Audit{Key: secret.Key(accounts.AuditKey), Actor: actor},
		},
		Leave: group.New(base, nil, nil).Leave,
	}
}

// record records a command that changes nothing.
func (a *Admin) record(ctx context.Context, action, subject string) error {
	return a.Eraser.Audit.Record(ctx, a.Pool, action, subject)
}

func (a *Admin) line(name, format string, args ...any) {
	fmt.Fprintf(a.Out, "%-18s %s\n", name, fmt.Sprintf(format, args...))
}

// lineAt prints a time, if there is one.
func (a *Admin) lineAt(name string, t *time.Time) {
	if t != nil && t.Unix() != 0 {
		a.line(name, "%s", t.UTC().Format(time.RFC3339))
	}
}

// history prints what operators did with an account or a conversation.
func (a *Admin) history(ctx context.Context, subject string) error {
	rows, err := db.New(a.Pool).ListAudit(ctx, a.Eraser.Audit.Subject(subject))
	if err != nil {
		return fmt.Errorf("read admin_audit: %w", err)
	}
	for _, r := range rows {
		a.line("audit", "%s %s: %s", r.At.UTC().Format(time.RFC3339), r.Actor, r.Action)
	}
	return nil
}

// Bytes formats an amount of bytes for people.
func Bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, suffix := float64(n), ""
	for _, suffix = range []string{"KiB", "MiB", "GiB", "TiB"} {
		value /= unit
		if value < unit {
			break
		}
	}
	return fmt.Sprintf("%.1f %s", value, suffix)
}
