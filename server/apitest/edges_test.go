package apitest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// framed makes a PrivateMessage of the group's epoch, of exactly size bytes.
func framed(g *mlstest.Group, content mls.ContentType, size int) []byte {
	build := func(n int) []byte {
		p := &mls.PrivateMessage{GroupID: g.Context.GroupID, Epoch: g.Epoch(), ContentType: content,
			EncryptedSenderData: mlstest.Random(28), Ciphertext: make([]byte, n)}
		return (&mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: p}).Append(nil)
	}
	return exact(size, build)
}

// exact finds an n for which build returns size bytes.
func exact(size int, build func(n int) []byte) []byte {
	b := build(size - 1000)
	if b = build(size - 1000 + size - len(b)); len(b) != size {
		panic(fmt.Sprintf("made %d bytes, want %d", len(b), size))
	}
	return b
}

// stuffing is an unknown extension.
const stuffing mls.ExtensionType = 0xF0F0

func stuff(n int) mls.Extension { return mls.Extension{Type: stuffing, Data: make([]byte, n)} }

// Every MLS object is accepted up to its limit and rejected one byte above it.
func TestObjectsAtTheirLimits(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	accepted := func(method string, in object) {
		t.Helper()
		out := ok[object](t, s.call(t, alice.Account, method, in))
		if success, is := out["success"]; is && success != true {
			t.Fatalf("%s: %v", method, out)
		}
	}
	denied := func(method, name string, in object) {
		t.Helper()
		refused(t, s.call(t, alice.Account, method, in), name)
	}

	message := object{"convoId": g.ID(), "epoch": g.Epoch()}
	message["ciphertext"] = raw(framed(g, mls.ContentTypeApplication, limit.MaxApplicationMessage+1))
	denied("sendMessage", gen.ErrMessageTooLarge, message)
	message["ciphertext"] = raw(framed(g, mls.ContentTypeApplication, limit.MaxApplicationMessage))
	accepted("sendMessage", message)

	proposal := object{"convoId": g.ID(), "proposal": raw(framed(g, mls.ContentTypeProposal, limit.MaxProposal+1))}
	denied("sendProposal", gen.ErrInvalidProposal, proposal)
	proposal["proposal"] = raw(framed(g, mls.ContentTypeProposal, limit.MaxProposal))
	accepted("sendProposal", proposal)

	info := func(size int) []byte {
		return exact(size, func(n int) []byte {
			return g.SignGroupInfo(alice.device, true, func(i *mls.GroupInfo) { i.Extensions = append(i.Extensions, stuff(n)) })
		})
	}
	denied("updateGroupInfo", gen.ErrInvalidGroupInfo, object{"convoId": g.ID(), "groupInfo": raw(info(limit.MaxGroupInfo + 1))})
	accepted("updateGroupInfo", object{"convoId": g.ID(), "groupInfo": raw(info(limit.MaxGroupInfo))})

	c := g.Commit(alice.device, mlstest.Plan{})
	commit := commitCall(g, c)
	commit["commit"] = raw(framed(g, mls.ContentTypeCommit, limit.MaxCommit+1))
	denied("sendCommit", gen.ErrInvalidCommit, commit)
	commit["commit"] = raw(framed(g, mls.ContentTypeCommit, limit.MaxCommit))
	accepted("sendCommit", commit)
	g = c.Next

	carol := newActor()
	kp := s.publish(t, carol)
	c = g.With(carol.device).Commit(alice.device, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	invite := func(size int) []byte {
		ref := must(kp.Ref())(t)
		return exact(size, func(n int) []byte {
			w := must(mls.ParseWelcome(mlstest.RandomWelcome(kp.CipherSuite, ref)))(t)
			w.EncryptedGroupInfo = make([]byte, n)
			return (&mls.Message{WireFormat: mls.WireFormatWelcome, Welcome: w}).Append(nil)
		})
	}
	add := object{"convoId": g.ID(), "didList": []string{carol.DID}, "commit": b64(c.Message), "groupInfo": b64(c.GroupInfo)}
	add["welcomeMessage"] = b64(invite(limit.MaxWelcome + 1))
	denied("addMembers", gen.ErrInvalidWelcome, add)
	add["welcomeMessage"] = b64(invite(limit.MaxWelcome))
	accepted("addMembers", add)
}

// A ratchet tree has a limit of its own. Here it is reached by one large leaf.
func TestTreeAtItsLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	tree := func(size int) *mlstest.Commit {
		var c *mlstest.Commit
		exact(size, func(n int) []byte {
			c = g.Commit(alice.device, mlstest.Plan{EditPath: func(p *mls.UpdatePath) {
				p.LeafNode.Capabilities.Extensions = mls.ListOf(stuffing)
				p.LeafNode.Extensions = append(p.LeafNode.Extensions, stuff(n))
			}})
			return c.RatchetTree
		})
		return c
	}
	send := func(c *mlstest.Commit) answer {
		return s.call(t, alice.Account, "sendCommit", object{"convoId": g.ID(), "commit": raw(framed(g, mls.ContentTypeCommit, 5000)),
			"groupInfo": raw(c.GroupInfoNoTree), "ratchetTree": raw(c.RatchetTree)})
	}
	refused(t, send(tree(limit.MaxRatchetTree+1)), gen.ErrInvalidGroupInfo)
	if out := ok[object](t, send(tree(limit.MaxRatchetTree))); out["success"] != true {
		t.Errorf("answer is %v", out)
	}
}

