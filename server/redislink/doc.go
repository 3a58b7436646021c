// Package redislink has what all users of Redis share: a client with short
// timeouts, and a Watch that finds out when a lost Redis can be used again.
//
// Redis holds nothing that must not be lost, and everything that uses it has a
// fallback. So a call gets little time and the client does not retry it. After
// the first failure Redis counts as lost until the kind of call that failed
// succeeds again. A read does not prove that: a Redis that is full (OOM under
// noeviction), cannot save (MISCONF) or lacks replicas (NOREPLICAS) serves
// reads and refuses writes.
package redislink
