package docs

import (
	"strings"
	"testing"
)

// Each point of RFC 9750 that concerns a delivery service has its row.
func TestSecurityCoversRFC9750(t *testing.T) {
	t.Parallel()
	text := readRepository(t).texts["docs/security.md"]
	for _, section := range []string{"5.1", "5.3", "6.4", "6.5", "7", "8.1.2", "8.1.3", "8.4"} {
		if !strings.Contains(text, "\n| "+section+" | ") {
			t.Errorf("section %s of RFC 9750 is not in the table", section)
		}
	}
}

// README and SECURITY.md link to the document that says how to report a
// vulnerability.
func TestSecurityPolicyLeadsToTheDocument(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	for _, file := range []string{"SECURITY.md", "README.md"} {
		if !strings.Contains(r.texts[file], "docs/security.md") {
			t.Errorf("%s does not lead to docs/security.md", file)
		}
	}
	if !strings.Contains(r.texts["docs/security.md"], "\n## Reporting a vulnerability\n") {
		t.Error("docs/security.md does not say how to report a vulnerability")
	}
}
