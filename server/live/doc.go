// Package live opens streams of events, issues the tickets that open them without a
// token, and sends ephemeral signals.
//
// One stream, for example: GetSubscriptionTicket stores the hash of a new ticket. The
// client opens subscribeConvoEvents with it; Tickets accepts it once and names the
// caller. SubscribeConvoEvents checks which conversations the ticket allows (want) and
// gives the connection to server/stream, which delivers events until it is closed. A
// member's SendEphemeral passes its signal over the bus to all instances, whose hubs
// deliver it to the open streams of members.
//
// # Files
//
//   - service.go: Service
//   - tickets.go: getSubscriptionTicket, and Tickets for the generated routes
//   - streams.go: streamConvoEvents and subscribeConvoEvents
//   - signals.go: sendEphemeral
package live
