// Package redislink is what all users of Redis here have in common: a client
// with short deadlines, and a Watch that tells when Redis is lost and when it
// is of use again.
//
// Redis holds nothing that cannot be lost, and everything that uses it has
// something to fall back on. So an exchange with it is given little time and is
// not tried again by the client; and after the first failure Redis counts as
// lost for everybody who asks, until what failed has succeeded again. A Redis
// that is full (OOM under noeviction), cannot save (MISCONF) or lacks replicas
// (NOREPLICAS) answers reads and refuses writes, so a read proves nothing.
package redislink
