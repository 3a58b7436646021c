package backup

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// NoEncryption is the value of MLS_BACKUP_RECIPIENTS for backups that are not
// encrypted.
const NoEncryption = "none"

// ParseRecipients parses the public keys of MLS_BACKUP_RECIPIENTS, separated by
// commas or spaces. It returns none for NoEncryption.
func ParseRecipients(list string) ([]age.Recipient, error) {
	switch list {
	case NoEncryption:
		return nil, nil
	case "":
		return nil, errors.New("needs the public keys (age1…) for which backups are encrypted, or none; mlsd backup keygen FILE makes a pair")
	}
	lines := strings.Join(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }), "\n")
	recipients, err := age.ParseRecipients(strings.NewReader(lines))
	if err != nil {
		return nil, fmt.Errorf("is not a list of public keys (age1…): %w", err)
	}
	return recipients, nil
}

// ReadIdentities reads the private keys of a file that age-keygen wrote.
func ReadIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseIdentities(f, path)
}

// ParseIdentities reads private keys in the format of such a file. name is the
// name of their source in errors.
func ParseIdentities(in io.Reader, name string) ([]age.Identity, error) {
	ids, err := age.ParseIdentities(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return ids, nil
}

// WriteIdentity writes a new private key to a new file, and returns its public
// key.
func WriteIdentity(path string) (recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", fmt.Errorf("private key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, "# public key: %s\n%s\n", id.Recipient(), id)
	return id.Recipient().String(), errors.Join(err, f.Sync(), f.Close())
}

// recipientsOf returns the public keys of private keys, so that a restore can
// add to the backups what it learns.
func recipientsOf(ids []age.Identity) (out []age.Recipient) {
	for _, id := range ids {
		switch id := id.(type) {
		case *age.X25519Identity:
			out = append(out, id.Recipient())
		case *age.HybridIdentity:
			out = append(out, id.Recipient())
		}
	}
	return out
}

// sealed returns a reader of what r has, compressed if asked for, and encrypted
// if there are recipients. The caller closes it.
func sealed(r io.Reader, recipients []age.Recipient, compress bool) io.ReadCloser {
	out, in := io.Pipe()
	go func() { in.CloseWithError(seal(in, r, recipients, compress)) }()
	return out
}

func seal(w io.Writer, r io.Reader, recipients []age.Recipient, compress bool) error {
	var closers []io.Closer
	if len(recipients) > 0 {
		encrypted, err := age.Encrypt(w, recipients...)
		if err != nil {
			return fmt.Errorf("encrypt: %w", err)
		}
		w, closers = encrypted, append(closers, encrypted)
	}
	if compress {
		small, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		w, closers = small, append(closers, small)
	}
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	for i := len(closers) - 1; i >= 0; i-- {
		if err := closers[i].Close(); err != nil {
			return err
		}
	}
	return nil
}

// The ends of names say what has to be undone to read an object. gzip and age
// are what everybody can undo by hand.
const (
	compressedName = ".gz"
	encryptedName  = ".age"
)

// errNoIdentity is returned if an encrypted object is read without private keys.
var errNoIdentity = errors.New("the backup is encrypted: -identity names the file with the private key")

// unsealed undoes what the end of the name says.
func unsealed(name string, r io.Reader, ids []age.Identity) (io.Reader, error) {
	if plain, ok := strings.CutSuffix(name, encryptedName); ok {
		if len(ids) == 0 {
			return nil, errNoIdentity
		}
		opened, err := age.Decrypt(r, ids...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		name, r = plain, opened
	}
	if strings.HasSuffix(name, compressedName) {
		whole, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r = whole
	}
	return r, nil
}
