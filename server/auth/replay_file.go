package auth

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// markFile keeps the uses of a MemoryReplay over restarts of the process: a
// line of text, then one record for each use. Records are appended without
// waiting for the disk, so the file is complete as long as the machine has not
// been started again in between, which the line of text tells.
type markFile struct {
	path string
	now  func() time.Time
	// boot changes when the machine starts. Where it is empty nobody knows.
	boot string
	// file is nil while uses cannot be written.
	file    *os.File
	records int
	retryAt time.Time
	// stale: the file lacks uses and could not be removed.
	stale bool
}

const (
	markRecord  = 24 // token id and forgetAt
	markHeader  = "mls replay marks 1"
	markRetry   = time.Second
	markSurplus = 1 << 13 // records that are not needed any more, before the file is written anew
)

// bootID is Linux's, and empty elsewhere.
func bootID() string {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// read returns the uses in the file, and the second since which none is
// missing, or 0. What is not a file of marks has no uses.
func (f *markFile) read() (since int64, uses []storedUse, err error) {
	raw, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("replay marks: %w", err)
	}
	line, rest, _ := bytes.Cut(raw, []byte("\n"))
	var boot string
	if n, _ := fmt.Sscanf(string(line), markHeader+" %q %d", &boot, &since); n != 2 {
		return 0, nil, nil
	}
	if boot == "" || boot != f.boot || len(rest)%markRecord != 0 {
		since = 0 // the end may be lost, or be zeros
	}
	for ; len(rest) >= markRecord; rest = rest[markRecord:] {
		at := int64(binary.BigEndian.Uint64(rest[16:]))
		uses = append(uses, storedUse{id: tokenID(rest[:16]), forgetAt: at, uses: 1})
	}
	return since, uses, nil
}

// rewrite replaces the file whole.
func (f *markFile) rewrite(since int64, uses []storedUse) error {
	file, err := os.OpenFile(f.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("replay marks: %w", err)
	}
	w := bufio.NewWriter(file)
	_, _ = fmt.Fprintf(w, markHeader+" %q %d\n", f.boot, since)
	records := 0
	for _, u := range uses {
		for range u.uses {
			_, _ = w.Write(u.record())
			records++
		}
	}
	if err = w.Flush(); err == nil { // which tells of failed writes too
		err = os.Rename(f.path+".new", f.path)
	}
	if err != nil {
		return fmt.Errorf("replay marks: %w", errors.Join(err, file.Close(), os.Remove(f.path+".new")))
	}
	f.close()
	f.file, f.records, f.stale = file, records, false
	return nil
}

func (u storedUse) record() []byte {
	b := make([]byte, 0, markRecord)
	return binary.BigEndian.AppendUint64(append(b, u.id[:]...), uint64(u.forgetAt))
}

// append writes one use. Where it fails, the file is given up until rewrite
// succeeds: it is removed, or else the next start would take it for complete.
func (f *markFile) append(u storedUse) error {
	if f.file == nil {
		return errNoMarks
	}
	_, err := f.file.Write(u.record())
	if err == nil {
		f.records++
		return nil
	}
	f.abandon()
	return fmt.Errorf("%w: %w", errNoMarks, err)
}

var errNoMarks = errors.New("replay marks: the file cannot be written")

func (f *markFile) abandon() {
	f.close()
	f.retryAt = f.now().Add(markRetry)
	err := os.Remove(f.path)
	f.stale = err != nil && !errors.Is(err, fs.ErrNotExist)
}

// due says whether the file should be written anew, of which live uses are
// still needed.
func (f *markFile) due(live int) bool {
	if f.file == nil {
		return !f.now().Before(f.retryAt)
	}
	return f.records > 2*live+markSurplus
}

func (f *markFile) close() {
	if f.file != nil {
		_ = f.file.Close() // what was written is with the system already
		f.file = nil
	}
}
