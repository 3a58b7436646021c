package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// verbs make what the methods carry. Bytes become variables in base64.
//
//	accounts alice bob            accounts; {alice} is the DID. Each has a device of the same name,
//	                              and accepts whatever it is added to
//	strangers bob                 from now on bob has the preferences of a new account
//	device tablet of alice        another device; {tablet.device} is its id
//	keypackage k of bob           a key package {k} with the reference {k.ref}; options
//	                              last-resort, wrapped (as MLSMessage), days=28, suite=2
//	published k of bob            the same, published
//	group g of alice              a group that alice's device has begun: {g} is its id
//	conversation g of alice bob   a conversation in epoch 1, with what each device published
//	commit c in g by alice        a commit {c}, the GroupInfo {c.groupInfo} and the tree {c.tree} of its
//	                              epoch; options: adds k, removes bob, names p, rotates tablet, public.
//	                              With additions there is {c.welcome}
//	advance g c                   the group g goes on to the epoch after c
//	external c in g by tablet     an external commit; option removes alice
//	proposal p in g by bob        a proposal {p}; options removes carol (else an update), public
//	message m in g                an application message {m}; option size=100
//	short x of m ciphertext=0     {x} is the PrivateMessage or Welcome {m} with so many bytes in a field:
//	                              ciphertext, senderData; of a Welcome groupInfo
//	groupinfo i in g by bob       a GroupInfo {i} of the current epoch; option bare
//	bytes b 100                   random bytes {b}
//	part p b 10 20                bytes 10 to 19 of b
//	broken x y                    {x} is {y} with its last byte changed
//	open s by bob METHOD …        a stream, see script
//	close s                       the client leaves it
//	future x                      a cursor {x} ahead of the service
var verbs map[string]func(*script, *words) error

func init() { // not a literal above: the functions are methods that use verbs
	verbs = map[string]func(*script, *words) error{
		"accounts": (*script).makeAccounts, "strangers": (*script).makeStrangers, "device": (*script).makeDevice,
		"keypackage": (*script).makePackage, "published": (*script).makePublished,
		"group": (*script).makeGroup, "conversation": (*script).makeConversation,
		"commit": (*script).makeCommit, "advance": (*script).advance, "external": (*script).makeExternal,
		"proposal": (*script).makeProposal, "message": (*script).makeMessage, "short": (*script).makeShort, "groupinfo": (*script).makeGroupInfo,
		"bytes": (*script).makeBytes, "part": (*script).makePart, "broken": (*script).makeBroken,
		"open": (*script).open, "close": (*script).closeTap, "future": (*script).makeFuture,
	}
}

// words reads the words after a verb.
type words struct{ list []string }

func (w *words) next() string {
	if len(w.list) == 0 {
		panic("a word is missing")
	}
	first := w.list[0]
	w.list = w.list[1:]
	return first
}

// after reads a word that must be there, and returns the next one.
func (w *words) after(word string) string {
	if got := w.next(); got != word {
		panic(fmt.Sprintf("%q, want %q", got, word))
	}
	return w.next()
}

// option removes a word, or word=value, from the remaining ones.
func (w *words) option(name string) (value string, ok bool) {
	for i, x := range w.list {
		key, v, _ := strings.Cut(x, "=")
		if key == name {
			w.list = slices.Delete(w.list, i, i+1)
			return v, true
		}
	}
	return "", false
}

func (w *words) has(name string) bool { _, ok := w.option(name); return ok }

func (w *words) number(name string, otherwise int) int {
	v, ok := w.option(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		panic(err)
	}
	return n
}

func get[T any](from map[string]T, name string) T {
	v, ok := from[name]
	if !ok {
		panic(fmt.Sprintf("%s is not known", name))
	}
	return v
}

func (c *script) set(name string, b []byte) { c.vars[name] = b64(b) }

func (c *script) makeAccounts(w *words) error {
	for len(w.list) > 0 {
		name := w.next()
		a := plc.NewAccount()
		c.accounts[name], c.vars[name] = a, a.DID
		servertest.AcceptAll(c.t, c.s.pool, a.DID)
		c.addDevice(name, mlstest.NewClient(a.DID))
	}
	return nil
}

