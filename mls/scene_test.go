package mls_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// scene is one valid group with its objects, and the checks that the service
// performs on each.
type scene struct {
	t               testing.TB
	suite           mls.CipherSuite
	a, b, c, d, new *mlstest.Client
	before          *mlstest.Group // epoch 1: a, b, c
	o               *outsider      // what the service knows of epoch 1
	kd              *mls.KeyPackage
	commit          *mlstest.Commit // by a: removes c, adds d
	external        *mlstest.Commit // by new: replaces the old leaf of b
	app             []byte
}

func newScene(t testing.TB, s mls.CipherSuite) *scene {
	t.Helper()
	sc := &scene{t: t, suite: s}
	client := func(n int) *mlstest.Client { return mlstest.NewClient(did(n), mlstest.Suite(s)) }
	sc.a, sc.b, sc.c, sc.d = client(1), client(2), client(3), client(4)
	sc.new = sc.b.Rotate()
	first := mlstest.NewGroupWith(sc.a, mlstest.Random(16), sc.b, sc.c)
	sc.o = follow(t, first.GroupInfo)
	sc.before = first.Next.With(sc.d)
	sc.kd = sc.d.KeyPackage()
	sc.commit = sc.before.Commit(sc.a, mlstest.Plan{Public: true, Remove: []uint32{2}, Add: []*mls.KeyPackage{sc.kd}})
	sc.external = sc.before.ExternalCommit(sc.new, sc.before.Index(sc.b))
	sc.app = sc.before.Application(300)
	return sc
}

// objectKind is one of the seven kinds of object that a client uploads.
type objectKind struct {
	name   string
	object []byte
	check  func([]byte) error
	// unchecked lists fields whose contents cannot be checked from outside,
	// with the reason.
	unchecked map[string]string
	tree      bool
}

const (
	reasonCiphertext = "ciphertext: only who has the key can tell"
	reasonMAC        = "a MAC under a secret of the group"
)

func (sc *scene) kinds() []objectKind {
	welcomeUnseen := map[string]string{"encrypted_group_info": reasonCiphertext, "secrets[0].kem_output": reasonCiphertext, "secrets[0].ciphertext": reasonCiphertext}
	return []objectKind{
		{name: "KeyPackage", object: mlstest.Wrap(sc.kd), check: sc.checkKeyPackage},
		{name: "GroupInfo", object: sc.commit.GroupInfo, check: sc.checkGroupInfo},
		{name: "RatchetTree", object: sc.commit.RatchetTree, check: sc.checkTree, tree: true},
		{name: "Welcome", object: sc.commit.Welcome, check: sc.checkWelcome, unchecked: welcomeUnseen},
		{name: "Commit", object: sc.commit.Message, check: sc.checkCommit, unchecked: map[string]string{"membership_tag": reasonMAC}},
		{name: "ExternalCommit", object: sc.external.Message, check: sc.checkExternal},
		{name: "Application", object: sc.app, check: sc.checkApplication, unchecked: map[string]string{
			"authenticated_data": reasonCiphertext, "encrypted_sender_data": reasonCiphertext, "ciphertext": reasonCiphertext}},
	}
}

func (sc *scene) checkKeyPackage(b []byte) error {
	k, err := mls.ParseKeyPackage(b)
	if err != nil {
		return err
	}
	return k.Verify(time.Now(), sc.d.DID)
}

// checkGroupInfo checks the GroupInfo of sc.commit as if the commit had been a
// PrivateMessage.
func (sc *scene) checkGroupInfo(b []byte) error {
	gi, err := mls.ParseGroupInfo(b)
	if err != nil {
		return err
	}
	next, err := gi.Verify(nil, nil)
	if err != nil {
		return err
	}
	return sc.compare(gi, next)
}

