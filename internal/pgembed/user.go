package pgembed

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// identity is the account that runs PostgreSQL's programs. PostgreSQL refuses
// to run as root, so if this process is root, it uses another account.
type identity struct {
	name     string
	uid, gid int
	// borrowed is set if it is not the account of this process.
	borrowed bool
}

func pickIdentity() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return identity{}, fmt.Errorf("user %s has no numeric ids: %w", name, err)
		}
		return identity{name: name, uid: uid, gid: gid, borrowed: true}, nil
	}
	return identity{}, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody; " +
		"start this program as another user, or set DATABASE_URL")
}

// Tied returns the attributes of a program that runs in a process group of its
// own and is interrupted when the thread that started it ends.
func Tied() *syscall.SysProcAttr { return identity{}.sysProcAttr() }

// sysProcAttr puts a program into its own process group. Ctrl-C at the terminal
// then reaches only this process, which stops the database after everything
// else.
func (id identity) sysProcAttr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if id.borrowed {
		attr.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
	dieWithParent(attr)
	return attr
}

// own makes the account the owner of a file or directory.
func (id identity) own(path string) error {
	if !id.borrowed {
		return nil
	}
	if err := os.Chown(path, id.uid, id.gid); err != nil {
		return fmt.Errorf("giving %s to user %s: %w", path, id.name, err)
	}
	return nil
}

// canReach reports whether the account may enter every directory above path.
// path is absolute and contains no links.
func (id identity) canReach(path string) bool {
	if !id.borrowed {
		return true
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		st, err := os.Stat(dir)
		if err != nil {
			return false
		}
		if !id.maySearch(st) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func (id identity) maySearch(st os.FileInfo) bool {
	mode := st.Mode().Perm()
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		if int(sys.Uid) == id.uid {
			return mode&0o100 != 0
		}
		if int(sys.Gid) == id.gid {
			return mode&0o010 != 0
		}
	}
	return mode&0o001 != 0
}
