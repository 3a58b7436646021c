package limit

import (
	"fmt"
	"io"
	"strings"
	"time"

	"catbird.blue/mls/xrpc"
)

// widest is the maximum length of a line.
const widest = 120

// Document writes the table as docs/limits.md. The methods are those of
// gen.Methods: this package does not import gen, which knows their classes.
func Document(w io.Writer, methods []*xrpc.Method) error {
	_, err := fmt.Fprint(w, "# Limits\n\n",
		"Generated from the table in `server/limit` by `make generate`.\n\n",
		"A row with a refill is a rate: a bucket that starts full and is refilled evenly. `MLS_RATE_LIMITS` multiplies rates\n",
		"or disables them. All other rows limit what exists at one time, and always apply.\n\n",
		"Above a row, the error is RateLimitExceeded unless the row names another error or effect. The message of a\n",
		"RateLimitExceeded or StorageFull names the row and when to try again: `(send): try again in 1 s`.\n\n",
		"Terms:\n\n",
		"- A class is a group of methods that share a bucket:\n", classLists(methods),
		"- A source address is a network: IPv4 /24, IPv6 /48. A row that sources share serves, in alternation, the\n",
		"  address with the fewest recent turns and the one that has waited longest; its queue drops the last entry of the\n",
		"  address with the most entries.\n",
		"- An account is new until a day after it and another account have accepted the same conversation (protocol.md, Key\n",
		"  packages, says what accepts one). It is known once it has accepted a conversation or has had key packages for an\n",
		"  hour.\n",
		"- An origin is the registrable domain of a did:web, or of the PDS of a did:plc once that PDS has confirmed that it\n",
		"  has the account. All accounts that are not confirmed are one origin. The amounts are for an origin without settled\n",
		"  accounts. Each 100 accounts that are no longer new add the rate of one account; they are counted, or set by\n",
		"  `MLS_ORIGIN_SIZES`.\n",
		"- Per instance and CPU: the amount is multiplied by the number of CPUs that the process may use.\n",
		"- `spent-tokens`: accounts with many remembered tokens are refused first, and the last tenth is for accounts with\n",
		"  fewer than 16. In Redis, its memory determines the amount.\n",
		"- `verification`: a signature check counts 0.08 ms, with P-384 0.6 ms and with P-521 1.5 ms.\n",
		"- `stored-bytes` counts messages, blobs, key packages, Welcomes, commits, proposals, and the growth of a GroupInfo.\n",
		"  `kept-bytes` counts the commits and proposals among them, which are not removed by age.\n",
		"- `requester-packages` and `stranger-packages` count key packages of a device. The second is the part of the packages\n",
		"  that the device had in that time, for all accounts that share no conversation with its account which it accepted.\n",
		"- `body-bytes`: an account above it loses its slowest body, which gets 408. For `body-bytes-all` this happens to the\n",
		"  account with the most bytes.\n",
		"- `connections`: above it, a new connection replaces the one that has waited longest, first of the source address\n",
		"  with the most. `connections-source` is the least of an equal share of those whose requests are not authenticated.\n",
		"- `free-for-all` and `free-for-writes`: below the first, accounts store nothing that stored more than their fair\n",
		"  share in the last day; below the second, nothing is stored except what removals need.\n",
		"- `confirm` and the rows that begin with it limit the requests to PDSes that confirm accounts.\n",
		"- `appview` and the rows that begin with it limit the questions to the AppView (`MLS_APPVIEW_URL`). What it was not\n  asked is not known.\n",
		"- `lookup-plc` and `lookup-web` allow as many look-ups again for known accounts.\n",
		"- The amount of `body-bytes-all` applies if the memory limit is not known. That of `connections` is the most without\n",
		"  `MLS_MAX_CONNECTIONS` (operations.md).\n")
	if err != nil {
		return fmt.Errorf("write the table of limits: %w", err)
	}
	for _, place := range []struct {
		kept       Store
		title, how string
	}{
		{Shared, "Counted in Redis", "All instances count together. Without Redis, each instance counts its own."},
		{Process, "Counted in the process", "Each instance counts its own."},
		{Database, "Counted in the database", "Counted from rows, over any span of the stated time."},
	} {
		if err := writeRows(w, place.kept, place.title, place.how); err != nil {
			return fmt.Errorf("write the table of limits: %w", err)
		}
	}
	return nil
}

// writeRows writes the rows that are kept in one place.
func writeRows(w io.Writer, kept Store, title, how string) error {
	_, err := fmt.Fprintf(w, "\n## %s\n\n%s\n\n| name | what | per | at once | refill | above it |\n|---|---|---|---|---|---|\n", title, how)
	for _, r := range Table {
		if r.Kept != kept || err != nil {
			continue
		}
		refill, above := "", r.Error
		if r.IsRate() {
			refill = strings.TrimSuffix(r.Unit.Text(r.Refill), " "+string(r.Unit)) + " " + period(r.Every)
		}
		if above == xrpc.RateLimitExceeded {
			above = ""
		}
		line := fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s |\n", r.Name, r.What, r.Per, r.Unit.Text(r.Amount), refill, above)
		_, err = io.WriteString(w, strings.ReplaceAll(line, "  ", " "))
	}
	return err
}

// classLists returns a list item for each class with its methods.
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
