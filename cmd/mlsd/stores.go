package main

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/blob"
)

const (
	// storePrefix is the part of application_name before the blob store's id.
	storePrefix = "mlsd blobs="
	// lookForStores is how often an instance looks for others with another
	// store, and repeatStores how often it repeats that there are some.
	lookForStores, repeatStores = time.Minute, 10 * time.Minute
)

// withStoreName adds the id of the blob store to the name under which the
// connections of this instance appear in pg_stat_activity. So instances of one
// database see whether the others keep attachments elsewhere, without a table
// of instances that would have to be cleaned. A name that the operator chose
// stays.
func (a *app) withStoreName(url string, blobs *blob.Store) string {
	if strings.Contains(url, "application_name=") {
		return url
	}
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	a.storeName = storePrefix + blobs.ID()
	return url + separator + "application_name=" + strings.ReplaceAll(strings.ReplaceAll(a.storeName, " ", "%20"), "=", "%3D")
}

// watchStores logs at start, and while it lasts, that another instance of this
// service keeps attachments in another place: either one then answers that an
// attachment is missing which the other one has.
func (a *app) watchStores(ctx context.Context) {
	tick := time.NewTicker(lookForStores)
	defer tick.Stop()
	var said time.Time
	for {
		if a.storesDiffer(ctx, a.pool) && time.Since(said) >= repeatStores {
			said = time.Now()
			a.log.Warn("another instance on this database keeps attachments elsewhere, so each of them lacks those of the other: " +
				"set MLS_BLOB_URL of all instances to one store (s3://…, or file:///… on a shared file system)")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *app) storesDiffer(ctx context.Context, pool *pgxpool.Pool) bool {
	if a.storeName == "" {
		return false
	}
	others, err := db.New(pool).CountOtherStores(ctx, storePrefix, a.storeName)
	return err == nil && others > 0 // when the database fails, others say so
}
