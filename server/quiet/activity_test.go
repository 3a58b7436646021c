package quiet_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// elsewhere lists the statements that set the time of the last activity and do not
// write the row of the log themselves, with what writes it in the same transaction.
var elsewhere = map[string]string{
	"AdvanceEpoch": "InsertHandshake",
	"TakeSeq":      "InsertHandshake",
	"LeaveConvo":   "LogEvents",
	"InsertConvo":  "none: the conversation is new, so no membership of it is quiet",
}

// setsActivity matches an assignment, which follows SET or another assignment.
var setsActivity = regexp.MustCompile(`(?s)(SET|,)\s+last_activity_at =|INSERT INTO conversations`)

// Whatever sets the time of the last activity of a conversation has to write a row of
// the log, or pages of getConvos would be out of order.
func TestActivityIsInTheLog(t *testing.T) {
	files, err := filepath.Glob("../../queries/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	left, found := maps.Clone(elsewhere), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range strings.Split(string(text), "-- name: ")[1:] {
			name, _, _ := strings.Cut(query, " ")
			if !setsActivity.MatchString(query) {
				continue
			}
			found++
			if elsewhere[name] == "" && !strings.Contains(query, "INSERT INTO messages") {
				t.Errorf("%s sets the time of the last activity, and writes no row of the log", name)
			}
			delete(left, name)
		}
	}
	if len(left) > 0 || found < 5 {
		t.Errorf("%d statements set it; these do not: %v", found, left)
	}
}
