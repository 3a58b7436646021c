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
// header line, then one record for each use. Records are appended without
// fsync, so they survive a crash of the process but not of the machine. The
// header holds the boot id, by which a reboot is noticed.
type markFile struct {
	path string
	now  func() time.Time
	// boot is the boot id of the machine, or empty if it is not known.
	boot string
	// file is nil while the file cannot be written.
	file    *os.File
	records int
	retryAt time.Time
	// stale is set if the file lacks uses but could not be removed.
	stale bool
}

const (
	markRecord  = 24 // tokenID and forgetAt
	markHeader  = "mls replay marks 1"
	markRetry   = time.Second
	markSurplus = 1 << 13 // expired records after which the file is rewritten
)

// bootID returns the boot id of Linux, elsewhere "".
func bootID() string {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// read returns the uses in the file and the second since which they are
// complete, 0 if they are not. A file without the header has no uses.
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
		since = 0 // the end may be missing or zeros
	}
	for ; len(rest) >= markRecord; rest = rest[markRecord:] {
		at := int64(binary.BigEndian.Uint64(rest[16:]))
		uses = append(uses, storedUse{id: tokenID(rest[:16]), forgetAt: at, uses: 1})
	}
	return since, uses, nil
}

// rewrite replaces the file atomically.
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
	if err = w.Flush(); err == nil { // Flush also returns the errors of the writes before
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

// append writes one use. If that fails, the file is removed until rewrite
// succeeds: otherwise the next start would assume that it is complete.
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

// due reports whether the file should be rewritten; live is the number of uses
// that are still needed.
func (f *markFile) due(live int) bool {
	if f.file == nil {
		return !f.now().Before(f.retryAt)
	}
	return f.records > 2*live+markSurplus
}

func (f *markFile) close() {
	if f.file != nil {
		_ = f.file.Close() // the records are in the page cache already
		f.file = nil
	}
}
