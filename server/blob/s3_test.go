package blob

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/aws/smithy-go/logging"
)

// bucketServer implements as much of the S3 protocol as one bucket needs:
// objects, multipart uploads, ranges.
type bucketServer struct {
	mu      sync.Mutex
	objects map[string][]byte
	parts   map[string]map[int][]byte
	aborted int
	// checksums are the requests that had a checksum of the SDK, which strict
	// stores refuse.
	checksums []string
	// page is how many names one answer lists.
	page int
	// refuse makes every request fail, as with wrong credentials.
	refuse atomic.Bool
}

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		body = b.chunks(body)
	}
	if b.refuse.Load() {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range r.Header {
		if n := strings.ToLower(name); strings.Contains(n, "checksum") || n == "x-amz-trailer" {
			b.checksums = append(b.checksums, r.Method+" "+name)
		}
	}
	key, q := r.URL.Path, r.URL.Query()
	switch id := q.Get("uploadId"); {
	case r.Method == http.MethodPost && q.Has("uploads"):
		id = fmt.Sprint("upload-", len(b.parts))
		b.parts[id] = map[int][]byte{}
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case r.Method == http.MethodPut && id != "":
		n, _ := strconv.Atoi(q.Get("partNumber"))
		b.parts[id][n] = body
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
	case r.Method == http.MethodPost && id != "":
		var whole []byte
		for n := 1; n <= len(b.parts[id]); n++ {
			whole = append(whole, b.parts[id][n]...)
		}
		b.objects[key] = whole
		fmt.Fprint(w, `<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>`)
	case r.Method == http.MethodDelete && id != "":
		b.aborted++
		delete(b.parts, id)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPut:
		b.objects[key] = body
		w.Header().Set("ETag", `"x"`)
	case r.Method == http.MethodDelete:
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case q.Get("list-type") == "2":
		b.list(w, key, q)
	default:
		b.get(w, r, key)
	}
}

