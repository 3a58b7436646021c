package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os/user"
	"strings"
	"time"

	"catbird.blue/mls/internal/admin"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/redislink"
	eventlog "catbird.blue/mls/server/stream/log"
)

const adminHelp = `usage: mlsd admin COMMAND [flags]

  account DID show|suspend|resume|erase   an account; erase cannot be undone
  convo ID show|lock|unlock               a conversation; in a locked one members
                                          can only leave and be removed
  reports list                            reports of accounts that are not resolved
  reports show|evidence|resolve NUMBER    one of them; evidence writes the age file
  stats                                   what the database holds
  sessions                                sessions of the database, and what they
                                          hold back
  new-generation                          invalidate all stream cursors, after the
                                          database was put back to an earlier state
                                          by a volume snapshot

mlsd admin COMMAND -help lists the flags.
`

// adminCommand is a subcommand of admin. words is the number of words that come
// before its flags, and optional how many more may.
type adminCommand struct {
	words, optional int
	usage           string
	run             func(ctx context.Context, a *admin.Admin, words []string) error
}

var adminCommands = map[string]adminCommand{
	"account": {2, 0, "admin account DID show|suspend|resume|erase|strangers=N", func(ctx context.Context, a *admin.Admin, w []string) error {
		return a.Account(ctx, w[0], w[1])
	}},
	"convo": {2, 0, "admin convo ID show|lock|unlock", func(ctx context.Context, a *admin.Admin, w []string) error {
		return a.Convo(ctx, w[0], w[1])
	}},
	"reports":  {1, 1, "admin reports list|show|evidence|resolve [NUMBER]", func(ctx context.Context, a *admin.Admin, w []string) error { return a.Reports(ctx, w) }},
	"stats":    {0, 0, "admin stats", func(ctx context.Context, a *admin.Admin, _ []string) error { return a.Stats(ctx) }},
	"sessions": {0, 0, "admin sessions", func(ctx context.Context, a *admin.Admin, _ []string) error { return a.Sessions(ctx) }},
}

// admin runs maintenance commands of the operator.
func (p *program) admin(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "new-generation" {
		return p.newGenerationCommand(ctx, args[1:])
	}
	if wantsHelp(args) {
		fmt.Fprint(p.out, adminHelp)
		return flag.ErrHelp
	}
	var command adminCommand
	if len(args) > 0 {
		command = adminCommands[args[0]]
	}
	if command.run == nil {
		return &configError{errors.New(adminHelp)}
	}
	words, flags := splitWords(args[1:])
	// -help needs no words.
	c, err := p.config(strings.TrimSpace(command.usage), flags)
	if err != nil {
		return err
	}
	if len(words) < command.words || len(words) > command.words+command.optional {
		return &configError{fmt.Errorf("usage: mlsd %s [flags]", command.usage)}
	}
	return p.withAdmin(ctx, c, func(a *admin.Admin) error { return command.run(ctx, a, words) })
}

// splitWords splits arguments into those before the first flag, and the rest.
func splitWords(args []string) (words, flags []string) {
	for i, arg := range args {
		if strings.HasPrefix(arg, "-") {
			return args[:i], args[i:]
		}
	}
	return args, nil
}

// adminConnections is how many connections a command may use.
const adminConnections = 2

// withAdmin runs a command on the database, whether a server is running or not.
func (p *program) withAdmin(ctx context.Context, c *Config, run func(*admin.Admin) error) (err error) {
	secret, err := sharedSecret(c, c.Port)
	if err != nil {
		return err
	}
	store, err := openAnyDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.stop()) }()
	pool, err := openPool(ctx, store.url, adminConnections)
	if err != nil {
		return err
	}
	defer pool.Close()
	eraser := admin.NewEraser(pool, secret, osUser(), nil)
	eraser.Log = slog.New(slog.DiscardHandler)
	eraser.Tell = func() { p.tellInstances(ctx, c) }
	return run(&admin.Admin{Pool: pool, Eraser: eraser, Out: p.out})
}

// osUser returns the name of the account that runs the command.
func osUser() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}

// tellTimeout bounds the attempt to tell the instances.
const tellTimeout = 3 * time.Second

// tellInstances tells the instances over Redis that states of accounts have changed.
// Without Redis, or if it does not answer, they find out within a second.
func (p *program) tellInstances(ctx context.Context, c *Config) {
	if c.RedisURL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	client, err := redislink.NewClient(c.RedisURL)
	if err == nil {
		err = errors.Join(bus.PublishAccountsChanged(ctx, client), client.Close())
	}
	if err != nil {
		fmt.Fprintf(p.errOut, "mlsd: Redis does not answer, so instances find out a second later: %v\n", err)
	}
}

func (p *program) newGenerationCommand(ctx context.Context, args []string) error {
	c, err := p.config("admin new-generation", args)
	if err != nil {
		return err
	}
	store, err := openDatabase(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(p.newGeneration(ctx, store.url), store.stop())
}

// newGeneration invalidates all cursors. The operator calls it after the
// database was put back to an earlier state by external means, such as a
// snapshot of its volume.
func (p *program) newGeneration(ctx context.Context, url string) error {
	pool, err := openPool(ctx, url, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := eventlog.BeginGeneration(ctx, pool); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "a new generation has begun: clients will fetch anew what they missed")
	return nil
}
