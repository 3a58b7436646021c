package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// Errors of the bucket are counted by operation and cause; those of the caller are
// not.
func TestErrorsAreCounted(t *testing.T) {
	s, dir := openDir(t)
	count := func(operation, cause string) float64 {
		return testutil.ToFloat64(s.errors.WithLabelValues(operation, cause))
	}
	if _, err := s.Read(t.Context(), NewKey(), 0, -1); err == nil {
		t.Error("read nothing")
	}
	if _, err := s.Write(t.Context(), NewKey(), strings.NewReader("too large"), 1); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	broken := readerFunc(func([]byte) (int, error) { return 0, errors.New("the client is gone") })
	if _, err := s.Write(t.Context(), NewKey(), broken, 10); err == nil {
		t.Error("a reader that fails was stored")
	}
	if got := testutil.CollectAndCount(s.errors); got != 18 {
		t.Errorf("%d series", got)
	}
	if count(opRead, causeMissing) != 1 || count(opWrite, causeOther) != 0 {
		t.Errorf("%v missing, %v other writes", count(opRead, causeMissing), count(opWrite, causeOther))
	}
	// A file in place of the directory of the object.
	key := NewKey()
	if err := os.WriteFile(dir+"/"+key[:2], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), key, strings.NewReader("x"), 10); err == nil {
		t.Error("written into a file")
	}
	var writes float64
	for _, cause := range []string{causeCanceled, causeDeadline, causeFull, causeMissing, causePermission, causeOther} {
		writes += count(opWrite, cause)
	}
	if writes != 1 {
		t.Errorf("%v failed writes, want 1", writes)
	}
}

func TestCausesOfErrors(t *testing.T) {
	for err, want := range map[error]string{
		&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}: causeFull,
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:  causePermission,
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}:   causePermission,
		fmt.Errorf("put: %w", context.DeadlineExceeded):            causeDeadline,
		fmt.Errorf("put: %w", context.Canceled):                    causeCanceled,
		errors.New("anything"):                                     causeOther,
	} {
		if got := cause(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}
