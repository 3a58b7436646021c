package messages

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// messages reads the first messages of each stretch, as far as the limit and
// half an answer go. What is left is told as more: the client names its
// position then.
func (c *syncLook) messages(ctx context.Context, q *db.Queries, stretches []stretch) ([]gen.SyncConvoSync, error) {
	if len(stretches) == 0 {
		return []gen.SyncConvoSync{}, nil
	}
	p := db.SyncMessagesParams{MaxBytes: limit.MaxAnswer / 2, RowBytes: messageViewBytes}
	room := c.asked.limit
	for i := range stretches {
		s := &stretches[i]
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
		s := &stretches[r.Place]
		s.found, s.last = s.found+1, r.Seq
		if !r.Fits {
			s.more = true
			continue
		}
		s.messages = append(s.messages, gen.MessageView{
			ID: string(r.MessageID), ConvoID: r.ConvoID, Ciphertext: r.Ciphertext, Epoch: r.Epoch, Seq: r.Seq,
			CreatedAt: xrpc.FormatTime(r.CreatedAt), Sender: r.SenderDid, MessageType: &r.Kind, Blobs: r.Blobs,
		})
	}
	return joinStretches(stretches), nil
}

// joinStretches makes the entries of the answer, one for each conversation: a
// member that came back has several windows.
func joinStretches(stretches []stretch) []gen.SyncConvoSync {
	out := []gen.SyncConvoSync{}
	for _, s := range stretches {
		// Numbers that retention took, or that no message got, are no reason
		// to call again.
		more := s.more || s.count == 0 || s.found == s.count && s.last < s.UntilSeq
		if len(s.messages) == 0 && !more {
			continue
		}
		if n := len(out); n > 0 && out[n-1].ConvoID == s.ConvoID {
			e := &out[n-1]
			// Nothing is told behind what is still to be fetched.
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