// Limits of key packages: their size, their number per device, the number of
// devices.
func TestKeyPackagesAtTheirLimits(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	sized := func(size int) *mls.KeyPackage {
		var kp *mls.KeyPackage
		exact(size, func(n int) []byte {
			kp = alice.device.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) {
				k.LeafNode.Capabilities.Extensions = mls.ListOf(stuffing)
				k.LeafNode.Extensions = append(k.LeafNode.Extensions, stuff(n))
			}))
			return kp.Raw
		})
		return kp
	}
	refused(t, s.call(t, alice.Account, "publishKeyPackage", publication(sized(limit.MaxKeyPackage+1))), gen.ErrInvalidKeyPackage)
	ok[object](t, s.call(t, alice.Account, "publishKeyPackage", publication(sized(limit.MaxKeyPackage))))

	batch := func(n int) object {
		var list []object
		for range n {
			list = append(list, publication(alice.device.KeyPackage()))
		}
		return object{"keyPackages": list}
	}
	refused(t, s.call(t, alice.Account, "publishKeyPackages", batch(limit.MaxKeyPackages+1)), xrpc.InvalidRequest)
	type counts struct{ Succeeded, Failed int }
	if got := ok[counts](t, s.call(t, alice.Account, "publishKeyPackages", batch(limit.MaxKeyPackages))); got != (counts{limit.MaxKeyPackages - 1, 1}) {
		t.Errorf("of the limit's number beside one: %+v", got)
	}
	refused(t, s.call(t, alice.Account, "publishKeyPackage", publication(alice.device.KeyPackage())), gen.ErrTooManyKeyPackages)

	for range limit.MaxDevices - 1 {
		s.publish(t, actor{alice.Account, alice.device.Rotate()})
	}
	refused(t, s.call(t, alice.Account, "publishKeyPackage", publication(alice.device.Rotate().KeyPackage())), gen.ErrTooManyKeyPackages)
}

