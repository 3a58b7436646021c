package blob

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestList: both kinds of buckets list in order, by pages, and by folders.
func TestList(t *testing.T) {
	dir, _ := openDir(t)
	s3, bucket := openBucket(t)
	bucket.page = 2
	for name, s := range map[string]*Store{"directory": dir, "S3": s3} {
		t.Run(name, func(t *testing.T) {
			for _, key := range []string{"b/2/x", "a/1", "b/1", "b/2/y", "c"} {
				if _, err := s.Write(t.Context(), key, strings.NewReader(key), 100); err != nil {
					t.Fatal(err)
				}
			}
			var keys []string
			err := s.List(t.Context(), "b", func(o Object) error {
				if o.Size != int64(len(o.Key)) || o.Stored.IsZero() {
					t.Errorf("%+v", o)
				}
				keys = append(keys, o.Key)
				return nil
			})
			if want := []string{"b/1", "b/2/x", "b/2/y"}; err != nil || !slices.Equal(keys, want) {
				t.Errorf("%v, %v", keys, err)
			}
			if folders, err := s.Folders(t.Context(), ""); err != nil || !slices.Equal(folders, []string{"a", "b"}) {
				t.Errorf("folders %v, %v", folders, err)
			}
			if folders, err := s.Folders(t.Context(), "b/"); err != nil || !slices.Equal(folders, []string{"2"}) {
				t.Errorf("folders of b %v, %v", folders, err)
			}
			enough := errors.New("enough")
			if err := s.List(t.Context(), "", func(Object) error { return enough }); !errors.Is(err, enough) {
				t.Errorf("the caller's error: %v", err)
			}
		})
	}
}
