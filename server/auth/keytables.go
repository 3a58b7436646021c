package auth

import (
	"crypto/sha256"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"catbird.blue/mls/server/auth/k256"
)

const (
	// tableMemory bounds the memory of all tables, in bytes.
	tableMemory = 8 << 20
	// tableAfter is after how many verified tokens a K-256 key gets a table, or is
	// considered again. They are counted from the fetch of the key, so they come
	// within keyTTL. A table costs what it saves in five tokens.
	tableAfter = 8
	// tableIdle is for how long a table must have been unused before another key
	// takes its place. So accounts that call all the time keep theirs, and with more
	// of those than tables, no table is made in vain.
	tableIdle = time.Minute
)

// keyTables has tables of the keys of accounts that call often: with them, a
// signature is checked in less than half the time. Only tokens that were verified
// count, so that nobody but the account itself can cause the cost of a table.
type keyTables struct {
	cache *lru.Cache[string, *keyTable] // by DID
	most  int
	now   func() time.Time
}

// keyTable is the table of a key, and when it was last used.
type keyTable struct {
	key   *issuerKey
	table *k256.Table
	used  atomic.Int64
}

func newKeyTables(bytes int, now func() time.Time) *keyTables {
	most := k256.Fit(bytes)
	return &keyTables{cache: newLRU[string, *keyTable](most), most: most, now: now}
}

// verify reports whether a signature is that of did's key.
func (t *keyTables) verify(did string, key *issuerKey, content, signature []byte) bool {
	if key.alg != algES256K {
		return key.public.HashAndVerifyLenient(content, signature) == nil
	}
	// The account may have another key by now.
	if found, ok := t.cache.Get(did); ok && found.key.public.Equal(key.public) {
		found.used.Store(t.now().UnixNano())
		return found.table.Verify(sha256.Sum256(content), signature)
	}
	if key.public.HashAndVerifyLenient(content, signature) != nil {
		return false
	}
	if key.checked.Add(1)%tableAfter == 0 && t.hasRoom(did) {
		t.add(did, key)
	}
	return true
}

// hasRoom reports whether a table of did's key may be made: there are fewer than fit,
// it has one of an earlier key, or another has not been used for a while.
func (t *keyTables) hasRoom(did string) bool {
	if t.cache.Len() < t.most || t.cache.Contains(did) {
		return true
	}
	_, oldest, ok := t.cache.GetOldest()
	return !ok || t.now().UnixNano()-oldest.used.Load() >= int64(tableIdle)
}

func (t *keyTables) add(did string, key *issuerKey) {
	table, err := k256.NewTable(key.public.UncompressedBytes())
	if err != nil {
		return // the key was parsed before, and goes on without
	}
	made := &keyTable{key: key, table: table}
	made.used.Store(t.now().UnixNano())
	t.cache.Add(did, made)
}
