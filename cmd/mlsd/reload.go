package main

import (
	"context"
	"log/slog"
	"os"
	"slices"

	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/origin"
)

// reloadable lists the settings that SIGHUP changes. The others need a restart.
var reloadable = []string{"MLS_LOG_LEVEL", "MLS_RATE_LIMITS", "MLS_ORIGIN_SIZES", "MLS_KEY", "MLS_KEY_FILE"}

// reloader reads the configuration and the service key again when the operator
// asks for it.
type reloader struct {
	app *app
	// current has the settings in force.
	current Config
	level   *slog.LevelVar
	port    int
	// read loads the configuration as the start did.
	read func() (*Config, error)
}

// run reloads for each request until ctx ends.
func (r *reloader) run(ctx context.Context, requests <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-requests:
			r.reload()
		}
	}
}

// reload applies what can be changed while the service runs. If anything is
// wrong, nothing is changed. It never ends the service.
func (r *reloader) reload() {
	log := r.app.log
	next, err := r.read()
	var changes *changes
	if err == nil {
		changes, err = r.prepare(next)
	}
	if err != nil {
		log.Error("not reloaded: the old settings and the old key stay in force", "reason", err)
		return
	}
	applied, restart := r.adopt(next)
	changes.apply(r.app, r.level)
	if len(restart) > 0 {
		log.Warn("changed settings that take effect after a restart only", "settings", restart)
	}
	log.Info("reloaded", "settings", applied, "new_key", changes.newKey)
}

// changes are the values to apply, all of them valid.
type changes struct {
	level  slog.Level
	off    bool
	scale  float64
	sizes  origin.Sizes
	doc    []byte
	key    *auth.Key
	newKey bool
}

func (r *reloader) prepare(c *Config) (*changes, error) {
	out := &changes{level: logLevel(c), doc: r.app.document()}
	var err error
	if out.off, out.scale, err = c.rateLimits(); err != nil {
		return nil, err
	}
	if out.sizes, err = origin.ParseSizes(c.OriginSizes); err != nil {
		return nil, err //nolint:wrapcheck // names what is wrong
	}
	if auth.IsDescriptor(c.KeyFile) { // it was read to its end at the start
		return out, nil
	}
	// The identity changes by a restart only.
	old := r.current
	old.Key, old.KeyFile = c.Key, c.KeyFile
	key, err := serviceKey(&old, r.port)
	if err != nil {
		return nil, err
	}
	doc, err := document(&old, key, r.port)
	if err != nil {
		return nil, err
	}
	out.newKey = string(doc) != string(out.doc)
	out.doc, out.key = doc, key
	return out, nil
}

func (c *changes) apply(a *app, level *slog.LevelVar) {
	level.Set(c.level)
	if err := a.limits.SetRates(c.off, c.scale); err != nil {
		a.log.Error("rate limits", "reason", err) // cannot happen: the factor was checked
	}
	a.origins.SetSizes(c.sizes)
	a.setDocument(c.doc)
	if c.key != nil {
		a.key.Store(c.key)
	}
}

// adopt makes the reloadable settings those in force. It returns which settings
// differ: those that are adopted, and those that need a restart.
func (r *reloader) adopt(next *Config) (adopted, restart []string) {
	now := settingsOf(&r.current)
	for i, s := range settingsOf(next) {
		switch {
		case s.value.Equal(now[i].value):
		case slices.Contains(reloadable, s.env):
			adopted = append(adopted, s.env)
			now[i].value.Set(s.value)
		default:
			restart = append(restart, s.env)
		}
	}
	return adopted, restart
}