func (c *script) makeStrangers(w *words) error {
	for len(w.list) > 0 {
		dbtest.Exec(c.t, c.s.pool, `DELETE FROM contact_preferences WHERE did = $1`, get(c.accounts, w.next()).DID)
	}
	return nil
}

func (c *script) addDevice(name string, d *mlstest.Client) {
	c.devices[name], c.vars[name+".device"] = d, d.DeviceID()
}

func (c *script) makeDevice(w *words) error {
	name, owner := w.next(), get(c.accounts, w.after("of"))
	suite := mls.CipherSuite(w.number("suite", 1))
	c.addDevice(name, mlstest.NewClient(owner.DID, mlstest.Suite(suite)))
	return nil
}

func (c *script) makePackage(w *words) error {
	name, device := w.next(), get(c.devices, w.after("of"))
	days := w.number("days", 28)
	opts := []mlstest.KPOption{mlstest.Lifetime(time.Now().Add(-time.Hour), time.Now().Add(time.Duration(days)*24*time.Hour))}
	if w.has("last-resort") {
		opts = append(opts, mlstest.LastResort())
	}
	kp := device.KeyPackage(opts...)
	c.packages[name] = kp
	c.set(name, kp.Raw)
	if w.has("wrapped") {
		c.set(name, mlstest.Wrap(kp))
	}
	ref, err := kp.RefHex()
	c.vars[name+".ref"] = ref
	return err
}

func (c *script) makePublished(w *words) error {
	name, device := w.list[0], w.list[2]
	if err := c.makePackage(w); err != nil {
		return err
	}
	return c.publish(device, c.packages[name])
}

func (c *script) publish(device string, kp *mls.KeyPackage) error {
	return c.succeed(get(c.devices, device).DID, "publishKeyPackage", publication(kp))
}

// succeed makes a call that is not shown in the transcript.
func (c *script) succeed(did, method string, in object) error {
	for _, account := range c.accounts {
		if account.DID == did {
			if a := c.s.call(c.t, account, method, in); a.status != http.StatusOK {
				return fmt.Errorf("%s: %s", method, a.short())
			}
			return nil
		}
	}
	return fmt.Errorf("%s has no account", did)
}

func (c *script) makeGroup(w *words) error {
	c.setGroup(w.next(), mlstest.NewGroup(get(c.devices, w.after("of")), mlstest.Random(16)))
	return nil
}

// setGroup stores a group with the keys of all devices so far.
func (c *script) setGroup(name string, g *mlstest.Group) {
	for _, d := range c.devices {
		g = g.With(d)
	}
	c.groups[name], c.vars[name], c.vars[name+".epoch"] = g, g.ID(), fmt.Sprint(g.Epoch())
}

func (c *script) makeConversation(w *words) error {
	name, creator := w.next(), get(c.devices, w.after("of"))
	c.setGroup(name, mlstest.NewGroup(creator, mlstest.Random(16)))
	g := c.groups[name]
	in := object{"groupId": g.ID(), "cipherSuite": creator.Suite.String()}
	var p mlstest.Plan
	members := []string{}
	for len(w.list) > 0 {
		device := w.next()
		d := get(c.devices, device)
		kp := d.KeyPackage()
		if err := c.publish(device, kp); err != nil {
			return err
		}
		p.Add = append(p.Add, kp)
		if d.DID != creator.DID && !slices.Contains(members, d.DID) {
			members = append(members, d.DID)
		}
	}
	next := g.Commit(creator, p)
	in["initialMembers"], in["groupInfo"] = members, b64(next.GroupInfo)
	if next.Welcome != nil {
		in["welcomeMessage"] = b64(next.Welcome)
	}
	c.setGroup(name, next.Next)
	return c.succeed(creator.DID, "createConvo", in)
}

func (c *script) makeCommit(w *words) error {
	name, g, by := w.next(), get(c.groups, w.after("in")), get(c.devices, w.after("by"))
	p := mlstest.Plan{Public: w.has("public")}
	for len(w.list) > 0 {
		switch option := w.next(); option {
		case "adds":
			p.Add = append(p.Add, get(c.packages, w.next()))
		case "removes":
			p.Remove = append(p.Remove, g.Index(get(c.devices, w.next())))
		case "names":
			p.Refs = append(p.Refs, get(c.proposals, w.next()))
		case "rotates":
			p.Rotate = get(c.devices, w.next())
		default:
			return fmt.Errorf("commit has no option %s", option)
		}
	}
	c.setCommit(name, g.Commit(by, p))
	return nil
}

