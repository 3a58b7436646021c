package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// maxReports is how many reports a list has.
const maxReports = 100

// Reports runs "admin reports list" and "admin reports show|evidence|resolve NUMBER".
func (a *Admin) Reports(ctx context.Context, words []string) error {
	if len(words) == 1 && words[0] == "list" {
		return a.listReports(ctx)
	}
	if len(words) != 2 {
		return errors.New("list needs no number, show, evidence and resolve need that of a report")
	}
	id, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not the number of a report", words[1])
	}
	switch words[0] {
	case "show":
		return a.showReport(ctx, id)
	case "evidence":
		return a.writeEvidence(ctx, id)
	case "resolve":
		return a.resolveReport(ctx, id)
	}
	return fmt.Errorf("there is no action %q: list, show, evidence or resolve", words[0])
}

func (a *Admin) listReports(ctx context.Context) error {
	q := db.New(a.Pool)
	rows, err := q.ListReports(ctx, maxReports)
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	open, err := q.CountOpenReports(ctx)
	if err != nil {
		return fmt.Errorf("count reports: %w", err)
	}
	for _, r := range rows {
		fmt.Fprintf(a.Out, "%-8d %s  %-12s %-13s %s\n", r.ReportID, r.CreatedAt.UTC().Format(time.RFC3339), about(r.SubjectDid, r.ConvoID, r.MessageID),
			forwarding(r.ForwardedAt, r.ForwardAfter), printable(r.ReasonType))
	}
	fmt.Fprintf(a.Out, "%d of %d open reports, the oldest first\n", len(rows), open)
	return a.record(ctx, "reports list", "")
}

// about says what a report is about, in one word.
func about(did *string, convo *xrpc.ConvoID, message *xrpc.MessageID) string {
	switch {
	case message != nil:
		return "message"
	case did != nil:
		return "account"
	case convo != nil:
		return "conversation"
	}
	return ""
}

// forwarding says in one word whether a report was forwarded.
func forwarding(at, after *time.Time) string {
	switch {
	case at != nil:
		return "forwarded"
	case after != nil:
		return "to forward"
	}
	return "not forwarded"
}

// printable quotes what a reporter wrote, so that no terminal obeys it.
func printable(s string) string { return strconv.QuoteToGraphic(s) }

var errNoReport = errors.New("there is no such report; one is removed 30 days after it was resolved")

// readReport reads a report and records that.
func (a *Admin) readReport(ctx context.Context, id int64, action string) (r db.Report, err error) {
	r, err = db.New(a.Pool).GetReport(ctx, id)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return r, errNoReport
	case err != nil:
		return r, fmt.Errorf("read the report: %w", err)
	}
	return r, a.record(ctx, action, reportSubject(id))
}

// reportSubject is the subject of a report in the audit.
func reportSubject(id int64) string { return fmt.Sprintf("report %d", id) }

func (a *Admin) showReport(ctx context.Context, id int64) error {
	r, err := a.readReport(ctx, id, "reports show")
	if err != nil {
		return err
	}
	a.lineAt("made", &r.CreatedAt)
	a.lineAt("resolved", r.ResolvedAt)
	a.line("by", "%s", r.ReporterDid)
	if r.SubjectDid != nil {
		a.line("account", "%s", *r.SubjectDid)
	}
	if r.ConvoID != nil {
		a.line("conversation", "%s", *r.ConvoID)
	}
	if r.MessageID != nil {
		a.line("message", "%s", *r.MessageID)
	}
	a.lineAt("forwarded", r.ForwardedAt)
	switch {
	case r.ForwardedID != nil:
		a.line("forwarded as", "%d", *r.ForwardedID)
	case r.ForwardAfter != nil:
		a.line("forwarded", "not yet, after %d attempts", r.ForwardAttempts)
	}
	a.line("reason type", "%s", printable(r.ReasonType))
	if r.Reason != nil {
		a.line("reason", "%s", printable(*r.Reason))
	}
	if len(r.Evidence) > 0 {
		a.line("evidence", "%s; mlsd admin reports evidence %d | age -d -i KEY", Bytes(int64(len(r.Evidence))), id)
	}
	a.line("note", "the service cannot prove who sent a message: this is what the reporter says")
	return a.history(ctx, reportSubject(id))
}

// writeEvidence writes the evidence as it is, an age file.
func (a *Admin) writeEvidence(ctx context.Context, id int64) error {
	r, err := a.readReport(ctx, id, "reports evidence")
	switch {
	case err != nil:
		return err
	case len(r.Evidence) == 0:
		return errors.New("the report has no evidence")
	}
	if _, err := a.Out.Write(r.Evidence); err != nil {
		return fmt.Errorf("write the evidence: %w", err)
	}
	return nil
}

func (a *Admin) resolveReport(ctx context.Context, id int64) error {
	err := pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		n, err := q.ResolveReport(ctx, id)
		switch {
		case err != nil:
			return fmt.Errorf("resolve the report: %w", err)
		case n == 0:
			return errors.New("there is no such open report")
		}
		return a.Eraser.Audit.RecordIn(ctx, q, "reports resolve", reportSubject(id))
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Out, "the report is resolved, and is removed in 30 days")
	return nil
}
