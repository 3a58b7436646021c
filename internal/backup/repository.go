package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"catbird.blue/mls/server/blob"
)

// Keys are the keys of a repository. A server has recipients only.
type Keys struct {
	Recipients []age.Recipient
	Identities []age.Identity
}

// Repository is the place of the backups of one database cluster, in a folder or
// an S3 bucket. Below it, everything is in a folder that is named after the
// cluster's system identifier:
//
//	base/ID/data.gz.age.0000…   the files of a base backup, in parts
//	base/ID/files.gz.age        service key, secret and configuration
//	base/ID/blobs.gz            the keys of the attachments of that time
//	base/ID/mark.gz.age         row counts at a position of the WAL
//	base/ID/manifest.json       written last: without it there is no backup
//	wal/SEGMENT.gz.age          write-ahead log, also .history and .partial
//	blobs/KEY.age               attachments
//	verified.json               the last verification
type Repository struct {
	store  *blob.Store
	keys   Keys
	system string
}

// Open opens the repository at a URL of the form of MLS_BLOB_URL. system is the
// system identifier of the cluster. If it is empty, there must be backups of
// exactly one cluster.
func Open(ctx context.Context, url, system string, keys Keys) (*Repository, error) {
	store, err := blob.Open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("MLS_BACKUP_URL: %w", err)
	}
	r := &Repository{store: store, keys: keys, system: system}
	if system == "" {
		if err := r.findSystem(ctx); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return r, nil
}

func (r *Repository) findSystem(ctx context.Context) error {
	found, err := r.store.Folders(ctx, "")
	if err != nil {
		return err
	}
	switch len(found) {
	case 0:
		return errors.New("there are no backups at MLS_BACKUP_URL")
	case 1:
		r.system = found[0]
		return nil
	}
	return fmt.Errorf("there are backups of several database clusters: choose one of %s with -system", strings.Join(found, ", "))
}

// Close releases the repository.
func (r *Repository) Close() error { return r.store.Close() }

func (r *Repository) key(name string) string { return r.system + "/" + name }

// endOf returns what the name of an object ends with.
func (r *Repository) endOf(compress bool) (end string) {
	if compress {
		end = compressedName
	}
	if len(r.keys.Recipients) > 0 {
		end += encryptedName
	}
	return end
}

// put stores what src has under a name, to which it adds the end.
func (r *Repository) put(ctx context.Context, name string, src io.Reader, compress bool) (int64, error) {
	s := sealed(src, r.keys.Recipients, compress)
	defer s.Close()
	w, err := r.store.Write(ctx, r.key(name+r.endOf(compress)), s, math.MaxInt64)
	if err != nil {
		return 0, fmt.Errorf("store %s: %w", path.Base(name), err)
	}
	return w.Size, nil
}

// get opens an object by its full name. The caller closes what it returns.
func (r *Repository) get(ctx context.Context, name string) (io.ReadCloser, error) {
	raw, err := r.store.Read(ctx, r.key(name), 0, -1)
	if err != nil {
		return nil, err
	}
	plain, err := unsealed(name, raw, r.keys.Identities)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return readCloser{plain, raw}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// find returns the full name of an object that was stored as name, however it
// was sealed, or "" if there is none.
func (r *Repository) find(ctx context.Context, name string) (found string, err error) {
	err = r.list(ctx, name, func(o blob.Object) error {
		if strings.TrimSuffix(strings.TrimSuffix(o.Key, encryptedName), compressedName) == name {
			found = o.Key
		}
		return nil
	})
	return found, err
}

// list lists the objects whose names begin with prefix. Their keys are names.
func (r *Repository) list(ctx context.Context, prefix string, f func(blob.Object) error) error {
	return r.store.List(ctx, r.key(prefix), func(o blob.Object) error {
		o.Key = strings.TrimPrefix(o.Key, r.key(""))
		return f(o)
	})
}

// remove removes all objects whose names begin with prefix and for which f holds.
func (r *Repository) remove(ctx context.Context, prefix string, f func(blob.Object) bool) (int, error) {
	var names []string
	err := r.list(ctx, prefix, func(o blob.Object) error {
		if f(o) {
			names = append(names, o.Key)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for i, name := range names {
		if err := r.store.Delete(ctx, r.key(name)); err != nil {
			return i, err
		}
	}
	return len(names), nil
}

// putJSON stores a small object that the server itself reads, so that it is not
// encrypted.
func (r *Repository) putJSON(ctx context.Context, name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	if _, err := r.store.Write(ctx, r.key(name), bytes.NewReader(append(b, '\n')), math.MaxInt64); err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

func (r *Repository) getJSON(ctx context.Context, name string, v any) error {
	f, err := r.get(ctx, name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(v); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// Base is a base backup.
type Base struct {
	// ID is the time at which it began.
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	// Ended is the earliest time to which it can be restored.
	Ended time.Time `json:"ended"`
	// FirstWAL is the first segment of the write-ahead log that it needs.
	FirstWAL    string `json:"firstWAL"`
	SegmentSize int64  `json:"segmentSize"`
	// Parts are the sizes of the parts of its data, as stored.
	Parts     []int64 `json:"parts"`
	Encrypted bool    `json:"encrypted"`
	// Major is the major version of the server.
	Major     int    `json:"major"`
	Superuser string `json:"superuser"`
	Database  string `json:"database"`
	// Settings are those that a server in recovery must not have smaller.
	Settings map[string]string `json:"settings"`
}

// Size returns the stored size of the data in bytes.
func (b *Base) Size() (n int64) {
	for _, part := range b.Parts {
		n += part
	}
	return n
}

const baseFolder = "base/"

func (b *Base) name(file string) string { return baseFolder + b.ID + "/" + file }

// Bases returns all complete base backups, the oldest first.
func (r *Repository) Bases(ctx context.Context) ([]Base, error) {
	ids, err := r.store.Folders(ctx, r.key(baseFolder))
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	var out []Base
	for _, id := range ids {
		b := Base{ID: id}
		err := r.getJSON(ctx, b.name("manifest.json"), &b)
		if blob.IsNotFound(err) {
			continue // it is being written, or was interrupted
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// Verification says what the last verification found.
type Verification struct {
	At   time.Time `json:"at"`
	Base string    `json:"base"`
	// Until is the time of the newest transaction that was restored.
	Until time.Time `json:"until"`
	Took  string    `json:"took"`
}

const verifiedName = "verified.json"

// Verified returns the last successful verification, or a zero one.
func (r *Repository) Verified(ctx context.Context) (v Verification, err error) {
	err = r.getJSON(ctx, verifiedName, &v)
	if blob.IsNotFound(err) {
		return v, nil
	}
	return v, err
}
