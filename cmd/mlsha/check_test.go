package main

import (
	"io"
	"strings"
	"testing"

	"catbird.blue/mls/xrpc"
)

const c = xrpc.ConvoID("c0")

func app(seq, gen int64, id xrpc.MessageID) stored {
	return stored{place{c, seq}, id, "app", 1, gen}
}

func commitAt(seq, epoch int64) stored {
	return stored{place{c, seq}, "x", "commit", epoch, 1}
}

// TestCompareFindsWhatIsWrong changes a run in which all is well.
func TestCompareFindsWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		stored []stored
		got    string
		want   string
	}{
		"all is well":          {[]stored{app(1, 1, "a"), commitAt(2, 1)}, "a", ""},
		"a message is lost":    {[]stored{commitAt(2, 1)}, "", "acknowledged as \"a\""},
		"a message is another": {[]stored{app(1, 1, "b"), commitAt(2, 1)}, "", "stored as \"b\""},
		"a commit is lost":     {[]stored{app(1, 1, "a")}, "a", "won at 2 and is stored at 0"},
		"a commit is another":  {[]stored{app(1, 1, "a"), app(2, 1, "x"), commitAt(3, 1)}, "a", "won at 2 and is stored at 3"},
		"an epoch twice":       {[]stored{app(1, 1, "a"), commitAt(2, 1), commitAt(3, 1)}, "a", "is stored at 2 and 3"},
		"delivered, not there": {[]stored{app(1, 1, "a"), commitAt(2, 1)}, "b", "delivered as \"b\""},
	} {
		t.Run(name, func(t *testing.T) {
			l := &load{ledger: newLedger()}
			if err := l.ledger.message(place{c, 1}, "a"); err != nil {
				t.Fatal(err)
			}
			if err := l.ledger.commit(epochOf{c, 1}, place{c, 2}); err != nil {
				t.Fatal(err)
			}
			ear := newListener(l, nil, false, io.Discard)
			ear.got[place{c, 2}] = "x"
			if tc.got != "" {
				ear.got[place{c, 1}] = tc.got
			}
			l.listeners = []*listener{ear}
			_, errs := l.compare(tc.stored)
			var all strings.Builder
			for _, err := range errs {
				all.WriteString(err.Error())
			}
			if tc.want == "" && len(errs) > 0 || !strings.Contains(all.String(), tc.want) {
				t.Errorf("got %q, want %q", all.String(), tc.want)
			}
		})
	}
}

func TestCheckNumbers(t *testing.T) {
	const skip = 1 << 20
	for name, tc := range map[string]struct {
		list  []stored
		jumps int
		ok    bool
	}{
		"in a row":             {[]stored{app(1, 1, "a"), app(2, 1, "b")}, 0, true},
		"a hole":               {[]stored{app(1, 1, "a"), app(3, 1, "b")}, 0, false},
		"a new generation":     {[]stored{app(1, 1, "a"), app(2+skip, 2, "b"), app(3+skip, 2, "c")}, 1, true},
		"two generations on":   {[]stored{app(1, 1, "a"), app(2+2*skip, 3, "b")}, 1, true},
		"without a jump":       {[]stored{app(1, 1, "a"), app(2, 2, "b")}, 0, false},
		"jump in a generation": {[]stored{app(1, 1, "a"), app(2+skip, 1, "b")}, 0, false},
	} {
		if jumps, err := checkNumbers(tc.list); jumps != tc.jumps || (err == nil) != tc.ok {
			t.Errorf("%s: %d jumps, %v", name, jumps, err)
		}
	}
}
