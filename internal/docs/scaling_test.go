package docs

import (
	"regexp"
	"strings"
	"testing"
)

// The tables by whose id their rows would be placed in a sharded database.
var (
	ofConversations = regexp.MustCompile(`\b(FROM|JOIN|INTO|UPDATE) (conversations|memberships|read_positions|leaves|group_infos|messages|removed_messages|` +
		`lapsed_proposals|welcomes|welcome_recipients|rejoin_requests|commit_failures|message_blobs)\b`)
	ofAccounts = regexp.MustCompile(`\b(FROM|JOIN|INTO|UPDATE) (accounts|account_origins|blocks|devices|key_packages|account_keys|package_claims|blobs)\b`)
	// ofOneCluster are the functions that use transaction ids or the identity of
	// one cluster.
	ofOneCluster = regexp.MustCompile(`\blog_(own_xid|horizon|next_xid|system_identifier|database_oid|timeline|messages|events)\(`)
)

// TestScalingNamesStatements checks that docs/scaling.md names every statement
// that uses the transaction ids of one cluster, or tables of conversations beside
// tables of accounts, and that the statements it names are there.
func TestScalingNamesStatements(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	page := r.texts["docs/scaling.md"]
	statements := map[string]string{}
	for name, text := range r.texts {
		if strings.HasPrefix(name, "queries/") && strings.HasSuffix(name, ".sql") {
			for _, part := range strings.Split(text, "-- name: ")[1:] {
				words, _, _ := strings.Cut(part, " ")
				statements[words] = withoutComments(part)
			}
		}
	}
	if len(statements) < 100 {
		t.Fatalf("found %d statements, which cannot be all", len(statements))
	}
	crossing := 0
	for name, sql := range statements {
		if !ofOneCluster.MatchString(sql) && (!ofConversations.MatchString(sql) || !ofAccounts.MatchString(sql)) {
			continue
		}
		crossing++
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/scaling.md does not name %s", name)
		}
	}
	if crossing < 20 {
		t.Errorf("found %d statements that cross, which cannot be all", crossing)
	}
	for _, word := range regexp.MustCompile("`([A-Z][a-z]+[A-Za-z]*)`").FindAllStringSubmatch(page, -1) {
		if statements[word[1]] == "" {
			t.Errorf("docs/scaling.md names %s, which is no statement", word[1])
		}
	}
}

// withoutComments removes SQL comments.
func withoutComments(sql string) string { return regexp.MustCompile(`--.*`).ReplaceAllString(sql, "") }
