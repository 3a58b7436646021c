package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// prefix is the prefix of the environment variables of this service. An unknown
// variable with it is a mistake.
const prefix = "MLS_"

// setting is a field of Config with the contents of its tags.
type setting struct {
	value                reflect.Value
	flag, env, def, help string
	oneOf                []string
	min, max             string
	secret               string
	given, source        string
}

func settingsOf(c *Config) []*setting {
	v := reflect.ValueOf(c).Elem()
	var out []*setting
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		out = append(out, &setting{value: v.Field(i), flag: tag.Get("flag"), env: tag.Get("env"), def: tag.Get("default"),
			help: tag.Get("help"), oneOf: strings.Fields(tag.Get("oneof")), min: tag.Get("min"), max: tag.Get("max"), secret: tag.Get("secret")})
	}
	return out
}

// load reads the configuration of a subcommand from its arguments and from the
// environment, which has the form of os.Environ. Each problem is one line of
// the error. The error is flag.ErrHelp if help was requested and printed to
// out.
func load(name string, args, environ []string, out io.Writer, more ...func(*flag.FlagSet)) (*Config, error) {
	c := new(Config)
	settings := settingsOf(c)
	env := newEnvironment(environ)
	if err := parseFlags(name, args, settings, out, more); err != nil {
		return nil, err
	}
	if err := env.addFile(settings[0]); err != nil {
		return nil, err
	}
	var problems []error
	for _, s := range settings {
		if s.source == "" {
			s.given, s.source = s.def, "default"
			if v := env[s.env]; v != "" && !env.injected(s.env) {
				s.given, s.source = v, s.env
			}
		}
		if err := s.set(); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", s.where(), err))
		}
	}
	problems = append(problems, unknown(env, settings)...)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return c, nil
}

func (s *setting) where() string {
	if s.source == "default" {
		return s.env
	}
	return s.source
}

func parseFlags(name string, args []string, settings []*setting, out io.Writer, more []func(*flag.FlagSet)) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, s := range settings {
		if s.flag == "" { // command lines are visible to other accounts
			continue
		}
		fs.Func(s.flag, "", func(v string) error {
			s.given, s.source = v, "-"+s.flag
			return nil
		})
	}
	for _, add := range more {
		add(fs)
	}
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(out, name, settings, fs)
		return err
	case err != nil:
		return err
	case fs.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	return nil
}

// usesOf lists the settings that the commands other than serve, check-config and
// doctor use, by the first words of the command.
var usesOf = map[string][]string{
	"migrate":              {"DATABASE_URL", "MLS_DATA_DIR"},
	"backup":               {"DATABASE_URL", "MLS_DATA_DIR"},
	"backup base":          append([]string{"MLS_BACKUP_KEEP", "MLS_BACKUP_KEEP_FOR"}, toMakeBackups...),
	"backup wal":           append([]string{"MLS_BACKUP_WAL_EVERY", "MLS_BACKUP_SPOOL"}, toMakeBackups...),
	"backup list":          {"MLS_BACKUP_URL"},
	"backup verify":        {"MLS_BACKUP_URL"},
	"restore":              {"DATABASE_URL", "MLS_DATA_DIR", "MLS_BLOB_URL", "MLS_BACKUP_URL"},
	"health":               {"SERVER_PORT", "MLS_LISTEN"},
	"keygen":               {"SERVER_PORT", "SERVICE_DID", "MLS_PUBLIC_URL", "MLS_KEY_FILE", "MLS_SECRET_FILE", "MLS_DEV", "MLS_DATA_DIR"},
	"admin new-generation": {"DATABASE_URL", "MLS_DATA_DIR"},
	"admin":                {"SERVER_PORT", "DATABASE_URL", "REDIS_URL", "SERVICE_DID", "MLS_KEY_FILE", "MLS_SECRET_FILE", "MLS_DATA_DIR"},
	"doctor": {"SERVER_PORT", "DATABASE_URL", "REDIS_URL", "SERVICE_DID", "MLS_PUBLIC_URL", "MLS_KEY_FILE", "MLS_SECRET_FILE", "MLS_DEV",
		"MLS_DATA_DIR", "MLS_BLOB_URL", "MLS_BACKUP_URL", "MLS_APPVIEW_URL", "MLS_REPORT_SERVICE", "MLS_PLC_URL"},
}

