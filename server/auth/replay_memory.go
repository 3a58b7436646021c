package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxMemoryUses bounds the in-process store: about 100 MB at most. At 1 000
// calls a second with tokens of 60 s it holds 90 000.
const maxMemoryUses = 1 << 20

// MemoryReplayConfig configures a MemoryReplay.
type MemoryReplayConfig struct {
	// MarkFile, where not empty, keeps one number over restarts: the latest
	// iat that was accepted while it still lay in the future. Without it, a
	// token of an issuer whose clock runs ahead could be used once more right
	// after a restart.
	MarkFile string
	Metrics  *Metrics

	// For this package and its tests.
	now   func() time.Time
	limit int
}

// MemoryReplay is a ReplayStore of one process. It starts empty, so it
// refuses tokens issued up to its start. When full it forgets what expires
// soonest and refuses from then on all that expires as soon: it never forgets
// a token that would still be accepted.
type MemoryReplay struct {
	now      func() time.Time
	limit    int
	markFile string
	metrics  *Metrics

	mu sync.Mutex
	// notBefore: what was issued up to this second is TooOld.
	notBefore int64
	// mark is the highest iat accepted ahead of our clock.
	mark int64
	seen map[tokenID]struct{}
	// expiring holds the ids by the second from which they may be forgotten.
	expiring map[int64][]tokenID
	// forgotten: what may be forgotten up to this second is not in seen.
	forgotten int64
	// journal, where not nil, collects what is recorded from now on.
	journal *[]storedUse
}

type storedUse struct {
	id       tokenID
	forgetAt int64
}

// NewMemoryReplay starts an empty store. The error is about MarkFile.
func NewMemoryReplay(cfg MemoryReplayConfig) (*MemoryReplay, error) {
	m := newMemoryReplay(cfg)
	if cfg.MarkFile == "" {
		return m, nil
	}
	raw, err := os.ReadFile(cfg.MarkFile)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, fmt.Errorf("replay mark: %w", err)
	}
	// What is unreadable, or later than could have been accepted, counts as
	// the latest that could: a broken file costs half a minute, no more.
	latest := m.now().Add(Leeway).Unix()
	mark, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	if err != nil || mark > latest {
		mark = latest
	}
	m.notBefore = max(m.notBefore, mark)
	return m, nil
}

func newMemoryReplay(cfg MemoryReplayConfig) *MemoryReplay {
	m := &MemoryReplay{
		now: cfg.now, limit: cfg.limit, markFile: cfg.MarkFile, metrics: cfg.Metrics.orUnregistered(),
		seen: map[tokenID]struct{}{}, expiring: map[int64][]tokenID{},
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.limit == 0 {
		m.limit = maxMemoryUses
	}
	m.notBefore = m.now().Unix()
	m.forgotten = m.notBefore
	return m
}

// Spend implements ReplayStore. The error is about MarkFile.
func (m *MemoryReplay) Spend(_ context.Context, u Use) (Spent, error) {
	spent, err := m.spend(u.id(), u.IssuedAt, u.forgetAt())
	outcome := spent.String()
	if err != nil {
		outcome = "error"
	}
	m.metrics.Replay.WithLabelValues("memory", outcome).Inc()
	return spent, err
}

func (m *MemoryReplay) spend(id tokenID, issued, forgetAt int64) (Spent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now().Unix()
	m.forgetUntil(now)
	if _, ok := m.seen[id]; ok {
		return Replayed, nil
	}
	if issued <= m.notBefore || forgetAt <= m.forgotten {
		return TooOld, nil
	}
	if issued > now && issued > m.mark {
		if err := m.writeMark(issued); err != nil {
			return TooOld, err
		}
		m.mark = issued
	}
	for len(m.seen) >= m.limit {
		m.forgetUntil(m.forgotten + 1)
		if forgetAt <= m.forgotten {
			return TooOld, nil
		}
	}
	m.seen[id] = struct{}{}
	m.expiring[forgetAt] = append(m.expiring[forgetAt], id)
	if m.journal != nil {
		*m.journal = append(*m.journal, storedUse{id, forgetAt})
	}
	return Fresh, nil
}

// forgetUntil drops what may be forgotten up to the given second. It walks
// the seconds since the last call, or the entries where those are fewer.
func (m *MemoryReplay) forgetUntil(second int64) {
	if second-m.forgotten > int64(len(m.expiring)) {
		for at, ids := range m.expiring {
			if at <= second {
				m.drop(at, ids)
			}
		}
		m.forgotten = second
	}
	for m.forgotten < second {
		m.forgotten++
		m.drop(m.forgotten, m.expiring[m.forgotten])
	}
}

func (m *MemoryReplay) drop(at int64, ids []tokenID) {
	for _, id := range ids {
		delete(m.seen, id)
	}
	delete(m.expiring, at)
}

// snapshot returns all that is remembered, and journals what comes after.
func (m *MemoryReplay) snapshot() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.journal = &[]storedUse{}
	all := make([]storedUse, 0, len(m.seen))
	for at, ids := range m.expiring {
		for _, id := range ids {
			all = append(all, storedUse{id, at})
		}
	}
	return all
}

// journalled returns what was recorded since snapshot.
func (m *MemoryReplay) journalled() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.journal
}

func (m *MemoryReplay) stopJournal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.journal = nil
}

// writeMark replaces the file whole. It does not wait for the disk: a machine
// that comes back from a crash within the leeway is not worth a sync on every
// such request.
func (m *MemoryReplay) writeMark(mark int64) error {
	if m.markFile == "" {
		return nil
	}
	next := m.markFile + ".new"
	if err := os.WriteFile(next, strconv.AppendInt(nil, mark, 10), 0o600); err != nil {
		return fmt.Errorf("replay mark: %w", err)
	}
	if err := os.Rename(next, m.markFile); err != nil {
		return fmt.Errorf("replay mark: %w", err)
	}
	return nil
}