func (c *script) setCommit(name string, m *mlstest.Commit) {
	c.commits[name] = m
	c.set(name, m.Message)
	c.set(name+".groupInfo", m.GroupInfo)
	c.set(name+".treeless", m.GroupInfoNoTree)
	c.set(name+".tree", m.RatchetTree)
	if m.Welcome != nil {
		c.set(name+".welcome", m.Welcome)
	}
}

func (c *script) advance(w *words) error {
	c.setGroup(w.next(), get(c.commits, w.next()).Next)
	return nil
}

func (c *script) makeExternal(w *words) error {
	name, g, by := w.next(), get(c.groups, w.after("in")), get(c.devices, w.after("by"))
	var removed []uint32
	for len(w.list) > 0 {
		removed = append(removed, g.Index(get(c.devices, w.after("removes"))))
	}
	c.setCommit(name, g.ExternalCommit(by, removed...))
	return nil
}

func (c *script) makeProposal(w *words) error {
	name, g, by := w.next(), get(c.groups, w.after("in")), get(c.devices, w.after("by"))
	public := w.has("public")
	p := g.ProposeUpdate(by, public)
	if len(w.list) > 0 {
		gone := g.Index(get(c.devices, w.after("removes")))
		p = g.Propose(by, &mls.Remove{Removed: gone}, public)
	}
	c.proposals[name] = p
	c.set(name, p.Message)
	return nil
}

func (c *script) makeMessage(w *words) error {
	name, g := w.next(), get(c.groups, w.after("in"))
	c.set(name, g.Application(w.number("size", 100)))
	return nil
}

func (c *script) makeShort(w *words) error {
	name := w.next()
	m, err := mls.ParseMessage(c.bytesOf(w.after("of")))
	if err != nil {
		return err
	}
	field := func(name string, v *[]byte) {
		if n := w.number(name, -1); n >= 0 {
			*v = mlstest.Random(n)
		}
	}
	if m.Welcome != nil {
		field("groupInfo", &m.Welcome.EncryptedGroupInfo)
		field("ciphertext", &m.Welcome.Secrets[0].Secrets.Ciphertext)
	} else {
		field("senderData", &m.Private.EncryptedSenderData)
		field("ciphertext", &m.Private.Ciphertext)
	}
	c.set(name, m.Append(nil))
	return nil
}

func (c *script) makeGroupInfo(w *words) error {
	name, g, by := w.next(), get(c.groups, w.after("in")), get(c.devices, w.after("by"))
	info := g.SignGroupInfo(by, true)
	if w.has("bare") {
		info = mlstest.Bare(info)
	}
	c.set(name, info)
	return nil
}

func (c *script) makeBytes(w *words) error {
	name := w.next()
	n, err := strconv.Atoi(w.next())
	c.set(name, mlstest.Random(n))
	return err
}

// bytesOf decodes the base64 in a variable.
func (c *script) bytesOf(name string) []byte {
	var b []byte
	if err := json.Unmarshal([]byte(`"`+get(c.vars, name)+`"`), &b); err != nil {
		panic(err)
	}
	return b
}

func (c *script) makePart(w *words) error {
	name, of := w.next(), c.bytesOf(w.next())
	from, err := strconv.Atoi(w.next())
	if err != nil {
		return err
	}
	to, err := strconv.Atoi(w.next())
	c.set(name, of[from:to])
	return err
}

func (c *script) makeBroken(w *words) error {
	name, b := w.next(), slices.Clone(c.bytesOf(w.next()))
	b[len(b)-1] ^= 1
	c.set(name, b)
	return nil
}

func (c *script) closeTap(w *words) error {
	get(c.taps, w.next()).close()
	return nil
}

func (c *script) makeFuture(w *words) error {
	c.vars[w.next()] = c.s.future(c.t)
	return nil
}
