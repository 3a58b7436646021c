package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Config configures a Book.
type Config struct {
	Limits *limit.Limits
	// IsNew reports whether an account is new, which limits how many
	// conversations it may create; if nil, no account is.
	IsNew func(ctx context.Context, did string) bool
	// Places are the file systems and databases in which the service stores.
	Places []Place
	// Registry gets the metrics, Log a warning while storage is short. Both may
	// be nil.
	Registry prometheus.Registerer
	Log      *slog.Logger
	// Clock returns the time since a fixed moment; nil for the start of the
	// process.
	Clock func() time.Duration
}

// Book limits what accounts store. A nil *Book limits nothing.
type Book struct {
	limits *limit.Limits
	isNew  func(ctx context.Context, did string) bool
	shares *shares
	space  *space

	mu sync.Mutex
	// open counts the uploads in progress by account.
	open map[string]int64
}

// New makes a Book. Run must be called to measure free storage.
func New(cfg Config) *Book {
	clock := cfg.Clock
	if clock == nil {
		start := time.Now()
		clock = func() time.Duration { return time.Since(start) }
	}
	return &Book{
		limits: cfg.Limits.OrDefault(), isNew: cfg.IsNew, shares: newShares(clock), space: newSpace(&cfg, clock), open: map[string]int64{},
	}
}

// IsNew reports whether an account is new. It may query the database, so it
// must not be called inside a transaction.
func (b *Book) IsNew(ctx context.Context, did string) bool {
	return b != nil && b.isNew != nil && !b.limits.Off() && b.isNew(ctx, did)
}

// Amount is what a call stores.
type Amount struct {
	// Bytes is the total size, Kept that of the commits and proposals in it.
	Bytes, Kept int64
	// Convos is how many conversations the call creates. ByNew is set if the
	// account is new, see IsNew.
	Convos int64
	ByNew  bool
	// Removes is set if the call removes something, and so is allowed while
	// storage is full.
	Removes bool
}

// Bill is what one call has paid.
type Bill struct {
	book *Book
	did  string
	paid []payment
	// bytes is what counts towards the account's fair share.
	bytes int64
}

type payment struct {
	row *limit.Row
	n   int64
}

// Bill starts the bill of a call.
func (b *Book) Bill(did string) *Bill { return &Bill{book: b, did: did} }

// Pay counts what the call is about to store, or returns the error of the limit
// that it exceeds. It replaces an earlier payment on the bill, for a
// transaction that is retried.
func (b *Bill) Pay(ctx context.Context, a Amount) error {
	if b == nil || b.book == nil {
		return nil
	}
	b.Return(ctx)
	if err := b.admit(a); err != nil {
		return err
	}
	convos := limit.ConvosCreated
	if a.ByNew {
		convos = limit.ConvosCreatedByNew
	}
	for _, p := range []payment{{limit.StoredBytes, a.Bytes}, {limit.KeptBytes, a.Kept}, {convos, a.Convos}} {
		if err := b.take(p); err != nil {
			b.Return(ctx)
			return err
		}
	}
	b.bytes = a.Bytes
	b.book.shares.add(b.did, a.Bytes)
	return nil
}

// PayMore adds bytes to the bill, for content whose size is not known in
// advance.
func (b *Bill) PayMore(bytes int64) error {
	if b == nil || b.book == nil {
		return nil
	}
	if err := b.take(payment{limit.StoredBytes, bytes}); err != nil {
		return err
	}
	b.bytes += bytes
	b.book.shares.add(b.did, bytes)
	return nil
}

func (b *Bill) admit(a Amount) error {
	if a.Removes {
		return nil
	}
	return b.book.admit(b.did)
}

func (b *Bill) take(p payment) error {
	if p.n <= 0 {
		return nil
	}
	if err := b.book.limits.TakeHere(p.row, b.did, p.n); err != nil {
		return b.book.explain(err, p.row)
	}
	b.paid = append(b.paid, p)
	return nil
}

// explain replaces the message of a refusal by one that names the limit.
func (b *Book) explain(err error, row *limit.Row) error {
	var e *xrpc.Error
	if !errors.As(err, &e) {
		return err
	}
	explained := *e
	most, _ := b.limits.Amount(row)
	explained.Message = fmt.Sprintf("%s: more than %s a day (%s): try again in %d s", row.What, row.Unit.Text(most), row.Name, int64(e.RetryAfter.Seconds()))
	return &explained
}

// Return gives back what was paid.
func (b *Bill) Return(ctx context.Context) {
	if b == nil || b.book == nil {
		return
	}
	for _, p := range b.paid {
		b.book.limits.Return(ctx, p.row, b.did, p.n)
	}
	b.book.shares.add(b.did, -b.bytes)
	b.paid, b.bytes = nil, 0
}

// Settle closes the bill of a call that ended with err. If nothing was stored,
// the payment is given back. For an error that is not an *xrpc.Error, such as a
// cancelled request, it is not known whether something was stored, so the
// payment stays.
func (b *Bill) Settle(ctx context.Context, stored bool, err error) {
	var refused *xrpc.Error
	if err == nil && stored || err != nil && !errors.As(err, &refused) {
		return
	}
	b.Return(ctx)
}

// Refused counts a refusal by a row that is kept in the database.
func (b *Bill) Refused(row *limit.Row) {
	if b != nil && b.book != nil {
		b.book.limits.Refused(row)
	}
}

// retryUpload is the Retry-After for an account with too many uploads in
// progress.
const retryUpload = 5 * time.Second

// BeginUpload counts one more upload of the account until done is called.
func (b *Book) BeginUpload(did string) (done func(), err error) {
	if b == nil {
		return func() {}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	row := limit.OpenUploads
	if b.open[did] >= row.Amount {
		b.limits.Refused(row)
		e := row.Refuse(retryUpload)
		e.Message = fmt.Sprintf("%d uploads of this account are under way, which is the limit (%s): try again in %d s",
			row.Amount, row.Name, int64(retryUpload.Seconds()))
		return nil, e
	}
	b.open[did]++
	return sync.OnceFunc(func() { b.endUpload(did) }), nil
}

func (b *Book) endUpload(did string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[did]--; b.open[did] == 0 {
		delete(b.open, did)
	}
}
