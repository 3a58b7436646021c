//go:build linux || darwin

package storage

import "syscall"

func fileSystem(dir string) (free, total int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	block := int64(s.Bsize) //nolint:unconvert // it is a uint32 on darwin
	free = int64(s.Bavail) * block
	return free, free + int64(s.Blocks-s.Bfree)*block, nil
}