// list answers ListObjectsV2.
func (b *bucketServer) list(w http.ResponseWriter, bucket string, q url.Values) {
	prefix, delimiter, after := q.Get("prefix"), q.Get("delimiter"), q.Get("continuation-token")
	root := strings.TrimSuffix(bucket, "/") + "/"
	var names []string
	for at := range b.objects {
		name, ok := strings.CutPrefix(at, root+prefix)
		if !ok {
			continue
		}
		if i := strings.Index(name, delimiter); delimiter != "" && i >= 0 {
			name = name[:i+1]
		}
		if name = prefix + name; !slices.Contains(names, name) && name > after {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	more := b.page > 0 && len(names) > b.page
	if more {
		names = names[:b.page]
	}
	fmt.Fprintf(w, "<ListBucketResult><KeyCount>%d</KeyCount><IsTruncated>%t</IsTruncated>", len(names), more)
	if more {
		fmt.Fprintf(w, "<NextContinuationToken>%s</NextContinuationToken>", names[len(names)-1])
	}
	for _, name := range names {
		if o, ok := b.objects[root+name]; ok {
			fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>%d</Size><LastModified>2006-01-02T15:04:05Z</LastModified><ETag>x</ETag></Contents>", name, len(o))
		} else {
			fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", name)
		}
	}
	fmt.Fprint(w, "</ListBucketResult>")
}

func (b *bucketServer) get(w http.ResponseWriter, r *http.Request, key string) {
	o, ok := b.objects[key]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
		return
	}
	w.Header().Set("ETag", `"x"`)
	http.ServeContent(w, r, "", httpTime, bytes.NewReader(o))
}

var httpTime, _ = http.ParseTime("Mon, 02 Jan 2006 15:04:05 GMT")

// chunks removes the aws-chunked framing from a body.
func (b *bucketServer) chunks(body []byte) (out []byte) {
	for len(body) > 0 {
		head, rest, ok := bytes.Cut(body, []byte("\r\n"))
		size, _, _ := bytes.Cut(head, []byte(";"))
		n, err := strconv.ParseInt(string(size), 16, 64)
		if !ok || err != nil || n == 0 {
			break
		}
		out = append(out, rest[:n]...)
		body = rest[n+2:]
	}
	return out
}

// newBucketServer starts a store, and sets credentials for it. Nothing else of
// the machine's configuration counts.
func newBucketServer(t *testing.T) (*bucketServer, string) {
	t.Helper()
	b := &bucketServer{objects: map[string][]byte{}, parts: map[string]map[int][]byte{}}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return b, srv.URL
}

func openBucket(t *testing.T) (*Store, *bucketServer) {
	t.Helper()
	b, endpoint := newBucketServer(t)
	s, err := Open(t.Context(), "s3://attachments?region=local&use_path_style=true&endpoint="+url.QueryEscape(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, b
}

func TestS3(t *testing.T) {
	s, bucket := openBucket(t)
	for _, n := range []int{1, 100_000, partSize + 1, 2*partSize + 12345} {
		want := random(n)
		key := NewKey()
		got, err := s.Write(t.Context(), key, bytes.NewReader(want), int64(n))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if got.CID != rawCID(want) || got.Size != int64(n) {
			t.Fatalf("%d bytes: got %+v", n, got)
		}
		if b := read(t, s, key, 0, -1); !bytes.Equal(b, want) {
			t.Fatalf("%d bytes: other bytes came back", n)
		}
		if b := read(t, s, key, int64(n)/2, 1); !bytes.Equal(b, want[n/2:n/2+1]) {
			t.Fatalf("%d bytes: other part came back", n)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(t.Context(), key, 0, -1); !IsNotFound(err) {
			t.Fatalf("reading what is deleted: %v", err)
		}
	}
	if len(bucket.objects) > 0 {
		t.Fatalf("%d objects are left", len(bucket.objects))
	}
}

// TestS3Probe: the probe works, leaves nothing behind, and fails where the bucket
// takes nothing. The SDK logs through slog.
func TestS3Probe(t *testing.T) {
	var lines bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	s, b := openBucket(t)
	if err := s.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.objects) > 0 {
		t.Errorf("%d objects are left", len(b.objects))
	}
	s.bucket.(*s3Bucket).client.Options().Logger.Logf(logging.Warn, "told by %s\n", "the SDK")
	if !strings.Contains(lines.String(), `"level":"WARN","msg":"S3 client","cause":"told by the SDK"`) {
		t.Errorf("the log has %s", &lines)
	}
	b.refuse.Store(true)
	if err := s.Probe(t.Context()); err == nil {
		t.Error("a bucket that refuses objects is healthy")
	}
}

func TestS3TornWrite(t *testing.T) {
	s, bucket := openBucket(t)
	for _, n := range []int{1000, 2*partSize + 1} {
		lost := errors.New("connection lost")
		_, err := s.Write(t.Context(), NewKey(), io.MultiReader(bytes.NewReader(random(n)), iotest.ErrReader(lost)), 1<<30)
		if !errors.Is(err, lost) {
			t.Fatalf("error is %v", err)
		}
	}
	bucket.mu.Lock()
	defer bucket.mu.Unlock()
	if len(bucket.objects) > 0 {
		t.Fatalf("%d torn objects are visible", len(bucket.objects))
	}
}

// TestS3EndpointAlone: endpoint= is all that a store with the protocol of S3
// needs. The bucket is in the path, and nothing has a checksum that only newer
// stores know.
func TestS3EndpointAlone(t *testing.T) {
	b, endpoint := newBucketServer(t)
	s, err := Open(t.Context(), "s3://attachments?endpoint="+url.QueryEscape(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1000, partSize + 1} {
		want := random(n)
		if _, err := s.Write(t.Context(), "a/key", bytes.NewReader(want), int64(n)); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if !bytes.Equal(b.objects["/attachments/a/key"], want) {
			t.Errorf("%d bytes: the store has %d bytes", n, len(b.objects["/attachments/a/key"]))
		}
		if got := read(t, s, "a/key", 0, -1); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: other bytes came back", n)
		}
	}
	if len(b.checksums) > 0 {
		t.Errorf("requests with checksums: %v", slices.Compact(b.checksums))
	}
}

// TestS3ChecksumsWhereAsked: the parameter turns on what is off by default.
func TestS3ChecksumsWhereAsked(t *testing.T) {
	b, endpoint := newBucketServer(t)
	s, err := Open(t.Context(), "s3://attachments?request_checksum_calculation=when_supported&endpoint="+url.QueryEscape(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), "key", strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if len(b.checksums) == 0 {
		t.Error("no request has a checksum")
	}
}

func TestS3OpenRefuses(t *testing.T) {
	newBucketServer(t)
	for rawURL, want := range map[string]string{
		"s3://":                              "want s3://bucket",
		"s3://bucket":                        "region",
		"s3://bucket/folder?region=x":        "want s3://bucket",
		"s3://me:secret@bucket?region=x":     "credentials come from the environment",
		"s3://bucket?region=x&regoin=y":      `"regoin"`,
		"s3://bucket?endpoint=minio:9000":    "begins with https://",
		"s3://bucket?region=x&ssetype=rot13": "ssetype",
		"s3://bucket?region=x&fips=perhaps":  "fips",
	} {
		_, err := Open(t.Context(), rawURL)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want one with %q", rawURL, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error has the password: %v", rawURL, err)
		}
	}
}

// TestS3ThroughProxy: the environment names a proxy, which is asked for the store
// by its name. The environment is read once in a process, hence the second one.
func TestS3ThroughProxy(t *testing.T) {
	const endpoint = "http://store.example"
	if os.Getenv("HTTP_PROXY") == "" || os.Getenv("MLS_TEST_PROXY") == "" {
		b, proxy := newBucketServer(t)
		run := exec.Command(os.Args[0], "-test.run=^TestS3ThroughProxy$", "-test.v")
		run.Env = append(os.Environ(), "MLS_TEST_PROXY=yes", "HTTP_PROXY="+proxy, "NO_PROXY=", "no_proxy=")
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if string(b.objects["/attachments/key"]) != "by proxy" {
			t.Errorf("the store has %q", b.objects)
		}
		return
	}
	s, err := Open(t.Context(), "s3://attachments?endpoint="+url.QueryEscape(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), "key", strings.NewReader("by proxy"), 100); err != nil {
		t.Fatal(err)
	}
}
