// Package links has the methods about links by which accounts join a conversation, and
// decides who may join by one. server/group asks it in joinConvo and getGroupInfo.
//
// # The way of a join
//
// An admin makes a link (CreateJoinLink) and gives its code away; the service keeps
// the code's hash. An account with the code looks at the preview, and where the link
// requires an approval asks for it (RequestJoin). It gets the GroupInfo with the code,
// builds an external commit, and sends it with the code. Access.Enter checks the code
// before anything costs time. The transaction of the commit reads the link again when it
// has the lock of the conversation, and counts the use: a link that was disabled
// meanwhile, or whose maker lost the right to make links, lets nobody in.
//
// # Files
//
//   - service.go: Service, and the transaction of members who manage links
//   - access.go: who may join by a code
//   - turns.go: when accounts that lost the race of a join try again
//   - manage.go: CreateJoinLink, EditJoinLink, DisableJoinLink, ListJoinLinks
//   - joiner.go: GetJoinLinkPreview, RequestJoin, WithdrawJoinRequest
//   - requests.go: ListJoinRequests, ApproveJoinRequest, RejectJoinRequest
package links
