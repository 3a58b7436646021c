package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// Accounts are free, so one person can have any number. Therefore the new
// accounts of one origin share one bucket for each class, and all accounts
// share the capacity of the instance.

// OriginAccounts is how many times the rate of one account all new accounts of
// an origin have together. For each hundred of its accounts that are no longer
// new, the rate of one account is added.
const OriginAccounts = 20

// originRates limit the new accounts of one origin together.
var originRates = rowsOf(func(account *Row) *Row {
	return &Row{Name: "origin-" + account.Name, What: account.What + " by new accounts", Per: "origin", Kept: Shared,
		Amount: OriginAccounts * account.Amount, Refill: OriginAccounts * account.Refill}
})

// instanceRates are for one CPU. They are about what it handles beside
// PostgreSQL, so that shares apply before every call becomes slow.
var instanceRates = rowsOf(func(account *Row) *Row {
	c := ceilings[account]
	return &Row{Name: "instance-" + account.Name, What: account.What + " by all accounts", Per: "instance and CPU", Kept: Process,
		Amount: c.amount, Refill: c.refill}
})

// ceilings are what the new accounts of two origins may do at once. The amount
// for streams is larger: when an instance starts, all clients reconnect at
// once, each with one stream.
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

// rowsOf makes a row for each class but xrpc.RatePublic, the last one, whose calls
// have no account.
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

// Look-ups of DID documents. They cost the PLC directory and the hosts of
// did:web as well, and a request causes one before anything is known of its
// sender.
var (
	LookupNew = &Row{Name: "lookup-new", What: "look-ups of unknown accounts", Unit: Lookups, Per: "instance, shared by sources",
		Amount: 100, Refill: 50, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupKnown = &Row{Name: "lookup-known", What: "look-ups of known accounts", Unit: Lookups, Per: "instance, shared by sources",
		Amount: 200, Refill: 100, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	// LookupStatus limits the queries whether an account is known.
	LookupStatus = &Row{Name: "lookup-status", What: "queries whether an account is known", Unit: Rows, Per: "instance, shared by sources",
		Amount: 1000, Refill: 500, Every: time.Second, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupWaiting = &Row{Name: "lookup-waiting", What: "waiting look-ups", Unit: Lookups, Per: "instance, shared by sources",
		Amount: 1024, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupPLC = &Row{Name: "lookup-plc", What: "concurrent look-ups at the PLC directory", Unit: Lookups, Per: "instance",
		Amount: 64, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupWeb = &Row{Name: "lookup-web", What: "concurrent look-ups of did:web", Unit: Lookups, Per: "instance",
		Amount: 16, Error: xrpc.RateLimitExceeded, Kept: Process}
	LookupDomain = &Row{Name: "lookup-domain", What: "concurrent look-ups of did:web", Unit: Lookups, Per: "registrable domain",
		Amount: 4, Error: xrpc.RateLimitExceeded, Kept: Process}
)

// Requests to a PDS to confirm that it has an account. A DID document can name
// any host as the PDS, so an attacker could direct our requests to it.
var (
	ConfirmAll = &Row{Name: "confirm", What: "requests to PDSes", Unit: Calls, Per: "instance, shared by sources",
		Amount: 100, Refill: 50, Every: time.Second, Error: "not confirmed", Kept: Process}
	ConfirmOrigin = &Row{Name: "confirm-origin", What: "requests to the PDSes of one origin", Unit: Calls, Per: "origin",
		Amount: 20, Refill: 10, Every: time.Second, Error: "not confirmed", Kept: Process}
	ConfirmWaiting = &Row{Name: "confirm-waiting", What: "waiting requests to PDSes", Unit: Calls, Per: "instance, shared by sources",
		Amount: 1024, Error: "not confirmed", Kept: Process}
	ConfirmOpen = &Row{Name: "confirm-open", What: "concurrent requests to PDSes", Unit: Calls, Per: "instance",
		Amount: 32, Error: "not confirmed", Kept: Process}
	ConfirmOriginOpen = &Row{Name: "confirm-origin-open", What: "concurrent requests to the PDSes of one origin", Unit: Calls, Per: "origin",
		Amount: 4, Error: "not confirmed", Kept: Process}
)

// Calls of the AppView for the relationships of accounts.
var (
	AppViewCalls = &Row{Name: "appview", What: "calls of the AppView", Unit: Calls, Per: "instance, shared by accounts",
		Amount: 100, Refill: 50, Every: time.Second, Error: "not known", Kept: Process}
	AppViewWaiting = &Row{Name: "appview-waiting", What: "waiting calls of the AppView", Unit: Calls, Per: "instance, shared by accounts",
		Amount: 1024, Error: "not known", Kept: Process}
	AppViewOpen = &Row{Name: "appview-open", What: "concurrent calls of the AppView", Unit: Calls, Per: "instance",
		Amount: 8, Error: "not known", Kept: Process}
)

func originTable() []*Row {
	rows := append(originRates[:], instanceRates[:]...)
	return append(rows, LookupNew, LookupKnown, LookupStatus, LookupWaiting, LookupPLC, LookupWeb, LookupDomain,
		ConfirmAll, ConfirmOrigin, ConfirmWaiting, ConfirmOpen, ConfirmOriginOpen, AppViewCalls, AppViewWaiting, AppViewOpen)
}
