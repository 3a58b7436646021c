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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

// bucketServer implements as much of the S3 protocol as one bucket needs:
// objects, multipart uploads, ranges.
type bucketServer struct {
	mu      sync.Mutex
	objects map[string][]byte
	parts   map[string]map[int][]byte
	aborted int
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
	default:
		b.get(w, r, key)
	}
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

func openS3(t *testing.T) (*Store, *bucketServer) {
	t.Helper()
	b := &bucketServer{objects: map[string][]byte{}, parts: map[string]map[int][]byte{}}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s, err := Open(t.Context(), "s3://attachments?region=local&use_path_style=true&endpoint="+url.QueryEscape(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, b
}

func TestS3(t *testing.T) {
	s, bucket := openS3(t)
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
	s, b := openS3(t)
	if err := s.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.objects) > 0 {
		t.Errorf("%d objects are left", len(b.objects))
	}
	var client *s3.Client
	if !s.bucket.As(&client) {
		t.Fatal("not S3")
	}
	client.Options().Logger.Logf(logging.Warn, "told by %s\n", "the SDK")
	if !strings.Contains(lines.String(), `"level":"WARN","msg":"S3 client","cause":"told by the SDK"`) {
		t.Errorf("the log has %s", &lines)
	}
	b.refuse.Store(true)
	if err := s.Probe(t.Context()); err == nil {
		t.Error("a bucket that refuses objects is healthy")
	}
}

func TestS3TornWrite(t *testing.T) {
	s, bucket := openS3(t)
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
