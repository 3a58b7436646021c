// Package consent decides whether an account may be added to a conversation by another
// one, and as what: accepted at once, or as a request that it accepts or declines.
//
// getKeyPackages, createConvo, addMembers and sendCommit ask the same question, for
// example: Rules.Ask names the adder and the accounts, and asks the AppView what it
// knows of them, outside any transaction. In the transaction Question.Answer reads
// what the database knows (queries/consent.sql) with one statement, which has the same
// cost for an account that does not exist, one without key packages, one that has
// blocked the adder and one that does not want to be asked. The verdict of Answer says
// Refuse, Request or Accept. What it refuses is left out of the statements that follow
// as if it did not exist, except packages that the adder leased while it was allowed:
// with them it makes a request that its account never sees.
//
// Strangers counts for how many accounts that it shares no accepted conversation with
// an adder asks in a day, whatever the answer.
//
// # Files
//
//   - rules.go: Rules, Question, Answers: the rule
//   - strangers.go: the limit on strangers
package consent
