// Command mlsd is the delivery service. It serves requests, and has subcommands
// for maintenance.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"catbird.blue/mls/internal/redact"
)

// version is set by the linker.
var version = "dev"

const help = `mlsd is a delivery service for MLS group chats on the AT Protocol.

usage: mlsd [command] [flags]

  serve                    run the service (the default); without configuration
                           on localhost:3000 with a private PostgreSQL in ./data
  migrate up|down|status   apply the migrations of the database schema, revert
                           the newest one, list them
  keygen                   write a new service key and print the DID document
  check-config             print the effective configuration without secrets, and
                           check the key, the database and the blob storage
  doctor                   check the whole deployment, from inside and outside: a
                           line for each check; status 1 for a failure, 3 for
                           warnings
  health                   ask the server with this configuration if it is ready
  backup FILE              write a dump of the database, while a server runs or not
  restore FILE             load a dump into an empty database, or replace its
                           contents (-replace), and begin a new stream generation
  backup base|wal          make a base backup; receive the write-ahead log until
                           stopped; the server does both where MLS_BACKUP_URL is set
  backup keygen FILE       write a private key for backups and print its public key
  backup list|verify       list the base backups; restore one for a trial
  restore -to TIME|latest  make a new private database from a base backup and the
                           log, and begin a new stream generation
  admin account|convo|stats|sessions|new-generation
                           look at accounts, conversations and the database, and
                           intervene: see mlsd admin -help
  version                  print the version

mlsd serve -help lists the settings.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	p := program{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, environ: os.Environ(), hangups: catchSignals}
	os.Exit(p.main(ctx, os.Args[1:]))
}

// program holds the parts of the process that a command may use.
type program struct {
	in          io.Reader
	out, errOut io.Writer
	environ     []string
	// clock is the clock of the instance; nil for time.Now.
	clock func() time.Time
	// hangups makes the process survive SIGHUP and returns a channel of those
	// that arrive. Tests replace it.
	hangups func() <-chan os.Signal
}

// main runs a command and returns the exit status: 0 for success, 1 for a
// failure, 2 for wrong usage.
func (p *program) main(ctx context.Context, args []string) int {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	commands := map[string]func(context.Context, []string) error{
		"serve": p.serve, "migrate": p.migrate, "keygen": p.keygen,
		"check-config": p.checkConfig, "health": p.health, "backup": p.backup, "restore": p.restore, "admin": p.admin,
		"doctor": p.doctor, "version": p.version,
		"help": p.help,
	}
	run, ok := commands[command]
	if !ok {
		fmt.Fprintf(p.errOut, "mlsd: there is no command %q\n\n%s", command, help)
		return 2
	}
	err := run(ctx, args)
	var config *configError
	var status statusError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &config):
		p.printError(config.err)
		return 2
	}
	p.printError(err)
	return 1
}

// wantsHelp reports whether the first argument asks for help, in a command that has
// words before its flags.
func wantsHelp(args []string) bool {
	return len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help")
}

// printError writes each line of an error after the program's name.
func (p *program) printError(err error) {
	for line := range strings.Lines(redact.Secrets(err.Error())) {
		fmt.Fprintf(p.errOut, "mlsd: %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// configError is a mistake in the configuration or on the command line.
type configError struct{ err error }

func (e *configError) Error() string { return e.err.Error() }
func (e *configError) Unwrap() error { return e.err }

// config loads and checks the configuration.
func (p *program) config(command string, args []string, more ...func(*flag.FlagSet)) (*Config, error) {
	c, err := load(command, args, p.environ, p.out, more...)
	if err == nil {
		err = c.check()
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return c, err
	}
	return nil, &configError{err}
}

func (p *program) version(context.Context, []string) error {
	fmt.Fprintln(p.out, version)
	return nil
}

func (p *program) help(context.Context, []string) error {
	fmt.Fprint(p.out, help)
	return nil
}

func (p *program) checkConfig(ctx context.Context, args []string) error {
	offline := false
	c, err := p.config("check-config", args, func(flags *flag.FlagSet) {
		flags.BoolVar(&offline, "offline", false, "check the values only, not the key, the database and the blob storage")
	})
	if err != nil {
		return err
	}
	printConfig(p.out, c.withDerived())
	if c.DatabaseURL == "" {
		fmt.Fprintf(p.out, "# no DATABASE_URL: a private PostgreSQL in %s\n", c.postgresDir())
	}
	if c.BlobURL == "" {
		fmt.Fprintf(p.out, "# no MLS_BLOB_URL: files in %s\n", c.blobDir())
	}
	if offline {
		return nil
	}
	return p.verify(ctx, c)
}
