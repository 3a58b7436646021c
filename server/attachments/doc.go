// Package attachments stores encrypted attachments of messages (blobs) and serves them:
// uploadBlob and getBlob.
//
// One attachment, for example: UploadBlob pays for its bytes, reserves them in the quota
// of the account, and records the new object as an orphan object (reserve). It writes
// the body to the blob store, then turns the orphan object into a row of blobs in one
// transaction (insertBlob). sendMessage attaches the blob to a message by its CID
// (server/messages). GetBlob serves it to the owner, and to accounts that may see this
// message. The cleaner deletes objects of failed uploads, and blobs that no message
// names (server/retention).
//
// # Files
//
//   - service.go: Service
//   - upload.go: uploadBlob: payment, quota, orphan objects
//   - storeerror.go: failures of the blob store
//   - download.go: getBlob: access and ranges
package attachments