// toMakeBackups are the settings of the commands that make backups.
var toMakeBackups = []string{"SERVER_PORT", "DATABASE_URL", "MLS_KEY_FILE", "MLS_SECRET_FILE", "MLS_DATA_DIR", "MLS_BLOB_URL", "MLS_BACKUP_URL", "MLS_BACKUP_RECIPIENTS"}

// uses returns the settings that a command uses.
func uses(command string, settings []*setting) []*setting {
	words := strings.Fields(command)
	for n := len(words); n > 0; n-- {
		names, ok := usesOf[strings.Join(words[:n], " ")]
		if !ok {
			continue
		}
		return slices.DeleteFunc(slices.Clone(settings), func(s *setting) bool { return !slices.Contains(names, s.env) })
	}
	return settings
}

// usage prints the flags of a command: its own first, then the settings that it uses.
func usage(out io.Writer, name string, settings []*setting, flags *flag.FlagSet) {
	fmt.Fprintf(out, "usage: mlsd %s [flags]\n\n", name)
	flags.VisitAll(func(f *flag.Flag) {
		if !slices.ContainsFunc(settings, func(s *setting) bool { return s.flag == f.Name }) {
			fmt.Fprintf(out, "  -%s\n        %s\n", f.Name, f.Usage)
		}
	})
	fmt.Fprint(out, "Every setting has an environment variable, and a flag unless it is the content of a secret; the flag wins.\n\n")
	for _, s := range uses(name, settings) {
		name, def := s.env, ""
		if s.flag != "" {
			name = "-" + s.flag + ", " + s.env
		}
		if s.def != "" {
			def = " (default " + s.def + ")"
		}
		fmt.Fprintf(out, "  %s%s\n        %s\n", name, def, s.help)
	}
}

// unknown lists the variables with the prefix that belong to no setting.
func unknown(env environment, settings []*setting) []error {
	var names []string
	for name := range env {
		known := slices.ContainsFunc(settings, func(s *setting) bool { return s.env == name })
		if strings.HasPrefix(name, prefix) && !known && !env.injected(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []error
	for _, name := range names {
		out = append(out, fmt.Errorf("%s: there is no such setting (see mlsd serve -help)", name))
	}
	return out
}

var durationType = reflect.TypeFor[time.Duration]()

func (s *setting) set() error {
	switch {
	case s.value.Type() == durationType:
		d, err := time.ParseDuration(s.given)
		if err != nil {
			return fmt.Errorf("%q is not a duration such as 30s", s.given)
		}
		low, _ := time.ParseDuration(s.min)
		high, _ := time.ParseDuration(s.max)
		if d < low || d > high {
			return fmt.Errorf("%s is not between %s and %s", d, low, high)
		}
		s.value.SetInt(int64(d))
	case s.value.Kind() == reflect.Int:
		return s.setInt()
	default:
		if len(s.oneOf) > 0 && !slices.Contains(s.oneOf, s.given) {
			return fmt.Errorf("%q is not one of %s", s.given, strings.Join(s.oneOf, ", "))
		}
		s.value.SetString(s.given)
	}
	return nil
}

func (s *setting) setInt() error {
	n, err := strconv.Atoi(s.given)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", s.given)
	}
	low, _ := strconv.Atoi(s.min)
	high, _ := strconv.Atoi(s.max)
	if n < low || n > high {
		return fmt.Errorf("%d is not between %d and %d", n, low, high)
	}
	s.value.SetInt(int64(n))
	return nil
}

// printConfig writes the effective configuration, one variable per line,
// without secrets.
func printConfig(out io.Writer, c *Config) {
	for _, s := range settingsOf(c) {
		v := fmt.Sprint(s.value.Interface())
		switch {
		case s.secret == "text" && v != "":
			v = "REDACTED"
		case s.secret == "url":
			v = redactURL(v)
		}
		fmt.Fprintf(out, "%s=%s\n", s.env, v)
	}
}

// redactURL hides the password of a URL and every parameter that may be secret.
// A value that is not a URL is hidden completely.
func redactURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return "REDACTED"
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "REDACTED")
	}
	q := u.Query()
	for name := range q {
		if !slices.Contains(harmless, strings.ToLower(name)) {
			q.Set(name, "REDACTED")
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// harmless lists the URL parameters that are shown.
var harmless = []string{"host", "port", "user", "dbname", "sslmode", "target_session_attrs", "application_name",
	"connect_timeout", "region", "endpoint", "prefix", "addr", "db", "master_name"}
