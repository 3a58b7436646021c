package apitest

import (
	"encoding/base64"
	"net/http"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/servertest"
)

// object is a JSON object.
type object = map[string]any

// actor is an account with one of its devices.
type actor struct {
	*authtest.Account
	device *mlstest.Client
}

// newActor registers an account. Its key is P-256, which makes tests faster.
func newActor() actor {
	a := plc.NewAccountP256()
	return actor{a, mlstest.NewClient(a.DID)}
}

// b64 encodes bytes as the older methods carry them, raw as lexicon bytes.
func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func raw(b []byte) object { return object{"$bytes": base64.RawStdEncoding.EncodeToString(b)} }

// publish publishes a new key package of a device, whose account accepts additions.
func (s *stack) publish(t testing.TB, a actor, opts ...mlstest.KPOption) *mls.KeyPackage {
	t.Helper()
	kp := a.device.KeyPackage(opts...)
	servertest.AcceptAll(t, s.pool, a.DID)
	ok[object](t, s.call(t, a.Account, "publishKeyPackage", publication(kp)))
	return kp
}

func publication(kp *mls.KeyPackage) object {
	return object{"keyPackage": b64(kp.Raw), "cipherSuite": kp.CipherSuite.String()}
}

// conversation makes an account create a conversation with others, using their
// published key packages. It is in epoch 1, or in epoch 0 without others.
func (s *stack) conversation(t testing.TB, creator actor, others ...actor) *mlstest.Group {
	t.Helper()
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	in, g := s.invitation(t, g, creator, others...)
	ok[object](t, s.call(t, creator.Account, "createConvo", in))
	return g
}

// invitation returns the input of createConvo for a new group with others, and
// the resulting group.
func (s *stack) invitation(t testing.TB, g *mlstest.Group, creator actor, others ...actor) (object, *mlstest.Group) {
	t.Helper()
	in := object{"groupId": g.ID(), "cipherSuite": creator.device.Suite.String()}
	if len(others) == 0 {
		in["groupInfo"] = b64(g.SignGroupInfo(creator.device, true))
		return in, g
	}
	var p mlstest.Plan
	var dids []string
	for _, o := range others {
		g = g.With(o.device)
		p.Add = append(p.Add, s.publish(t, o))
		if o.DID != creator.DID {
			dids = append(dids, o.DID)
		}
	}
	c := g.Commit(creator.device, p)
	in["welcomeMessage"], in["groupInfo"] = b64(c.Welcome), b64(c.GroupInfo)
	if dids != nil {
		in["initialMembers"] = dids
	}
	return in, c.Next
}

// commitCall returns the input of sendCommit for a commit.
func commitCall(g *mlstest.Group, c *mlstest.Commit) object {
	in := object{"convoId": g.ID(), "commit": raw(c.Message), "groupInfo": raw(c.GroupInfo)}
	if c.Welcome != nil {
		in["welcome"] = raw(c.Welcome)
	}
	return in
}

// remove commits the removal of an account and returns the resulting group.
func (s *stack) remove(t testing.TB, g *mlstest.Group, by actor, gone actor) *mlstest.Group {
	t.Helper()
	c := g.Commit(by.device, mlstest.Plan{RemoveDIDs: []string{gone.DID}})
	in := commitCall(g, c)
	in["removedDids"] = []string{gone.DID}
	if out := ok[object](t, s.call(t, by.Account, "sendCommit", in)); out["success"] != true {
		t.Fatalf("the removal was not accepted: %v", out)
	}
	return c.Next
}

// messageCall returns the input of sendMessage for a new message of the group.
func messageCall(g *mlstest.Group, size int) object {
	return object{"convoId": g.ID(), "ciphertext": raw(g.Application(size)), "epoch": g.Epoch()}
}

// upload uploads bytes and returns their CID.
func (s *stack) upload(t testing.TB, by actor, content []byte) string {
	t.Helper()
	a := s.call(t, by.Account, "uploadBlob", content)
	if a.status != http.StatusOK {
		t.Fatalf("upload: %s", a.short())
	}
	out := ok[struct {
		Blob struct {
			Ref struct {
				Link string `json:"$link"`
			}
		}
	}](t, a)
	return out.Blob.Ref.Link
}
