package server

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// racers is how many accounts join by one link at the same time.
const racers = 500

// race lets accounts join by a code at the same time, each as its client would: it waits
// as it is told, gets the GroupInfo again, and builds a new commit. It returns how many
// joined, and the errors of the others. After the first attempt of all, few build a commit
// at the same time: real clients do not share the CPUs of one machine, and where they do,
// hardly a commit would be built before the next one is accepted.
func race(t *testing.T, s *Server, id xrpc.ConvoID, code string) (joined int64, refused map[string]int) {
	t.Helper()
	var in atomic.Int64
	var mu sync.Mutex
	refused = map[string]int{}
	building := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			err := joinInTurn(t, s, id, commitClient(fmt.Sprintf("racer%d", i)), code, building)
			if err == nil {
				in.Add(1)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if e := (*xrpc.Error)(nil); errors.As(err, &e) {
				refused[e.Name]++
			} else {
				refused[err.Error()]++
			}
		})
	}
	wg.Wait()
	return in.Load(), refused
}

// joinInTurn joins by a code, again and again until it has joined or is refused. building
// is full while enough others build a commit.
func joinInTurn(t *testing.T, s *Server, id xrpc.ConvoID, c *mlstest.Client, code string, building chan struct{}) error {
	out, err := tryToJoin(t, s, id, c, code)
	for err == nil && !out.Success {
		if out.Conflict != nil || out.RetryAfterMs == nil {
			return fmt.Errorf("a loser gets %s", asJSON(t, out))
		}
		time.Sleep(time.Duration(*out.RetryAfterMs) * time.Millisecond)
		building <- struct{}{}
		out, err = tryToJoin(t, s, id, c, code)
		<-building
	}
	return err
}

func tryToJoin(t *testing.T, s *Server, id xrpc.ConvoID, c *mlstest.Client, code string) (*gen.JoinConvoOutput, error) {
	info, err := s.GetGroupInfo(t.Context(), by(c), &gen.GetGroupInfoParams{ConvoID: id, Code: &code})
	if err != nil {
		return nil, err
	}
	g := mlstest.FromGroupInfo(info.GroupInfo, info.RatchetTree)
	return joinBy(t, s, g, g.ExternalCommit(c), code)
}

// Of 500 accounts that join at the same time by a link with 10 uses, 10 join.
func TestRaceForFewUses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	joined, refused := race(t, s, id, makeLink(t, s, g, alice, withUses(10)).Code)
	if joined != 10 || refused[gen.ErrInvalidCode] != racers-10 {
		t.Errorf("%d joined, and refused were %v", joined, refused)
	}
	if n := usesOf(t, s, id); n != 10 || len(membersOf(t, s, id)) != 11 {
		t.Errorf("%d uses, %d members", n, len(membersOf(t, s, id)))
	}
}

// All of 500 accounts that join at the same time join, within the limits of a service:
// the rate of the conversation and 20 GroupInfos for each. On an idle machine that takes
// less than a minute; here the time is only logged, since it depends on the machine.
func TestRaceForAll(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = limits })
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	began := time.Now()
	joined, refused := race(t, s, id, makeLink(t, s, g, alice).Code)
	t.Logf("%d accounts joined within %v", joined, time.Since(began).Round(time.Second))
	if joined != racers || len(refused) != 0 {
		t.Errorf("%d joined, and refused were %v", joined, refused)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE by_link AND left_seq IS NULL`); n != racers || usesOf(t, s, id) != racers {
		t.Errorf("%d members by the link, %d uses", n, usesOf(t, s, id))
	}
}
