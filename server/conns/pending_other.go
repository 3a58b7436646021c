//go:build !unix

package conns

import "net"

// Pending cannot be known on this system.
func Pending(net.Listener) bool { return false }
