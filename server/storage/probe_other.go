//go:build !linux && !darwin

package storage

import "errors"

func fileSystem(string) (free, total int64, err error) {
	return 0, 0, errors.New("this system does not tell")
}
