package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/storage"
)

// Blobs checks the blob storage by writing, reading and deleting an object.
func Blobs(open func(context.Context) (*blob.Store, error)) Check {
	return Check{"blobs", func(ctx context.Context) Result {
		const do = "see that MLS_BLOB_URL and its credentials are right, and that they may write, read and delete"
		if err := probeBlobs(ctx, open); err != nil {
			return fail(do, "%v", err)
		}
		return ok("an object was written, read and deleted")
	}}
}

func probeBlobs(ctx context.Context, open func(context.Context) (*blob.Store, error)) (err error) {
	store, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	key := blob.NewKey()
	const content = "probe of mlsd"
	if _, err := store.Write(ctx, key, strings.NewReader(content), int64(len(content))); err != nil {
		return err
	}
	r, err := store.Read(ctx, key, 0, int64(len(content)))
	if err == nil {
		var got []byte
		got, err = io.ReadAll(r)
		err = errors.Join(err, r.Close())
		if err == nil && string(got) != content {
			err = errors.New("the object that was written is read with other content")
		}
	}
	return errors.Join(err, store.Delete(ctx, key))
}

// Redis checks a Redis: that it can be written, its version and its policy.
func Redis(url string) Check {
	return Check{"redis", func(ctx context.Context) Result {
		if url == "" {
			return skipped("no REDIS_URL: for one instance only")
		}
		client, err := redislink.NewClient(url)
		if err != nil {
			return fail("correct REDIS_URL", "%v", err)
		}
		defer func() { _ = client.Close() }()
		key := "mls:doctor:" + blob.NewKey()
		if err := client.Set(ctx, key, "1", time.Minute).Err(); err != nil {
			return fail("see that Redis runs, is no replica, and has memory left", "it cannot be written: %v", err)
		}
		_ = client.Del(ctx, key).Err() // it expires by itself
		return redisSettings(ctx, client)
	}}
}

// minRedis is the oldest version of Redis that has sharded channels.
const minRedis = 7

func redisSettings(ctx context.Context, client redis.UniversalClient) Result {
	info, err := client.Info(ctx, "server", "memory").Result()
	if err != nil {
		return warn("allow INFO, or check by hand that maxmemory-policy is noeviction", "its settings cannot be read: %v", err)
	}
	fields := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		fields[name] = value
	}
	var major int
	if _, err := fmt.Sscanf(fields["redis_version"], "%d", &major); err == nil && major < minRedis {
		return fail("upgrade it", "Redis %s is too old; %d or newer is needed", fields["redis_version"], minRedis)
	}
	policy := fields["maxmemory_policy"]
	if policy != "" && policy != "noeviction" {
		return fail("set maxmemory-policy to noeviction", "maxmemory-policy is %s: used tokens are forgotten and accepted again", policy)
	}
	return ok("Redis %s, %s", fields["redis_version"], policy)
}

// AppView checks that an AppView answers what the service asks it, for an account.
func AppView(url, account string) Check {
	return Check{"appview", func(ctx context.Context) Result {
		if url == "" {
			return skipped("no MLS_APPVIEW_URL: only blocks made at this service count")
		}
		client := auth.NewConfiguredClient(follows.MaxAnswer)
		defer client.CloseIdleConnections()
		if err := follows.Probe(ctx, client, strings.TrimSuffix(url, "/"), account); err != nil {
			return fail("see that MLS_APPVIEW_URL is the origin of an AppView and that this machine reaches it", "%v", err)
		}
		return ok("it answers")
	}}
}

// ReportService checks that the DID document of a moderation service has its endpoint,
// which find returns.
func ReportService(did string, find func(ctx context.Context) (string, error)) Check {
	return Check{"reports", func(ctx context.Context) Result {
		if did == "" {
			return skipped("no MLS_REPORT_SERVICE: reports are not forwarded")
		}
		endpoint, err := find(ctx)
		if err != nil {
			return fail("see that MLS_REPORT_SERVICE is the DID of a moderation service, whose document this machine can fetch", "%v", err)
		}
		return ok("reports are forwarded to %s", endpoint)
	}}
}

