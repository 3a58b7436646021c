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
)

// Open opens the bucket that rawURL names: file:///directory, or s3://bucket
// with the parameters of s3Parameters and credentials from the environment as
// the AWS SDK finds them. A store other than Amazon's needs endpoint=, no more.
func Open(ctx context.Context, rawURL string) (*Store, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("blob URL: it cannot be read; spaces and special characters are percent-encoded")
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.RawQuery != "" || u.Path == "" {
			return nil, errors.New("blob URL: want file:///directory")
		}
		return OpenDir(filepath.FromSlash(u.Path))
	case "s3":
		return openS3(ctx, u)
	}
	return nil, fmt.Errorf("blob URL: scheme %q is neither file nor s3", u.Scheme)
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
