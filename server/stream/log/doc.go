// Package eventlog reads the log of events and gives it to the streams of this
// instance. The log is the rows of the tables messages and events in the order of
// their positions. A Hub is the stream.Source of the instance.
//
// A position is commit-safe. The row of an event is written in the transaction of
// what it reports, at a pos that is not below the id of this transaction. So once
// all transactions below some id have ended, no row can appear below it. The id of
// the oldest transaction that still runs (xmin of a snapshot) is the visibility
// horizon: the rows below it are complete, and the rows above it are hidden.
//
// # The life of one event
//
//   - A transaction of some instance writes the row and commits. A notification
//     over the bus wakes the tailer of every instance that has streams (Hub.Notify);
//     without one the tailer reads after PollInterval.
//   - The tailer reads the rows between its position and the visibility horizon.
//     builder makes an entry of each, with a stream.Event whose cursor is the
//     encrypted position.
//   - hubState hands the batch out. A change of a membership begins or ends a window
//     in subscribers; subscribers returns the accounts that see the entry; the
//     delivery goes to the shard of each account.
//   - The feed of each stream delivers the event to its Sink if it is live. If it
//     replays, it holds the event.
//
// A stream that resumes from a cursor is registered first, so that its feed holds
// what comes from then on. An attachment decides where it begins. catchUp replays
// the rows up to the position of that moment, by conversation, then sends the held
// events, and the feed is live. The replay checks the low-water mark of retention
// before it sends a part, so that a client gets every row or OutdatedCursor.
//
// Positions can be compared within one generation. A generation begins when the
// database may have been set back to an earlier state: after a restore, a failover
// or a recovery. Then old cursors are outdated and all streams end.
//
// # Files
//
//   - position.go, cursor.go: Position; Cursor and the Codec of a generation.
//   - body.go, entry.go: what a row says, and the event that it becomes.
//   - generation.go: when a generation begins.
//   - hub.go: Hub, which connects all that follows.
//   - tailer.go: reading new rows. progress.go: when that last succeeded.
//   - hubstate.go: the state between the tailer and the feeds; subscribers.go,
//     window.go, recent.go, delivery.go are its parts.
//   - feed.go: one stream. attach.go: its beginning.
//   - catchup.go, replay.go, replayrange.go: the replay.
//   - watch.go: Watcher, for callers that are not streams.
//   - metrics.go.
package eventlog