// Disk checks the free space of a directory, against the limits at which the service
// refuses to store.
func Disk(name, dir string) Check {
	return Check{name, func(ctx context.Context) Result {
		free, total, err := storage.Dir(name, dir).Free(ctx)
		if err != nil {
			return fail("see that the directory exists", "%v", err)
		}
		part := float64(free) / float64(max(1, total))
		text := fmt.Sprintf("%.0f %% of %s are free", 100*part, dir)
		switch {
		case part < diskFailure:
			return fail("give it more room, see \"Storage\" in docs/operations.md", "%s", text)
		case part < diskWarning:
			return warn("give it more room, see \"Storage\" in docs/operations.md", "%s", text)
		}
		return ok("%s", text)
	}}
}

// The shares of free space at which accounts are refused (limits.md).
const (
	diskWarning = 0.15
	diskFailure = 0.10
)

// maxUnverified is how old the last trial of a restore may be. Docs ask for one
// each week.
const maxUnverified = 31 * 24 * time.Hour

// Repository checks the age of the newest base backup and of the last trial of a
// restore, in the place where the service puts its backups.
func Repository(list func(context.Context) (backup.Listing, error), oldest time.Duration, now func() time.Time) Check {
	return Check{"backup", func(ctx context.Context) Result {
		found, err := list(ctx)
		if err != nil {
			return fail("see that MLS_BACKUP_URL and its credentials are right", "%v", err)
		}
		if len(found.Bases) == 0 {
			return fail("see the log of the server for why it made none, or run mlsd backup base", "there is no base backup")
		}
		newest := found.Bases[0]
		for _, b := range found.Bases {
			if b.Ended.After(newest.Ended) {
				newest = b
			}
		}
		text := fmt.Sprintf("base backup %s is %v old, and is restorable to %s", newest.ID, now().Sub(newest.Ended).Round(time.Minute), newest.Until.Format(time.RFC3339))
		tried := found.Verified.At
		switch {
		case now().Sub(newest.Ended) > oldest:
			return fail("see the log of the server for why it made no newer one, or run mlsd backup base", "%s", text)
		case tried.IsZero():
			return warn("run mlsd backup verify, see docs/backup.md", "%s; no restore was tried", text)
		case now().Sub(tried) > maxUnverified:
			return warn("run mlsd backup verify, see docs/backup.md", "%s; the last trial of a restore was at %s", text, tried.Format(time.RFC3339))
		}
		return ok("%s; a restore was tried at %s", text, tried.Format(time.RFC3339))
	}}
}

// Dumps checks the age of the newest file in a directory of dumps.
func Dumps(dir string, oldest time.Duration, now func() time.Time) Check {
	return Check{"backup", func(context.Context) Result {
		if dir == "" {
			return skipped("set MLS_BACKUP_URL (docs/backup.md), or give the directory of dumps with -backups to have their age checked")
		}
		newest, name, err := newestFile(dir)
		switch {
		case err != nil:
			return fail("see that -backups is the directory of dumps", "%v", err)
		case name == "":
			return fail("run mlsd backup, and let a timer run it", "%s has no dump", dir)
		}
		age := now().Sub(newest).Round(time.Minute)
		if age > oldest {
			return fail("see why the timer did not run, and run mlsd backup", "the newest dump, %s, is %v old", name, age)
		}
		return ok("the newest dump, %s, is %v old", name, age)
	}}
}

func newestFile(dir string) (newest time.Time, name string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".part") {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		// Hidden files are no backups, such as the id of a store.
		if err == nil && info.ModTime().After(newest) && !strings.HasPrefix(filepath.Base(path), ".") {
			newest, name = info.ModTime(), filepath.Base(path)
		}
		return err
	})
	return newest, name, err
}
