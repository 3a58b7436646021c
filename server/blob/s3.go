package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// S3 takes an object in parts of at least 5 MiB. Each is held in memory while
// it is sent, one at a time.
const partSize = 5 << 20

// abortTime bounds the request that gives up an incomplete upload after its
// context has ended.
const abortTime = 10 * time.Second

// s3Bucket keeps objects in S3, or in a store that has its protocol.
type s3Bucket struct {
	name   string
	client *s3.Client
	upload *transfermanager.Client
	// encryption and kmsKey are the server-side encryption of new objects, ""
	// for that of the bucket.
	encryption types.ServerSideEncryption
	kmsKey     string
}

func newS3(client *s3.Client, o *s3Options) *s3Bucket {
	return &s3Bucket{
		name: o.bucket, client: client, encryption: o.encryption, kmsKey: o.kmsKey,
		upload: transfermanager.New(client, func(t *transfermanager.Options) {
			t.PartSizeBytes, t.MultipartUploadThreshold = partSize, partSize
			t.Concurrency = 1
			t.FailTimeout = abortTime
			t.RequestChecksumCalculation = o.requestChecksums
		}),
	}
}

func (b *s3Bucket) write(ctx context.Context, key string, r io.Reader) error {
	in := &transfermanager.UploadObjectInput{
		Bucket: &b.name, Key: &key, Body: r, ContentType: aws.String("application/octet-stream"),
		ServerSideEncryption: b.encryption,
	}
	if b.kmsKey != "" {
		in.SSEKMSKeyID = &b.kmsKey
	}
	_, err := b.upload.UploadObject(ctx, in)
	return err
}

func (b *s3Bucket) open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &key}
	switch {
	case length == 0:
		// A range has at least one byte.
		in.Range = aws.String("bytes=0-0")
	case length > 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	case offset > 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", offset))
	}
	out, err := b.client.GetObject(ctx, in)
	if err != nil {
		return nil, err
	}
	if length == 0 {
		return http.NoBody, out.Body.Close()
	}
	return out.Body, nil
}

func (b *s3Bucket) remove(ctx context.Context, key string) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key})
	return err
}

func (b *s3Bucket) list(ctx context.Context, prefix string, f func(Object) error) error {
	return b.pages(ctx, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix}, func(page *s3.ListObjectsV2Output) error {
		for _, o := range page.Contents {
			object := Object{Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), Stored: aws.ToTime(o.LastModified)}
			if err := f(object); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *s3Bucket) folders(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	in := &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix, Delimiter: aws.String("/")}
	err := b.pages(ctx, in, func(page *s3.ListObjectsV2Output) error {
		for _, p := range page.CommonPrefixes {
			out = append(out, aws.ToString(p.Prefix))
		}
		return nil
	})
	return out, err
}

// pages calls f for every page of a list.
func (b *s3Bucket) pages(ctx context.Context, in *s3.ListObjectsV2Input, f func(*s3.ListObjectsV2Output) error) error {
	pages := s3.NewListObjectsV2Paginator(b.client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if err := f(page); err != nil {
			return err
		}
	}
	return nil
}

func (b *s3Bucket) missing(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "NotFound"
	}
	var response *awshttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotFound
}