func (sc *scene) checkTree(b []byte) error {
	tree, err := mls.ParseRatchetTree(b)
	if err != nil {
		return err
	}
	gi, err := mls.ParseGroupInfo(sc.commit.GroupInfoNoTree)
	if err != nil {
		return err
	}
	next, err := gi.Verify(tree, nil)
	if err != nil {
		return err
	}
	return sc.compare(gi, next)
}

func (sc *scene) compare(gi *mls.GroupInfo, next *mls.Group) error {
	if _, err := next.Tree.Members(); err != nil {
		return err
	}
	_, err := sc.o.g.CompareRoster(next, mls.RosterChange{Signer: gi.Signer, Committer: sc.a.DID, Added: []*mls.KeyPackage{sc.kd},
		MayRemove: sc.onlyC, Gone: []string{sc.c.DID}})
	return err
}

func (sc *scene) onlyC(m mls.Member) error {
	if m.DID != sc.c.DID {
		return errors.New("the commit removes another member")
	}
	return nil
}

func (sc *scene) checkWelcome(b []byte) error {
	w, err := mls.ParseWelcome(b)
	if err != nil {
		return err
	}
	if err := w.Verify(); err != nil {
		return err
	}
	if w.CipherSuite != sc.suite {
		return errors.New("another suite than the group's")
	}
	want, _ := sc.kd.RefHex()
	if got := w.RefsHex(); len(got) != 1 || got[0] != want {
		return errors.New("another key package than the added one")
	}
	return nil
}

func (sc *scene) apply(b []byte, want *mlstest.Commit) error {
	m, err := mls.ParseMessage(b)
	if err != nil {
		return err
	}
	if m.Public == nil {
		return fmt.Errorf("a %v", m.WireFormat)
	}
	next, _, err := sc.o.g.ApplyCommit(m.Public, sc.o.find, nil)
	if err != nil {
		return err
	}
	if claimed := sc.o.verify(want.GroupInfo); !bytes.Equal(claimed.Context.Bytes(), next.Context.Bytes()) || !bytes.Equal(claimed.Interim, next.Interim) {
		return errors.New("the GroupInfo is of another commit")
	}
	return nil
}

func (sc *scene) checkCommit(b []byte) error {
	if err := sc.apply(b, sc.commit); err != nil {
		return err
	}
	m := public(sc.t, b)
	if m.Sender.Type != mls.SenderMember || m.Sender.Index != 0 {
		return errors.New("not sent by the caller's leaf")
	}
	return nil
}

func (sc *scene) checkExternal(b []byte) error {
	m, err := mls.ParseMessage(b)
	if err != nil {
		return err
	}
	if m.Public == nil {
		return fmt.Errorf("a %v", m.WireFormat)
	}
	e, err := m.Public.ExternalCommit()
	if err != nil {
		return err
	}
	id, err := e.Joiner.Identity()
	if err != nil {
		return err
	}
	if id.DID != sc.new.DID {
		return errors.New("the joiner is not the caller")
	}
	return sc.apply(b, sc.external)
}

func (sc *scene) checkApplication(b []byte) error {
	m, err := mls.ParseMessage(b)
	if err != nil {
		return err
	}
	f, ok := m.Framing()
	if !ok || f.WireFormat != mls.WireFormatPrivateMessage || f.ContentType != mls.ContentTypeApplication {
		return errors.New("no private application message")
	}
	if f.Epoch != 1 || !bytes.Equal(f.GroupID, sc.before.Context.GroupID) {
		return errors.New("another group or epoch")
	}
	return m.Private.Verify(sc.suite)
}

// checkPrivate checks a handshake message that is encrypted.
func (sc *scene) checkPrivate(b []byte) error {
	m, err := mls.ParseMessage(b)
	if err != nil {
		return err
	}
	return m.Private.Verify(sc.suite)
}

// checkProposal checks a proposal that is a PublicMessage.
func (sc *scene) checkProposal(b []byte) error {
	m, err := mls.ParseMessage(b)
	if err != nil {
		return err
	}
	return sc.o.g.VerifyMessage(m.Public)
}
