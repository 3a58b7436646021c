package blob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

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
		return &Store{bucket: b, part: 2 * partSize, errors: errorsMetric.NewCounterVec()}, nil
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
	return &Store{bucket: b, errors: errorsMetric.NewCounterVec()}, nil
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
