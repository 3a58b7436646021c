package limit

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"catbird.blue/mls/gen"
)

var update = flag.Bool("update", false, "write docs/limits.md")

// TestTableIsComplete: every row has what the documentation and the metric
// need, and names are unique.
func TestTableIsComplete(t *testing.T) {
	names := map[string]bool{}
	for _, r := range Table {
		if r.Name == "" || r.What == "" || r.Unit == "" || r.Per == "" || r.Error == "" || r.Kept == "" || r.Amount <= 0 {
			t.Errorf("row %+v lacks something", r)
		}
		if (r.Refill > 0) != (r.Every > 0) {
			t.Errorf("row %s has a refill without a time, or a time without a refill", r.Name)
		}
		if names[r.Name] {
			t.Errorf("two rows are called %s", r.Name)
		}
		names[r.Name] = true
	}
}

func TestDocumentation(t *testing.T) {
	var b bytes.Buffer
	if err := Document(&b, gen.Methods); err != nil {
		t.Fatal(err)
	}
	const path = "../../docs/limits.md"
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s is not what the table says: run make generate (%v)", path, err)
	}
}
