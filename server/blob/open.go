package blob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
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