// The number of members of a conversation is limited, whichever method adds
// them.
func TestMembersAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice).With(bob.device)
	// The rows have no leaves in the group: the number is checked before the
	// tree.
	dbtest.Exec(t, s.pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT $1, format('did:web:m%s.example', n), 0, now(), 0, 0, 0 FROM generate_series(1, $2::int) n`, xrpc.ConvoID(g.ID()), limit.MaxMembers-1)
	c := g.Commit(alice.device, mlstest.Plan{Add: []*mls.KeyPackage{s.publish(t, bob)}})
	in := commitCall(g, c)
	in["addedDids"] = []string{bob.DID}
	refused(t, s.call(t, alice.Account, "sendCommit", in), gen.ErrTooManyMembers)
	refused(t, s.call(t, alice.Account, "addMembers", object{"convoId": g.ID(), "didList": []string{bob.DID},
		"commit": b64(c.Message), "welcomeMessage": b64(c.Welcome), "groupInfo": b64(c.GroupInfo)}), gen.ErrTooManyMembers)
}

// dids makes valid DIDs.
func dids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("did:web:m%d.example", i)
	}
	return out
}

// Lists are accepted up to their limit, and refused above it by the declared
// error. The first error of the accepted ones is another one.
func TestListsAtTheirLimits(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	g := s.conversation(t, alice)
	c := g.Commit(alice.device, mlstest.Plan{})
	create := func(n int) object {
		return object{"groupId": strings.Repeat("ab", 16), "cipherSuite": alice.device.Suite.String(), "initialMembers": dids(n)}
	}
	add := func(n int) object {
		return object{"convoId": g.ID(), "commit": b64(c.Message), "groupInfo": b64(c.GroupInfo), "didList": dids(n)}
	}
	change := func(n int, field string) object {
		in := commitCall(g, c)
		in[field] = dids(n)
		return in
	}
	blobs := func(n int) object {
		in := messageCall(g, 10)
		var cids []string
		for i := range n {
			cids = append(cids, fmt.Sprintf("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk%c", 'a'+i))
		}
		in["blobs"] = cids
		return in
	}
	for _, x := range []struct {
		method       string
		at, over     object
		then, beyond string
	}{
		{"createConvo", create(limit.MaxMembers - 1), create(limit.MaxMembers), gen.ErrInvalidWelcome, gen.ErrTooManyMembers},
		{"addMembers", add(50), add(51), gen.ErrInvalidWelcome, gen.ErrTooManyMembers},
		{"sendCommit", change(1000, "removedDids"), change(1001, "removedDids"), gen.ErrInvalidCommit, xrpc.InvalidRequest},
		{"sendCommit", change(999, "addedDids"), change(1001, "addedDids"), gen.ErrInvalidWelcome, gen.ErrTooManyMembers},
		{"sendMessage", blobs(10), blobs(11), gen.ErrInvalidAsset, xrpc.InvalidRequest},
		{"getKeyPackages", object{"dids": dids(100)}, object{"dids": dids(101)}, "", gen.ErrTooManyDids},
	} {
		a := s.call(t, alice.Account, x.method, x.at)
		if x.then == "" {
			ok[object](t, a)
		} else {
			refused(t, a, x.then)
		}
		refused(t, s.call(t, alice.Account, x.method, x.over), x.beyond)
	}
}

// zeros is an endless reader of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Limits of attachments: the size of one, announced or not, and the quota of an
// account.
func TestBlobsAtTheirLimits(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	upload := func(size int64, announced bool) answer {
		t.Helper()
		m := gen.MethodUploadBlob
		r := s.request(t, m, []byte(nil))
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, size)), -1
		if announced {
			r.ContentLength = size
		}
		r.Header.Set("Authorization", "Bearer "+alice.Token(serviceDID, m.NSID))
		return s.do(t, m, r)
	}
	before := s.state(t)
	refused(t, upload(limit.MaxBlob+1, true), gen.ErrBlobTooLarge)
	refused(t, upload(limit.MaxBlob+1, false), gen.ErrBlobTooLarge)
	s.unchanged(t, before)
	if a := upload(limit.MaxBlob, false); a.status != http.StatusOK {
		t.Fatalf("answer is %s", a.short())
	}
	dbtest.Exec(t, s.pool, `UPDATE accounts SET blob_bytes = $1 WHERE did = $2`, int64(limit.MaxBlobBytes-1000), alice.DID)
	before = s.state(t)
	refused(t, upload(1001, true), gen.ErrQuotaExceeded)
	refused(t, upload(1001, false), gen.ErrQuotaExceeded)
	s.unchanged(t, before)
	if a := upload(1000, false); a.status != http.StatusOK {
		t.Fatalf("answer is %s", a.short())
	}
}

// A JSON body has a size limit, announced or not, whatever its content.
func TestBodyAtItsLimit(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	g := s.conversation(t, alice)
	for _, c := range []struct {
		m    *xrpc.Method
		text string
	}{
		{gen.MethodUpdateCursor, fmt.Sprintf(`{"convoId": %q, "seq": 0}`, g.ID())},
		{gen.MethodSync, `{"positions": []}`},
		{gen.MethodSendEphemeral, fmt.Sprintf(`{"convoId": %q, "epoch": 0, "ciphertext": {"$bytes": "AAAA"}}`, g.ID())},
		{gen.MethodGetSubscriptionTicket, `{}`},
	} {
		post := func(size int64, announced bool) answer {
			t.Helper()
			r := s.request(t, c.m, "")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(c.text), io.LimitReader(spaces{}, size-int64(len(c.text)))))
			if r.ContentLength = -1; announced {
				r.ContentLength = size
			}
			r.Header.Set("Authorization", "Bearer "+alice.Token(serviceDID, c.m.NSID))
			return s.do(t, c.m, r)
		}
		for _, announced := range []bool{true, false} {
			ok[object](t, post(c.m.MaxBody, announced))
			refused(t, post(c.m.MaxBody+1, announced), xrpc.PayloadTooLarge)
		}
	}
}

// spaces is an endless reader of spaces.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
