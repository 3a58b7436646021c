package limit

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Document writes the table as docs/limits.md.
func Document(w io.Writer) error {
	_, err := fmt.Fprint(w, "# Limits\n\n",
		"Generated from the table in `server/limit` by `make generate`.\n\n",
		"A row with a refill is an amount per time: a bucket that starts full, and gets the refill back evenly.\n",
		"`MLS_RATE_LIMITS` multiplies those, or turns them off. All other rows bound what exists at one time, and always hold.\n",
		"A row that is kept in Redis is counted by each instance for itself where there is no Redis.\n",
		"A row that is kept in the database holds in any span of its time, and has no bucket.\n\n",
		"The message of a RateLimitExceeded or StorageFull names its row, and says when to come back: `(send): try again in 1 s`.\n\n",
		"The words of the table:\n\n",
		"- A class is a group of methods that share a bucket:\n", classLists(),
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

// classLists returns a line for each class with its methods.
func classLists() string {
	methods := map[Class][]string{}
	for nsid, c := range classOf {
		methods[c] = append(methods[c], strings.TrimPrefix(nsid, nsidPrefix))
	}
	others := map[Class]string{
		ClassStream: "subscriptions", ClassChange: "all other procedures", ClassRead: "all other queries", ClassPublic: "methods that need no token",
	}
	var b strings.Builder
	for c := range classes {
		slices.Sort(methods[c])
		if more := others[c]; more != "" {
			methods[c] = append(methods[c], more)
		}
		fmt.Fprintf(&b, "  - `%s`: %s\n", c, strings.Join(methods[c], ", "))
	}
	return b.String()
}

// Text formats an amount of the unit, bytes in the largest unit that divides
// them.
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
