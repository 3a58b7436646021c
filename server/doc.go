// Package server puts the rooms of the service together. Each room is a package under
// server/ with the methods for one subject and a type Service. Server embeds these
// services, and so implements gen.Service: the compiler names a lexicon without a
// handler, and two handlers for one lexicon.
//
// One call, for example: the generated route (package gen) authenticates the caller,
// counts the call, decodes and validates the input, and calls the method of Server,
// which is that of a room: SendMessage of server/messages. A handler parses MLS objects
// with package mls, decides in one statement or one transaction over the queries of
// package db, and returns an output or an *xrpc.Error. The generated route encodes
// either.
//
// The rooms: server/group (commits, proposals, Welcomes), server/messages,
// server/keypackages, server/attachments, server/live (streams, tickets, signals), and
// server/convo, which all others build on. server/retention, server/httpd and
// server/stream are used by cmd/mlsd. docs/architecture.md has all packages, and
// docs/paths.md the paths through them.
//
// # Files
//
//   - server.go: Config, Server and New
//   - describe.go: describeService
package server
