package gentest

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

func newClient(t *testing.T) *client.Client {
	_, srv := newServer(t, &fake{}, nil)
	return &client.Client{Client: &xrpc.Client{Service: srv.URL, Authorize: func(r *http.Request, _ string) error {
		r.Header.Set("Authorization", "Bearer did:plc:me")
		return nil
	}}}
}

func TestClientAndRoutes(t *testing.T) {
	c := newClient(t)
	out, err := c.SendMessage(t.Context(), &client.SendMessageInput{ConvoID: convoID, Ciphertext: []byte{1, 2, 3}})
	if err != nil || out.MessageID != "did:plc:me3" {
		t.Errorf("%+v %v", out, err)
	}
	dids := []string{"did:plc:b", "did:plc:a"}
	packages, err := c.GetKeyPackages(t.Context(), &client.GetKeyPackagesParams{DIDs: dids})
	if err != nil || !slices.Equal(packages.Missing, dids) || packages.KeyPackages == nil {
		t.Errorf("%+v %v", packages, err)
	}
	blob, err := c.UploadBlob(t.Context(), &xrpc.Upload{Body: strings.NewReader("xyz"), ContentType: "image/png"})
	if err != nil || blob.Blob.Size != 3 || blob.Blob.MimeType != "image/png" {
		t.Errorf("%+v %v", blob, err)
	}
	var e *xrpc.Error
	if _, err := c.SendMessage(t.Context(), &client.SendMessageInput{ConvoID: convoID}); !errors.As(err, &e) ||
		e.Name != client.ErrInvalidMessage || e.Status != 400 {
		t.Errorf("%v", err)
	}
}

// The client must have the methods of the service, with the same signatures
// except for the caller.
func TestClientHasTheServicesMethods(t *testing.T) {
	c := reflect.TypeFor[*client.Client]()
	for i := range service.NumMethod() {
		want := service.Method(i)
		got, ok := c.MethodByName(want.Name)
		if !ok {
			t.Errorf("no %s", want.Name)
			continue
		}
		n, result := want.Type.NumIn(), want.Type.Out(0)
		if want.Type.In(n-1) == reflect.TypeFor[*xrpc.Stream]() {
			// The service writes to a Stream; the client returns the events.
			n, result = n-1, reflect.TypeFor[*xrpc.Events[gen.ConvoEvent]]()
		}
		// Parameter 0 is the receiver; the service's caller has no counterpart.
		if got.Type.NumIn() != n {
			t.Errorf("%s: %v", want.Name, got.Type)
			continue
		}
		for j := 2; j < n; j++ {
			if got.Type.In(j) != want.Type.In(j) {
				t.Errorf("%s: %v", want.Name, got.Type)
			}
		}
		if got.Type.Out(0) != result {
			t.Errorf("%s: %v", want.Name, got.Type)
		}
	}
}

// A required field is encoded even if it is empty; an optional field is left
// out if it is absent.
func TestAbsence(t *testing.T) {
	seq := int64(0)
	for want, v := range map[string]xrpc.Encodable{
		`{"conversations":[]}`:                   &gen.GetConvosOutput{},
		`{"keyPackages":[],"missing":[]}`:        &gen.GetKeyPackagesOutput{Missing: []string{}},
		`{}`:                                     &gen.DeleteDeviceOutput{},
		`{"success":false,"newEpoch":0}`:         &gen.AddMembersOutput{},
		`{"success":false,"newEpoch":0,"seq":0}`: &gen.AddMembersOutput{Seq: &seq},
		`{"groupInfo":{"$bytes":""},"epoch":0,"updatedAt":""}`:                               &gen.GetGroupInfoOutput{},
		`{"groupInfo":{"$bytes":"AA"},"ratchetTree":{"$bytes":""},"epoch":0,"updatedAt":""}`: &gen.GetGroupInfoOutput{GroupInfo: []byte{0}, RatchetTree: []byte{}},
		`{"convoId":"","welcome":"AA=="}`:                                                    &gen.GetWelcomeOutput{Welcome: []byte{0}},
	} {
		if got := string(xrpc.Marshal(v)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("encoding/json: %s, %v, want %s", got, err, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	var p gen.GetConvosParams
	if err := p.Parse(nil); err != nil || p.Limit != 50 {
		t.Errorf("%+v %v", p, err)
	}
	if q := (&gen.GetConvosParams{}).Values(); len(q) != 0 {
		t.Errorf("an absent limit is sent: %v", q)
	}
}

func TestErrorf(t *testing.T) {
	for name, status := range map[string]int{gen.ErrNotMember: 403, gen.ErrConvoNotFound: 404, gen.ErrEpochMismatch: 409,
		gen.ErrWelcomeExpired: 410, gen.ErrMessageTooLarge: 413, gen.ErrInvalidCommit: 400, "NoSuchName": 400} {
		if e := gen.Errorf(name, "%d of %s", 1, "x"); e.Status != status || e.Name != name || e.Message != "1 of x" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
