package reference

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"strings"
	"sync"

	"catbird.blue/mls/lexicons"
)

// Archive has all lexicons, each at the path that its NSID gives, as generators
// want it. It is the same bytes for the same lexicons.
var Archive = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	out := tar.NewWriter(zip)
	for _, nsid := range lexicons.NSIDs() {
		file, _ := lexicons.JSON(nsid)
		// Writing to memory cannot fail.
		_ = out.WriteHeader(&tar.Header{Name: "lexicons/" + strings.ReplaceAll(nsid, ".", "/") + ".json", Mode: 0o644, Size: int64(len(file))})
		_, _ = out.Write(file)
	}
	_ = out.Close()
	_ = zip.Close()
	return b.Bytes()
})
