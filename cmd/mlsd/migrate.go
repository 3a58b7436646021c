package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"catbird.blue/mls/db/migrations"
)

// migrate runs the subcommand up, down or status.
func (p *program) migrate(ctx context.Context, args []string) error {
	actions := map[string]func(context.Context, string) error{"up": p.migrateUp, "down": p.migrateDown, "status": p.migrateStatus}
	if wantsHelp(args) {
		_, err := p.config("migrate up|down|status", args[:1])
		return err
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || actions[args[0]] == nil {
		return &configError{errors.New("usage: mlsd migrate up|down|status [flags]")}
	}
	c, err := p.config("migrate "+args[0], args[1:])
	if err != nil {
		return err
	}
	store, err := openDatabase(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(actions[args[0]](ctx, store.url), store.stop())
}

func (p *program) migrateUp(ctx context.Context, url string) error {
	began := time.Now()
	names, err := migrations.Up(ctx, url)
	for _, name := range names {
		fmt.Fprintf(p.out, "applied %s\n", name)
	}
	if len(names) > 0 {
		fmt.Fprintf(p.out, "took %v\n", time.Since(began).Round(time.Millisecond))
	}
	if err == nil && len(names) == 0 {
		fmt.Fprintln(p.out, "nothing to apply")
	}
	return err
}

func (p *program) migrateDown(ctx context.Context, url string) error {
	name, err := migrations.Down(ctx, url)
	if err != nil {
		return err
	}
	if name == "" {
		fmt.Fprintln(p.out, "nothing to take back")
		return nil
	}
	fmt.Fprintf(p.out, "took back %s\n", name)
	return nil
}

func (p *program) migrateStatus(ctx context.Context, url string) error {
	states, err := migrations.Status(ctx, url)
	for _, s := range states {
		when := "pending"
		if !s.AppliedAt.IsZero() {
			when = s.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(p.out, "%-24s %s\n", when, s.Name)
	}
	return err
}
