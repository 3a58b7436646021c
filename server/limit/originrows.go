package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// Accounts are free: anybody can make any number. So those that are new share,
// for each class, a bucket with the other new ones of where they come from, and
// all accounts share the instance.

// OriginAccounts is how many accounts an origin of new accounts counts as, and
// one more for each hundred that are no longer new.
const OriginAccounts = 20

// originRates bound the new accounts of one origin together.
var originRates = rowsOf(func(account *Row) *Row {
	return &Row{Name: "origin-" + account.Name, What: account.What + " by new accounts", Per: "origin", Kept: Shared,
		Amount: OriginAccounts * account.Amount, Refill: OriginAccounts * account.Refill}
})

// instanceRates are for one CPU. They are about what it can do beside a
// PostgreSQL, so that shares count before everything becomes slow.
var instanceRates = rowsOf(func(account *Row) *Row {
	c := ceilings[account]
	return &Row{Name: "instance-" + account.Name, What: account.What + " by all accounts", Per: "instance and CPU", Kept: Process,
		Amount: c.amount, Refill: c.refill}
})

// ceilings hold what the new accounts of two origins may do at once. Streams are
// apart: all clients come back at once when an instance starts, each with one.
var ceilings = map[*Row]struct{ refill, amount int64 }{
	accountRates[xrpc.RateRead]:     {2500, 40_000},
	accountRates[xrpc.RateSend]:     {1000, 8000},
	accountRates[xrpc.RateChange]:   {250, 4000},
	accountRates[xrpc.RatePublish]:  {250, 8000},
	accountRates[xrpc.RateClaim]:    {250, 4000},
	accountRates[xrpc.RateUpload]:   {100, 2000},
	accountRates[xrpc.RateDownload]: {1000, 12_000},
	accountRates[xrpc.RateStream]:   {250, 15_000},
}

// rowsOf makes a row for each class that accounts call. xrpc.RatePublic is the last
// class and has no caller.
func rowsOf(row func(account *Row) *Row) [xrpc.RatePublic]*Row {
	var rows [xrpc.RatePublic]*Row
	for c := range rows {
		r := row(accountRates[c])
		r.Unit, r.Every, r.Error = Calls, time.Second, xrpc.RateLimitExceeded
		rows[c] = r
	}
	return rows
}

// OriginRow is the rate of a class for the new accounts of one origin; nil for
// xrpc.RatePublic.
func OriginRow(c xrpc.RateClass) *Row { return rowFor(&originRates, c) }

// InstanceRow is the rate of a class for one CPU of an instance; nil for
// xrpc.RatePublic.
func InstanceRow(c xrpc.RateClass) *Row { return rowFor(&instanceRates, c) }

func rowFor(rows *[xrpc.RatePublic]*Row, c xrpc.RateClass) *Row {
	if int(c) >= len(rows) {
		return nil
	}
	return rows[c]
}

// Look-ups of DID documents. They cost others: the directory, and the hosts of
// did:web. Whoever sends a token causes one, before anything is known of it.
var (
	LookupNew = &Row{Name: "lookup-new", What: "look-ups of DIDs that are not known", Unit: Lookups, Per: "instance, shared by source addresses",
		Amount: 100, Refill: 50, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupKnown = &Row{Name: "lookup-known", What: "look-ups of accounts that are known", Unit: Lookups, Per: "instance, shared by source addresses",
		Amount: 200, Refill: 100, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	// LookupStatus pays for asking the database which of the two it is.
	LookupStatus = &Row{Name: "lookup-status", What: "questions whether an account is known", Unit: Rows, Per: "instance, shared by source addresses",
		Amount: 1000, Refill: 500, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupWaiting = &Row{Name: "lookup-waiting", What: "look-ups that wait", Unit: Lookups, Per: "instance; the longest line loses its last",
		Amount: 1024, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupPLC = &Row{Name: "lookup-plc", What: "look-ups at the PLC directory under way", Unit: Lookups, Per: "instance; as many again for known accounts",
		Amount: 64, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupWeb = &Row{Name: "lookup-web", What: "look-ups of did:web under way", Unit: Lookups, Per: "instance; as many again for known accounts",
		Amount: 16, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupDomain = &Row{Name: "lookup-domain", What: "look-ups of did:web under way", Unit: Lookups, Per: "registrable domain",
		Amount: 4, Error: xrpc.RateLimitExceeded, Kept: Process}
)

// Questions to a PDS whether it has an account. Whoever makes a DID can name
// any host as its PDS, and so have us ask it.
var (
	ConfirmAll = &Row{Name: "confirm", What: "questions to PDSes whether they have an account", Unit: Calls, Per: "instance, shared by source addresses",
		Amount: 100, Refill: 50, Every: time.Second, Error: "counts as not confirmed", Kept: Process}
	ConfirmOrigin = &Row{Name: "confirm-origin", What: "questions to the PDSes of one origin", Unit: Calls, Per: "origin",
		Amount: 20, Refill: 10, Every: time.Second, Error: "counts as not confirmed", Kept: Process}
	ConfirmWaiting = &Row{Name: "confirm-waiting", What: "questions to PDSes that wait", Unit: Calls, Per: "instance; the longest line loses its last",
		Amount: 1024, Error: "counts as not confirmed", Kept: Process}
	ConfirmOpen = &Row{Name: "confirm-open", What: "questions to PDSes under way", Unit: Calls, Per: "instance",
		Amount: 32, Error: "counts as not confirmed", Kept: Process}
	ConfirmOriginOpen = &Row{Name: "confirm-origin-open", What: "questions to the PDSes of one origin under way", Unit: Calls, Per: "origin",
		Amount: 4, Error: "counts as not confirmed", Kept: Process}
)

func originTable() []*Row {
	rows := append(originRates[:], instanceRates[:]...)
	return append(rows, LookupNew, LookupKnown, LookupStatus, LookupWaiting, LookupPLC, LookupWeb, LookupDomain,
		ConfirmAll, ConfirmOrigin, ConfirmWaiting, ConfirmOpen, ConfirmOriginOpen)
}
