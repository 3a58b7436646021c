package backup

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"catbird.blue/mls/server/blob"
)

const (
	walFolder   = "wal/"
	partialName = ".partial"
)

// The names of files of the write-ahead log: timeline, and number in two parts
// of 32 bits, in hexadecimal digits.
var (
	segmentRE = regexp.MustCompile(`^[0-9A-F]{24}$`)
	partialRE = regexp.MustCompile(`^[0-9A-F]{24}\.partial$`)
	historyRE = regexp.MustCompile(`^[0-9A-F]{8}\.history$`)
)

// segment is a position in the write-ahead log, in segments.
type segment struct{ timeline, number int64 }

// perID is how many segments have one number in the middle part of a name.
func perID(size int64) int64 { return (1 << 32) / size }

func parseSegment(name string, size int64) (segment, error) {
	if !segmentRE.MatchString(name) || size <= 0 {
		return segment{}, fmt.Errorf("%q is not a segment of the write-ahead log", name)
	}
	var n [3]int64
	for i := range n {
		v, err := strconv.ParseInt(name[8*i:8*i+8], 16, 64)
		if err != nil {
			return segment{}, fmt.Errorf("segment %q: %w", name, err)
		}
		n[i] = v
	}
	return segment{timeline: n[0], number: n[1]*perID(size) + n[2]}, nil
}

func (s segment) name(size int64) string {
	return fmt.Sprintf("%08X%08X%08X", s.timeline, s.number/perID(size), s.number%perID(size))
}

// archive is the write-ahead log in a repository.
type archive struct {
	// files are the full names of objects by the names of their files.
	files map[string]string
	// stored is when they were stored.
	stored map[string]time.Time
}

// storedAt returns when a segment, or the part of it that had been received, was
// stored.
func (a *archive) storedAt(name string) time.Time {
	if at, ok := a.stored[name]; ok {
		return at.UTC()
	}
	return a.stored[name+partialName].UTC()
}

// archive lists the write-ahead log.
func (r *Repository) archive(ctx context.Context) (*archive, error) {
	a := &archive{files: map[string]string{}, stored: map[string]time.Time{}}
	err := r.list(ctx, walFolder, func(o blob.Object) error {
		file := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(o.Key, walFolder), encryptedName), compressedName)
		a.files[file] = o.Key
		a.stored[file] = o.Stored
		return nil
	})
	return a, err
}

// has reports whether the archive has a segment, or the part of it that had been
// received.
func (a *archive) has(name string) bool {
	return a.files[name] != "" || a.files[name+partialName] != ""
}

// last follows the log from a segment on, through all timelines, and returns the
// last segment before a hole. It is empty if the first one is missing.
func (a *archive) last(from string, size int64) (string, error) {
	at, err := parseSegment(from, size)
	if err != nil {
		return "", err
	}
	timelines, err := a.timelines(size)
	if err != nil {
		return "", err
	}
	last := ""
	for ; ; at.number++ {
		i := slices.IndexFunc(timelines, func(tl int64) bool {
			return tl >= at.timeline && a.has(segment{tl, at.number}.name(size))
		})
		if i < 0 {
			return last, nil
		}
		at.timeline = timelines[i]
		last = at.name(size)
		if a.files[last] == "" {
			return last, nil // only a part of it had been received
		}
	}
}

// timelines returns the timelines of the archive, the newest first.
func (a *archive) timelines(size int64) (out []int64, err error) {
	for file := range a.files {
		name := strings.TrimSuffix(file, partialName)
		if !segmentRE.MatchString(name) {
			continue
		}
		s, err := parseSegment(name, size)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, s.timeline) {
			out = append(out, s.timeline)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out, nil
}

// hole returns the last segment before a hole in the log that begins with from,
// or "" if there is none.
func (a *archive) hole(from string, size int64) (string, error) {
	last, err := a.last(from, size)
	if err != nil || last == "" {
		return "", err // nothing was stored yet
	}
	end, err := parseSegment(last, size)
	if err != nil {
		return "", err
	}
	for file := range a.files {
		s, err := parseSegment(strings.TrimSuffix(file, partialName), size)
		if err == nil && s.number > end.number {
			return last, nil
		}
	}
	return "", nil
}
