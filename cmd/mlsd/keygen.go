package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"catbird.blue/mls/server/auth"
)

// keygen writes a new service key, and the shared secret if there is none yet.
// It prints the DID document that the server would serve with the key.
func (p *program) keygen(_ context.Context, args []string) error {
	curve := string(auth.K256)
	c, err := p.config("keygen", args, func(flags *flag.FlagSet) {
		flags.StringVar(&curve, "algorithm", curve, "curve of the key: K-256 or P-256")
	})
	if err != nil {
		return err
	}
	if c.keyIsPassed() || c.Secret != "" || auth.IsDescriptor(c.SecretFile) {
		return &configError{errors.New("keygen writes files: run it without MLS_KEY, MLS_SECRET and descriptors")}
	}
	alg, err := auth.ParseAlgorithm(curve)
	if err != nil {
		return &configError{fmt.Errorf("-algorithm: %w", err)}
	}
	key, err := auth.GenerateKey(alg, c.serviceDID(c.Port))
	if err != nil {
		return err
	}
	path := c.keyFile(c.Port)
	if err := makeDir(filepath.Dir(path)); err != nil {
		return err
	}
	wrote, err := p.writeSecret(c.secretFile(c.Port))
	if err != nil {
		return err
	}
	if err := key.WriteFile(path); err != nil {
		switch {
		case !errors.Is(err, fs.ErrExist):
			return err
		case wrote:
			return nil // the key exists; only the secret was missing
		}
		return fmt.Errorf("%s is there already; a key in use must not be lost, so it is not overwritten", path)
	}
	doc, err := document(c, key, c.Port)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.errOut, "mlsd: wrote the key to %s\n", path)
	fmt.Fprintf(p.out, "%s\n", doc)
	return nil
}

// writeSecret writes the secret that the instances share, unless it exists.
// Replacing it would make the service treat repeated calls of the last days as
// new ones.
func (p *program) writeSecret(path string) (wrote bool, err error) {
	if err := makeDir(filepath.Dir(path)); err != nil {
		return false, err
	}
	err = auth.NewSecret().WriteFile(path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err == nil {
		fmt.Fprintf(p.errOut, "mlsd: wrote the secret to %s\n", path)
	}
	return err == nil, err
}

// document returns the DID document of the service as JSON.
func document(c *Config, key *auth.Key, port int) ([]byte, error) {
	pub, err := key.Public()
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(auth.Document(c.serviceDID(port), c.publicURL(port), pub), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("DID document: %w", err)
	}
	return b, nil
}

// serviceKey loads the service key. If no file is configured, it creates the
// key when it is missing. A configured file that is missing is an error.
func serviceKey(c *Config, port int) (*auth.Key, error) {
	path, did := c.keyFile(port), c.serviceDID(port)
	var key *auth.Key
	var err error
	switch {
	case c.Key != "":
		key, err = auth.ParseKey(c.Key)
	case c.KeyFile == "":
		key, err = auth.LoadOrCreateKey(path, auth.K256, did)
	default:
		key, err = auth.LoadKey(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("MLS_KEY_FILE: there is no %s; write one with: mlsd keygen", path)
	}
	if err != nil {
		return nil, err
	}
	return key, key.Check(did, "")
}

// sharedSecret loads the shared secret. It creates a missing secret only if the
// key was created automatically too. With a configured key file, a new secret
// would differ from that of the other instances.
func sharedSecret(c *Config, port int) (*auth.Secret, error) {
	path := c.secretFile(port)
	switch {
	case c.Secret != "":
		return auth.ParseSecret(c.Secret)
	case c.KeyFile == "" && c.SecretFile == "" && c.Key == "":
		return auth.LoadOrCreateSecret(path)
	}
	secret, err := auth.LoadSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("MLS_SECRET_FILE: there is no %s; mlsd keygen writes one, which all instances share "+
			"(without the old one, calls of the last 7 days count as new ones)", path)
	}
	return secret, err
}

// makeDir creates a directory of the service. If this process runs as root,
// other accounts may enter it, because the PostgreSQL below it runs under
// another account. The files inside have their own permissions.
func makeDir(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}
