// Package backup makes backups of the whole service that happen by themselves,
// and restores them: PostgreSQL's base backups and its write-ahead log (WAL) by
// PostgreSQL's own programs, attachments, and the service's key, secret and
// configuration.
//
// A Runner is the part of the server. pg_receivewal writes the WAL into the
// spool, a local directory, as the database produces it. Every few seconds a
// Shipper copies what is new to the Repository, a folder or an S3 bucket:
// compressed, and encrypted for recipients whose private keys the server does
// not have. New attachments are copied before the WAL that has their rows. Once
// a day pg_basebackup makes a base backup, and what retention no longer wants is
// removed. Of several instances of a service, one does this: the one that holds
// an advisory lock.
//
// Restore unpacks a base backup into a new data directory and lets PostgreSQL
// replay the WAL up to the end, or up to a time. A new timeline begins, and with
// it a new generation of streams. Verify does the same in a scratch directory and
// compares the result with what the database had.
//
// # Files
//
//   - seal.go, parts.go, repository.go: objects, compressed and encrypted
//   - wal.go: names of segments, and what the archive has of them
//   - source.go, base.go, mark.go: a base backup
//   - blobs.go: attachments, there and back
//   - receive.go, ship.go: from the database to the spool, and to the repository
//   - retention.go: what is removed
//   - runner.go, state.go: the schedule in the server, and its metrics
//   - unpack.go, replay.go, recover.go, restore.go: the way back
//   - list.go, verify.go: what there is, and a trial of the way back
package backup
