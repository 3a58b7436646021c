package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// part is a group of measurements that can run alone.
type part struct {
	name, what string
	run        func(ctx context.Context, w *world, r *recorder) error
}

// parts lists the parts in the order in which they run.
var parts = []part{
	{"idle", "a server without traffic", benchIdle},
	{"send", "sendMessage through the whole stack, beside pgbench, a bare insert and an endpoint that stores nothing", benchSend},
	{"growth", "what sendMessage costs as members, conversations and messages grow", benchGrowth},
	{"read", "pages of getMessages, beside the bare query and a bare HTTP answer", benchRead},
	{"convos", "pages of getConvos as the conversations of an account grow", benchConvos},
	{"groups", "createConvo and sendCommit as leaves grow", benchGroups},
	{"packages", "getKeyPackages by new claimers", benchPackages},
	{"storage", "bytes of messages in the database, and of removed ones", benchStorage},
	{"mls", "verification beside bare signature checks", benchMLS},
	{"live", "from sending a message to receiving its event", benchLive},
	{"open-stream", "sending with and without an open stream", benchOpenStream},
	{"instances", "several instances, each with its share of the streams", benchInstances},
	{"fan-out", "one message to many streams, beside a program that writes the same bytes", benchFanOut},
	{"resume", "sync and replay in a large table", benchResume},
}

// quick is the word that chooses the smallest sizes.
const quick = "quick"

func partNames() []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return names
}

// choose returns the parts and the sizes that a list such as "quick,send" names.
// An empty list, or quick alone, names all parts.
func choose(list string) ([]part, sizes, error) {
	s := fullSizes()
	var names []string
	for _, name := range strings.Split(list, ",") {
		switch name = strings.TrimSpace(name); {
		case name == quick:
			s = quickSizes()
		case slices.Contains(partNames(), name):
			names = append(names, name)
		case name != "":
			return nil, s, fmt.Errorf("there is no part %q; the parts are %s, and %s chooses the smallest sizes", name, strings.Join(partNames(), ", "), quick)
		}
	}
	if names == nil {
		return parts, s, nil
	}
	var out []part
	for _, p := range parts {
		if slices.Contains(names, p.name) {
			out = append(out, p)
		}
	}
	return out, s, nil
}
