package limit

import (
	"fmt"
	"io"
	"strings"
	"time"

	"catbird.blue/mls/xrpc"
)

// widest is the longest line of Markdown outside tables.
const widest = 120

// Document writes the table as docs/limits.md. The methods are those of
// gen.Methods: this package does not import gen, which knows their classes.
func Document(w io.Writer, methods []*xrpc.Method) error {
	_, err := fmt.Fprint(w, "# Limits\n\n",
		"Generated from the table in `server/limit` by `make generate`.\n\n",
		"A row with a refill is an amount per time: a bucket that starts full, and gets the refill back evenly.\n",
		"`MLS_RATE_LIMITS` multiplies those, or turns them off. All other rows bound what exists at one time, and always hold.\n",
		"A row that is kept in Redis is counted by each instance for itself where there is no Redis.\n",
		"A row that is kept in the database holds in any span of its time, and has no bucket.\n\n",
		"The message of a RateLimitExceeded or StorageFull names its row, and says when to come back: `(send): try again in 1 s`.\n\n",
		"The words of the table:\n\n",
		"- A class is a group of methods that share a bucket:\n", classLists(methods),
		"- A source address is a network: IPv4 /24, IPv6 /48. Shared by source addresses: who used least comes first.\n",
		"- An account is new until it and another one have accepted the same conversation for a day (protocol.md, Key packages,\n",
		"  says what accepts one), and known once it has accepted a conversation or has had key packages for an hour.\n",
		"- An origin is where accounts come from: the registrable domain of a did:web, or of the PDS of a did:plc once that\n",
		"  PDS has confirmed that it has the account. All accounts that are not confirmed are one origin. The amounts are\n",
		"  those of an origin without settled accounts; each 100 accounts that are no longer new, counted or named by\n",
		"  `MLS_ORIGIN_SIZES`, add the rate of one account.\n",
		"- Instance and CPU: so much for each CPU that the process may use.\n",
		"- The amount of `body-bytes-all` is for where the memory limit is not known, that of `connections` the most that is\n",
		"  taken without `MLS_MAX_CONNECTIONS` (operations.md).\n\n",
		"| name | what | per | at once | refill | beyond it | kept in |\n|---|---|---|---|---|---|---|\n")
	if err != nil {
		return fmt.Errorf("write the table of limits: %w", err)
	}
	for _, r := range Table {
		refill := "-"
		if r.IsRate() {
			refill = r.Unit.Text(r.Refill) + " " + period(r.Every)
		}
		if _, err := fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s | %s | %s |\n",
			r.Name, r.What, r.Per, r.Unit.Text(r.Amount), refill, r.Error, r.Kept); err != nil {
			return fmt.Errorf("write the table of limits: %w", err)
		}
	}
	return nil
}

// classLists has a list item for each class, with its methods.
func classLists(methods []*xrpc.Method) string {
	var items [xrpc.RateClasses]string
	for _, m := range methods {
		items[m.Rate] += m.NSID[strings.LastIndexByte(m.NSID, '.')+1:] + ", "
	}
	var b strings.Builder
	for class, item := range items {
		line := fmt.Sprintf("  - `%s`:", xrpc.RateClass(class))
		for _, word := range strings.Fields(strings.TrimSuffix(item, ", ")) {
			if len(line)+len(" ")+len(word) > widest {
				b.WriteString(line + "\n")
				line = "   "
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Text writes so many of the unit: bytes in the largest that divides them.
func (u Unit) Text(n int64) string {
	if u != Bytes {
		return fmt.Sprintf("%d %s", n, u)
	}
	for _, unit := range []struct {
		name string
		size int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n > 0 && n%unit.size == 0 {
			return fmt.Sprintf("%d %s", n/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

func period(d time.Duration) string {
	switch d {
	case time.Second:
		return "a second"
	case time.Minute:
		return "a minute"
	case time.Hour:
		return "an hour"
	case 24 * time.Hour:
		return "a day"
	}
	return "every " + d.String()
}
