// Package convo has what the rooms of server/ share: the fields of Base,
// transactions and their errors, membership states, views, events, idempotency
// records, and the rates of conversations. It also implements the two methods that
// only read conversations, getConvos and getEpoch.
//
// A write with an idempotency key, for example, makes a Record of its decoded input
// (NewRecord) and begins a transaction (Base.InTx). When the handler has locked the
// row of the conversation, it looks for an answer to the same call (Record.Find) and
// checks the membership. It writes its rows, collects the events in Events and
// writes them after the newest message (Events.Store), and keeps the answer
// (Record.Keep). If a concurrent transaction wrote the same record first, InTx runs
// the transaction again, which then finds that record. After the commit Base.Notify
// makes the instances read the new rows.
//
// # Files
//
//   - base.go: Base and Service
//   - batch.go: several generated queries in one round trip
//   - errors.go: NotFound and NotMember, constraints as errors of the lexicons, InTx
//   - membership.go: membership states, roles, deleted devices
//   - policy.go: who may do what in a conversation
//   - views.go: convoViews with their members
//   - accept.go: a request that is accepted
//   - requests.go: listConvoRequests
//   - events.go: the events of a transaction; Notify
//   - idempotency.go: idempotency records
//   - tree.go: the stored ratchet tree, put together
//   - pseudonym.go: what stands for erased accounts
//   - messageid.go: ids of messages that came without one
//   - rate.go: the rate of a conversation
//   - payment.go: amounts that a call takes of an account's limit
//   - verification.go: the CPU time of signature checks
//   - bills.go: what calls store
//   - list.go, getconvo.go: getConvos, getConvo
//   - epoch.go: getEpoch
//   - getconvo.go: getConvo
package convo
