package main

import (
	"context"
)

// benchOpenStream measures what an open stream costs a single sender that sends
// one message after the other: the service reads the log for the stream.
func benchOpenStream(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, 1, w.dids(2)); err != nil {
		return err
	}
	of := func(name string) *loadFigures {
		return &loadFigures{p50: r.figure(name+", p50 of a send", millis), p99: r.figure(name+", p99 of a send", millis),
			server: r.figure(name+", mlsd CPU per message", micros), postgres: r.figure(name+", PostgreSQL CPU per message", micros)}
	}
	without, with := of("without a stream"), of("with a stream")
	for turn := range 1 + w.sizes.turns {
		if turn == 0 { // a warm-up
			if err := w.oneSender(ctx, &loadFigures{}, true); err != nil {
				return err
			}
			continue
		}
		if err := w.oneSender(ctx, without, false); err != nil {
			return err
		}
		if err := w.oneSender(ctx, with, true); err != nil {
			return err
		}
	}
	r.print(without.p50, with.p50, without.p99, with.p99, without.server, with.server, without.postgres, with.postgres)
	r.judge("live-p50", r.ratio("p50, with a stream / without", with.p50, without.p50))
	r.judge("live-postgres-cpu", r.ratio("PostgreSQL CPU, with a stream / without", with.postgres, without.postgres))
	return nil
}

// oneSender measures a turn of a sender, while another member has a stream open
// or not.
func (w *world) oneSender(ctx context.Context, f *loadFigures, stream bool) (err error) {
	calls, err := w.sendCalls(sendPlan{convos: 1, senders: 1, n: max(100, int(w.sizes.turn().Seconds()*700)), size: messageLen})
	if err != nil {
		return err
	}
	if stream {
		s, err := w.server.subscribe(ctx, w.accounts[1], "")
		if err != nil {
			return err
		}
		defer s.close()
		seen := s.countEvents()
		defer func() {
			if err == nil && seen.Load() < 2 {
				err = errNoEvents
			}
		}()
	} else if err := w.streamsGone(ctx); err != nil {
		return err
	}
	return w.measure(ctx, f, w.server.PID(), func() (loadResult, error) { return runCalls(ctx, w.addr(), 1, calls) })
}
