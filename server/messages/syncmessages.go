package messages

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// messages reads the first messages of each range, within the limit of the call and
// bytes. Where messages are left, the entry of the conversation has
// more set, and the client names its position in the next call.
func (c *syncRead) messages(ctx context.Context, q *db.Queries, ranges []replayRange, bytes int64) ([]gen.SyncConvoSync, error) {
	if len(ranges) == 0 {
		return []gen.SyncConvoSync{}, nil
	}
	p := db.SyncMessagesParams{MaxBytes: bytes, RowBytes: messageViewBytes}
	room := c.question.limit
	for i := range ranges {
		s := &ranges[i]
		s.count = min(room, s.UntilSeq-s.AfterSeq)
		room -= s.count
		if s.count == 0 {
			continue
		}
		p.Places, p.Counts = append(p.Places, int64(i)), append(p.Counts, s.count)
		p.ConvoIds, p.AfterSeqs, p.UntilSeqs = append(p.ConvoIds, s.ConvoID.Stored()), append(p.AfterSeqs, s.AfterSeq), append(p.UntilSeqs, s.UntilSeq)
	}
	rows, err := q.SyncMessages(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	for i := range rows {
		r := &rows[i]
		s := &ranges[r.Place]
		s.found, s.last = s.found+1, r.Seq
		if !r.Fits {
			s.more = true
			continue
		}
		s.messages = append(s.messages, eventlog.MessageView(db.ReplayMessagesRow{
			ConvoID: r.ConvoID, Seq: r.Seq, Kind: r.Kind, MessageID: r.MessageID, Epoch: r.Epoch, SenderDid: r.SenderDid,
			Ciphertext: r.Ciphertext, Blobs: r.Blobs, CreatedAt: r.CreatedAt,
		}))
	}
	return joinRanges(ranges), nil
}

// joinRanges makes the entries of the answer, one for each conversation. A member
// that rejoined has several windows, and so several ranges.
func joinRanges(ranges []replayRange) []gen.SyncConvoSync {
	out := []gen.SyncConvoSync{}
	for _, s := range ranges {
		// Sequence numbers at the end of the range without a message (retention
		// removed it) do not set more: another call would find nothing.
		more := s.more || s.count == 0 || s.found == s.count && s.last < s.UntilSeq
		if len(s.messages) == 0 && !more {
			continue
		}
		if n := len(out); n > 0 && out[n-1].ConvoID == s.ConvoID {
			e := &out[n-1]
			// Messages after ones that the client must still fetch would make a
			// gap.
			if !e.More {
				e.Messages = append(e.Messages, s.messages...)
			}
			e.More, e.LastSeq, e.Epoch = e.More || more, max(e.LastSeq, s.UntilSeq), s.Epoch
			continue
		}
		e := gen.SyncConvoSync{ConvoID: s.ConvoID, Epoch: s.Epoch, LastSeq: s.UntilSeq, Messages: s.messages, More: more}
		if e.Messages == nil {
			e.Messages = []gen.MessageView{}
		}
		out = append(out, e)
	}
	return out
}
