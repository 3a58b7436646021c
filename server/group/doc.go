// Package group changes and reads the MLS groups of conversations: it creates
// conversations, orders and checks commits, stores proposals and GroupInfos, and
// delivers Welcomes. Service has the methods of the API.
//
// # The life of a commit
//
// A generated route calls AddMembers, JoinConvo, SendCommit or LeaveConvo. Each
// makes a commitRequest, and Service.commit does the same for all four:
//
//  1. parseCommit parses the commit, the Welcome, the GroupInfo and the tree, and
//     checks all that needs no state: a parsedCommit.
//  2. Service.verifyCommit reads the group that the commit was made in, and applies
//     the commit to it, or takes the next group from the GroupInfo where a
//     PrivateMessage hides what it does: a verifiedCommit. This costs signature
//     checks, so it runs before the transaction. If the conversation is in
//     another epoch once it is locked, retryIfGroupChanged verifies again.
//  3. commitTx.run locks the conversation's row. It returns the recorded output of
//     a repeated call, requires a member, and requires the current epoch; only
//     then it returns what verification refused.
//  4. planner.plan finds the memberships that the commit begins and ends and checks
//     that the caller may do so. welcomeCheck locks the key packages that the
//     Welcome names. rosterCheck compares the new tree with the roster, leaf by
//     leaf. The result is a change.
//  5. applier.apply advances the epoch, which fails if another commit did so
//     before, and stores the commit, the memberships, the devices, the Welcome,
//     the leaves, the GroupInfo and the events, by queries of queries/.
//  6. After the transaction, all instances are notified. A commit that came too
//     late gets an epochConflict, from which conflictOutput makes the output with
//     the accepted commits; reserveEpoch may reserve the new epoch for its caller.
//
// Proposals and leaves take the same steps in short: parse, verify, handshakeTx.
//
// # Files
//
//   - service.go: Service
//   - commit.go: AddMembers, JoinConvo, SendCommit, and the steps of a commit
//   - parse.go: step 1, and the parsing of messages and Welcomes for other calls
//   - infoandtree.go: a GroupInfo with its ratchet tree
//   - verify.go, newleaves.go: step 2, and new leaves against key packages
//   - storedgroup.go: the group of an epoch as it is stored
//   - handshake.go: the transaction of every call that changes a conversation
//   - committx.go: step 3
//   - plan.go, roster.go, welcomecheck.go: step 4
//   - apply.go, leaves.go, newwelcome.go: step 5
//   - conflict.go, reservation.go: step 6
//   - createconvo.go, newconvo.go: CreateConvo, and the checks of its input
//   - joinlink.go: what differs in GetGroupInfo and JoinConvo by the code of a link
//   - leaveconvo.go: LeaveConvo, the leaving of an account that is erased, and
//     suspensions without a commit
//   - erased.go: pseudonyms of erased accounts against the leaves of a tree
//   - sendproposal.go, proposal.go: SendProposal, and proposals of any call
//   - requestrejoin.go: RequestRejoin, and reports of commits
//   - requests.go: AcceptConvo, DeclineConvo, and requests that nobody answers
//   - groupinfo.go: GetGroupInfo, UpdateGroupInfo
//   - getcommits.go: GetCommits
//   - welcome.go: GetWelcome, ConfirmWelcome, ListWelcomes
package group
