// Package devaccounts keeps the accounts that the page at / makes for itself in
// development, where there is no PDS. An account is a key pair in a browser. Its DID
// follows from the public key, so that nobody can take another's DID, and a page can
// repeat the request after a restart of the service.
//
// Production has none: cmd/mlsd makes Accounts only for a development identity on a
// loopback listener.
//
// # Files
//
//   - accounts.go: Accounts
//   - handler.go: POST /dev/accounts
package devaccounts
