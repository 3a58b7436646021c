package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// member is what Patroni says of one machine at /cluster.
type member struct {
	Name, Role, State string
	Timeline          int
}

// running reports whether its PostgreSQL runs as it should.
func (m member) running() bool { return m.State == "running" || m.State == "streaming" }

var patroniClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// patience is how long a machine may take to say who the members are.
const patience = 2 * time.Second

// cluster asks one machine after the other for the members.
func cluster(ctx context.Context, except ...machine) ([]member, error) {
	var errs []error
	for _, m := range databases {
		if slices.Contains(except, m) {
			continue
		}
		members, err := membersAt(ctx, m)
		if err == nil {
			return members, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// membersAt asks one machine for the members.
func membersAt(ctx context.Context, m machine) ([]member, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var out struct{ Members []member }
	err := ask(ctx, http.MethodGet, m, "/cluster", nil, &out)
	if err == nil && len(out.Members) == 0 {
		err = fmt.Errorf("%s knows no members", m.name)
	}
	return out.Members, err
}

// ask calls Patroni's REST interface.
func ask(ctx context.Context, verb string, at machine, path string, body []byte, out any) error {
	r, err := http.NewRequestWithContext(ctx, verb, "http://"+at.address+":8008"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth("patroni", restPassword)
	res, err := patroniClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask Patroni: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return fmt.Errorf("ask Patroni: %w", err)
	case res.StatusCode/100 != 2:
		return fmt.Errorf("%s of %s: %s: %s", path, at.name, res.Status, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}

// leader returns the primary and its timeline.
func leader(ctx context.Context, except ...machine) (machine, int, error) {
	members, err := cluster(ctx, except...)
	if err != nil {
		return machine{}, 0, err
	}
	for _, m := range members {
		if m.Role == "leader" && m.running() {
			return named(m.Name), m.Timeline, nil
		}
	}
	return machine{}, 0, fmt.Errorf("no primary among %v", members)
}

func named(name string) machine {
	for _, m := range databases {
		if m.name == name {
			return m
		}
	}
	return machine{}
}

// whole waits until every machine says that there are a primary and two standbys
// on its timeline, one of them synchronous. A machine that was cut off still
// believes in the past for a while.
func whole(ctx context.Context) error {
	return until(ctx, "a primary with two standbys", func() error {
		for _, m := range databases {
			members, err := membersAt(ctx, m)
			if err != nil {
				return err
			}
			if !isWhole(members) {
				return fmt.Errorf("members at %s are %v", m.name, members)
			}
		}
		return nil
	})
}

func isWhole(members []member) bool {
	var roles []string
	timelines := map[int]bool{}
	for _, m := range members {
		if m.running() {
			roles = append(roles, m.Role)
			timelines[m.Timeline] = true
		}
	}
	return len(roles) == len(databases) && len(timelines) == 1 && slices.Contains(roles, "leader") && slices.Contains(roles, "sync_standby")
}

// synchronous returns the standby that commits wait for.
func synchronous(ctx context.Context) (machine, error) {
	members, err := cluster(ctx)
	if err != nil {
		return machine{}, err
	}
	for _, m := range members {
		if m.Role == "sync_standby" {
			return named(m.Name), nil
		}
	}
	return machine{}, fmt.Errorf("no synchronous standby among %v", members)
}

// switchover makes the synchronous standby the primary. Patroni answers when it
// is done.
func switchover(ctx context.Context) error {
	from, _, err := leader(ctx)
	if err != nil {
		return err
	}
	to, err := synchronous(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"leader": from.name, "candidate": to.name})
	if err != nil {
		return err
	}
	slow, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// Patroni answers when the switchover is complete, or not at all when it
	// loses the connection; what counts is who the primary is afterwards.
	answer := ask(slow, http.MethodPost, from, "/switchover", body, nil)
	return until(ctx, "the new primary", func() error {
		now, _, err := leader(ctx)
		if err == nil && now != to {
			err = errors.Join(fmt.Errorf("the primary is %s", now.name), answer)
		}
		return err
	})
}
