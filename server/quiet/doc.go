// Package quiet keeps the conversations of accounts that are in many in the order of
// getConvos, so that a page costs the same however many they are.
//
// One conversation, for example: getConvos finds that an account is in more than
// LongList conversations that are not listed, and the Keeper lists them (Long). Each
// that was not active for some minutes becomes quiet: its membership gets the exact time
// of its last activity, in an index in the order of getConvos. A message arrives. Sending
// it changes no membership. The next pages find the conversation in the part of the log
// from quiet_place on, and look its time up. A moment later the Keeper reads that part,
// ends the quiet of the conversations that it names, and moves quiet_place behind it.
// Minutes after the last message the conversation becomes quiet again.
//
// It is right at every moment, because of three things. Everything that changes the time
// of the last activity of a conversation writes a row of the log in the same
// transaction. A row that a statement does not see is at or above its visibility horizon,
// and quiet_place is never above that of the statements which make memberships quiet,
// since these and the move of quiet_place exclude each other by its row. And a page reads
// quiet_place, the log and the memberships in one snapshot.
//
// Any number of instances may run a Keeper. It is woken by what its instance does, so
// that an idle service has no more to do. If none runs, pages are right all the same:
// they look all conversations up when the part of the log is long.
//
// # Files
//
//   - keeper.go: Keeper, and when it works
//   - steps.go: its transactions
package quiet
