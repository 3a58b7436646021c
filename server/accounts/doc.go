// Package accounts decides which accounts the service refuses, and erases
// accounts. An account is refused while the operator has suspended it, while it is
// not active at its PDS, and while it is being erased.
//
// One suspension, for example: the operator's command calls Changes.Suspend, which
// writes the row of account_states, a new version and an audit entry in one
// transaction, and tells the instances over the bus. The States of every instance
// read the rows with newer versions, at once or within a second, empty their cache
// of the account, and end its streams. From then on States.Admit refuses its calls
// before anything else of them is looked at, and getKeyPackages finds no devices
// of it.
//
// One erasure: Eraser.Erase makes the instances refuse the account, leaves its
// conversations, waits until streams had time to deliver that, and removes what
// names the account; rows that other members need get a pseudonym. After a while
// Eraser.Run repeats this, for calls that were admitted before, and removes the row
// of account_states.
//
// # Files
//
//   - states.go: States, which refuse calls
//   - guard.go: the same for streams that are being opened
//   - change.go: Changes of the table
//   - erase.go: Eraser
//   - events.go: Events, what a relay says about accounts
//   - host.go: Host, the status of an account at its PDS
//   - audit.go: Audit, what operators did
package accounts
