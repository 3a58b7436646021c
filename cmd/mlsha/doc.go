// Command mlsha tries a service on several machines: PostgreSQL under Patroni
// with etcd, Redis with Sentinel, two instances of the service, and nginx, all
// with the files of deploy/ha. The machines are network namespaces on a bridge,
// with the addresses of those files, so that a machine can be cut off as if its
// cable were pulled.
//
// While accounts send messages, commit and listen, it switches the primary over,
// kills it, cuts it off, takes away etcd's members and Redis, and restarts
// everything. Then it compares what the service acknowledged and delivered with
// what the database has. The exit status is 1 if an acknowledged write is lost,
// an epoch was used twice, a cut-off primary took a write, or a figure misses its
// bound.
//
// It needs Linux, root, and Debian's packages patroni, etcd-server,
// redis-sentinel, postgresql and nginx. It is not part of the image.
//
// # Files
//
//   - main.go: flags, namespaces
//   - network.go: the machines, the bridge, cutting off
//   - process.go: the programs
//   - site.go: the shipped configuration filled in, and what runs where
//   - proxy.go: nginx
//   - patroni.go: what Patroni says and is told
//   - load.go: the accounts that send and commit
//   - listener.go: the accounts that listen
//   - ledger.go: what was acknowledged and delivered
//   - trials.go: what is done to the site
//   - rolling.go: the restart of everything
//   - check.go: the comparison at the end
//   - report.go: the figures
package main
