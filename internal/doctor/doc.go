// Package doctor checks a deployment: each check gives one line that says what is so
// and, where something is wrong, what to do. It changes nothing but a probe object in
// the blob storage and a probe key in Redis, which it removes.
//
// # Files
//
//   - doctor.go: Check, Result, and running checks
//   - world.go: what the world sees of the service: DNS, did.json, calls, streams,
//     the certificate
//   - database.go: PostgreSQL
//   - stores.go: blobs, Redis, the AppView, the
//     moderation service, disk, backups
package doctor
