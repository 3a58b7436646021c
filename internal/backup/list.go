package backup

import (
	"context"
	"errors"
	"time"
)

// Listing is what a repository has.
type Listing struct {
	Bases    []ListedBase
	Verified Verification
}

// ListedBase is a base backup with the last time to which it can be restored.
type ListedBase struct {
	Base
	Until time.Time
}

// List lists a repository. It needs no keys.
func List(ctx context.Context, url, system string) (out Listing, err error) {
	repo, err := Open(ctx, url, system, Keys{})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	bases, err := repo.Bases(ctx)
	if err != nil {
		return out, err
	}
	a, err := repo.archive(ctx)
	if err != nil {
		return out, err
	}
	for _, b := range bases {
		until := b.Ended
		last, err := a.last(b.FirstWAL, b.SegmentSize)
		if err != nil {
			return out, err
		}
		// The log of a time was stored after it.
		if at := a.storedAt(last); at.After(until) {
			until = at
		}
		out.Bases = append(out.Bases, ListedBase{Base: b, Until: until})
	}
	out.Verified, err = repo.Verified(ctx)
	return out, err
}
