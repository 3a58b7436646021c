package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/s3blob"
)

// Open opens the bucket that rawURL names: file:///directory, made where it is
// missing and readable by its owner only, or s3://bucket with the query
// parameters of gocloud.dev/blob/s3blob (region, endpoint, use_path_style, …)
// and credentials from the environment as the AWS SDK finds them.
func Open(ctx context.Context, rawURL string) (*Store, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("blob URL: %w", err)
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.RawQuery != "" || u.Path == "" {
			return nil, errors.New("blob URL: want file:///directory")
		}
		return OpenDir(filepath.FromSlash(u.Path))
	case "s3":
		b, err := new(s3blob.URLOpener).OpenBucketURL(ctx, u)
		if err != nil {
			return nil, fmt.Errorf("open S3 bucket: %w", err)
		}
		// One part is filled while another is sent.
		return &Store{bucket: b, part: 2 * partSize, id: bucketID(u)}, nil
	}
	return nil, fmt.Errorf("blob URL: scheme %q is neither file nor s3", u.Scheme)
}

// OpenDir opens a directory as the bucket. Files are synced before they appear
// under their name.
func OpenDir(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make blob directory: %w", err)
	}
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{
		DirFileMode: 0o700,
		NoTempDir:   true, // a rename stays on one file system
		Metadata:    fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("open blob directory: %w", err)
	}
	id, err := directoryID(dir)
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return &Store{bucket: b, id: id}, nil
}

// bucketID derives an id from the bucket and the prefix of its keys. The other
// parameters say how to reach it, which may differ among instances.
func bucketID(u *url.URL) string {
	sum := sha256.Sum256([]byte(u.Scheme + "://" + u.Host + "?" + u.Query().Get("prefix")))
	return hex.EncodeToString(sum[:idSize])
}

const (
	idFile = ".store-id"
	idSize = 8
)

// directoryID returns the random id that the directory keeps in a file, which is
// made when it is missing. Keys of blobs have no such name.
func directoryID(dir string) (string, error) {
	path := filepath.Join(dir, idFile)
	random := make([]byte, idSize)
	rand.Read(random) // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(hex.EncodeToString(random))
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make id of blob directory: %w", err)
	}
	id := ""
	for range 20 { // another process may be about to write what it has made
		b, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("read id of blob directory: %w", err)
		}
		if id = string(b); len(id) == 2*idSize {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := hex.DecodeString(id); err != nil || len(id) != 2*idSize {
		return "", fmt.Errorf("%s is damaged: delete it, and a new one is made at the next start", path)
	}
	return id, nil
}

// syncDir makes the names in the directory of a file durable, and that of the
// directory itself in its parent.
func syncDir(file string) error {
	for _, dir := range []string{filepath.Dir(file), filepath.Dir(filepath.Dir(file))} {
		d, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("sync blob directory: %w", err)
		}
		err = d.Sync()
		if cerr := d.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("sync blob directory: %w", err)
		}
	}
	return nil
}
