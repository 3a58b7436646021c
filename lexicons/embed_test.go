package lexicons_test

import (
	"encoding/json"
	"slices"
	"testing"

	"catbird.blue/mls/lexicons"
)

func TestEveryFileIsUnderItsID(t *testing.T) {
	nsids := lexicons.NSIDs()
	if !slices.Contains(nsids, "blue.catbird.mls.defs") || !slices.IsSorted(nsids) {
		t.Fatalf("NSIDs: %v", nsids)
	}
	for _, nsid := range nsids {
		raw, ok := lexicons.JSON(nsid)
		var file struct{ ID string }
		if err := json.Unmarshal(raw, &file); !ok || err != nil || file.ID != nsid {
			t.Errorf("%s: ok=%v err=%v id=%q", nsid, ok, err, file.ID)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, nsid := range []string{"", "blue.catbird.mls", "blue.catbird.mls.nothing", "../embed", "blue/catbird/mls/defs",
		"blue.catbird.mls.defs.json", "released.intended", "..", `blue\catbird\mls\defs`} {
		if raw, ok := lexicons.JSON(nsid); ok {
			t.Errorf("%q: got %d bytes", nsid, len(raw))
		}
	}
}
