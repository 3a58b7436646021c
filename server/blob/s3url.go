package blob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// anyRegion is what requests are signed with where a store with an endpoint of
// its own has no configured region. Such stores ignore it, or call it theirs.
const anyRegion = "us-east-1"

// s3Options is what the query of an s3:// URL says.
type s3Options struct {
	bucket, endpoint, role string
	load                   []func(*config.LoadOptions) error
	client                 []func(*s3.Options)
	requestChecksums       aws.RequestChecksumCalculation
	encryption             types.ServerSideEncryption
	kmsKey                 string
}

// s3Parameters are the parameters of an s3:// URL. Their names are those of
// gocloud.dev/blob/s3blob.
var s3Parameters = map[string]func(o *s3Options, value string) error{
	"region": func(o *s3Options, v string) error { o.load = append(o.load, config.WithRegion(v)); return nil },
	"profile": func(o *s3Options, v string) error {
		o.load = append(o.load, config.WithSharedConfigProfile(v))
		return nil
	},
	"endpoint":         (*s3Options).setEndpoint,
	"role":             func(o *s3Options, v string) error { o.role = v; return nil },
	"ssetype":          (*s3Options).setEncryption,
	"kmskeyid":         func(o *s3Options, v string) error { o.kmsKey = v; return nil },
	"use_path_style":   clientFlag(func(o *s3.Options, on bool) { o.UsePathStyle = on }),
	"s3ForcePathStyle": clientFlag(func(o *s3.Options, on bool) { o.UsePathStyle = on }),
	"accelerate":       clientFlag(func(o *s3.Options, on bool) { o.UseAccelerate = on }),
	"disable_https":    clientFlag(func(o *s3.Options, on bool) { o.EndpointOptions.DisableHTTPS = on }),
	"dualstack": loadFlag(func() func(*config.LoadOptions) error {
		return config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled)
	}),
	"fips": loadFlag(func() func(*config.LoadOptions) error {
		return config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled)
	}),
	"anonymous": loadFlag(func() func(*config.LoadOptions) error {
		return config.WithCredentialsProvider(aws.AnonymousCredentials{})
	}),
	"request_checksum_calculation": func(o *s3Options, v string) error {
		supported, err := whenSupported(v)
		if supported {
			o.requestChecksums = aws.RequestChecksumCalculationWhenSupported
		}
		return err
	},
	"response_checksum_validation": func(o *s3Options, v string) error {
		supported, err := whenSupported(v)
		if supported {
			o.load = append(o.load, config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenSupported))
		}
		return err
	},
}

func clientFlag(set func(o *s3.Options, on bool)) func(*s3Options, string) error {
	return func(o *s3Options, value string) error {
		on, err := strconv.ParseBool(value)
		o.client = append(o.client, func(c *s3.Options) { set(c, on) })
		return err
	}
}

func loadFlag(option func() func(*config.LoadOptions) error) func(*s3Options, string) error {
	return func(o *s3Options, value string) error {
		on, err := strconv.ParseBool(value)
		if on {
			o.load = append(o.load, option())
		}
		return err
	}
}

func whenSupported(value string) (bool, error) {
	switch value {
	case "when_supported":
		return true, nil
	case "when_required":
		return false, nil
	}
	return false, errors.New("want when_supported or when_required")
}

func (o *s3Options) setEndpoint(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("want a URL that begins with https:// or http://, percent-encoded")
	}
	o.endpoint = value
	return nil
}

func (o *s3Options) setEncryption(value string) error {
	for _, known := range s3types.ServerSideEncryption("").Values() {
		if strings.EqualFold(string(known), value) {
			o.encryption = types.ServerSideEncryption(known)
			return nil
		}
	}
	return errors.New("is not a type of server-side encryption")
}

// parseS3 reads an s3:// URL. The checksums that the SDK adds by itself are off:
// many stores with the protocol of S3 refuse them, and every attachment has a
// hash of its own, which clients verify.
func parseS3(u *url.URL) (*s3Options, error) {
	if u.Host == "" || strings.Trim(u.Path, "/") != "" || u.User != nil {
		return nil, errors.New("blob URL: want s3://bucket?parameters, credentials come from the environment")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("blob URL: the parameters cannot be read")
	}
	o := &s3Options{bucket: u.Host, requestChecksums: aws.RequestChecksumCalculationWhenRequired, load: []func(*config.LoadOptions) error{
		config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired),
		config.WithLogger(sdkLogger{slog.Default()}),
	}}
	// A bucket that is part of the host name needs DNS that most other stores lack.
	o.client = append(o.client, func(c *s3.Options) { c.UsePathStyle = o.endpoint != "" })
	for name, values := range query {
		set := s3Parameters[name]
		if set == nil && name != "awssdk" && name != "hostname_immutable" {
			return nil, fmt.Errorf("blob URL: there is no parameter %q", name)
		}
		if set == nil {
			continue // these had a meaning for earlier SDKs
		}
		if err := set(o, values[0]); err != nil {
			return nil, fmt.Errorf("blob URL: parameter %s: %w", name, err)
		}
	}
	return o, nil
}

func openS3(ctx context.Context, u *url.URL) (*Store, error) {
	o, err := parseS3(u)
	if err != nil {
		return nil, err
	}
	cfg, err := o.config(ctx)
	if err != nil {
		return nil, fmt.Errorf("open S3 bucket: %w", err)
	}
	if cfg.Region == "" && o.endpoint == "" {
		return nil, errors.New("open S3 bucket: the region is not known: add region= to the URL, or set AWS_REGION")
	}
	cfg.Region = cmp.Or(cfg.Region, anyRegion)
	client := s3.NewFromConfig(cfg, slices.Concat([]func(*s3.Options){func(c *s3.Options) {
		c.RequestChecksumCalculation = o.requestChecksums
		if o.endpoint != "" {
			c.BaseEndpoint = &o.endpoint
		}
	}}, o.client)...)
	// One part is filled while another is sent.
	return &Store{bucket: newS3(client, o), part: 2 * partSize, id: bucketID(u), errors: errorsMetric.NewCounterVec()}, nil
}

// config finds region and credentials as the AWS SDK does.
func (o *s3Options) config(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, o.load...)
	if err != nil || o.role == "" {
		return cfg, err
	}
	cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.role))
	return cfg, nil
}
