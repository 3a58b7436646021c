package reports

import (
	"bytes"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// encrypted returns an age file with these recipients.
func encrypted(t testing.TB, text string, to ...age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEvidence(t *testing.T) {
	key := func() *age.X25519Identity {
		k, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	one, other := key(), key()
	passphrase, err := age.NewScryptRecipient("secret")
	if err != nil {
		t.Fatal(err)
	}
	passphrase.SetWorkFactor(2)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	file := encrypted(t, "what was said", one.Recipient())
	stanza := bytes.Index(file, []byte("-> X25519 "))
	badPoint := append(bytes.Clone(file[:stanza]), bytes.Replace(file[stanza:], file[stanza+10:stanza+20], []byte("AAAA AAAAA"), 1)...)
	var armored bytes.Buffer
	w := armor.NewWriter(&armored)
	_, _ = w.Write(file)
	_ = w.Close()
	header := bytes.Index(file, []byte("\n--- ")) + 1 + len("--- ") + 43 + 1
	for name, tc := range map[string]struct {
		file []byte
		want string // of the error; "" for none
	}{
		"for one key":          {file, ""},
		"empty text":           {encrypted(t, "", one.Recipient()), ""},
		"for two keys":         {encrypted(t, "x", one.Recipient(), other.Recipient()), "exactly one X25519 stanza, has X25519, X25519"},
		"for a passphrase":     {encrypted(t, "x", passphrase), "exactly one X25519 stanza, has scrypt"},
		"for a hybrid key":     {encrypted(t, "x", hybrid.Recipient()), "exactly one X25519 stanza, has mlkem768x25519"},
		"plaintext":            {[]byte("what was said"), "not an age file"},
		"armored":              {armored.Bytes(), "not an age file"},
		"no payload":           {file[:header], "at least 32 bytes, this one 0"},
		"payload without text": {file[:header+31], "at least 32 bytes, this one 31"},
		"no header's end":      {file[:header-50], "not an age file"},
		"malformed stanza":     {badPoint, "not an age file"},
		"other version":        {bytes.Replace(file, []byte("/v1"), []byte("/v2"), 1), "not an age file"},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkEvidence(tc.file)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error is %v, want %q", err, tc.want)
			}
		})
	}
}

func FuzzEvidence(f *testing.F) {
	k, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encrypted(f, "what was said", k.Recipient()))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 \n\n---"))
	f.Fuzz(func(_ *testing.T, b []byte) { _ = checkEvidence(b) })
}
