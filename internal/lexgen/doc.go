// Package lexgen turns the lexicons into Go: types that decode, check and encode
// themselves, the Service interface, the routes, the error names and a client.
// It also lints the lexicons and compares them with those of the last release.
//
// It is based on indigo's packages atproto/lexicon and lex/lexlint. What these do
// not see (unresolved references, misspelt keys, constructs that generators of
// other languages refuse) is checked here: docs/decisions/0008-lexicon-linter.md.
// The types are in gen/wire, so that the client does not depend on echo:
// docs/decisions/0001-wire-types.md. The output depends on the lexicons and the
// Policy only, byte for byte.
//
// # The life of a lexicon
//
// Load reads the JSON file into a tree of nodes that keeps the order of its
// fields, and Lint checks it: known keys, bounds, names, references. Generate
// resolves references and gives every schema its Go name, which makes the model.
// The Policy adds what a lexicon cannot say, such as the error name of a violated
// constraint, and an entry of the Policy that fits no lexicon is a Problem. The
// emitters write the model as Files, and Write makes the folder gen hold exactly
// these. A mistake is a Problem with its file and path; all problems of a run are
// reported together.
//
// # Files
//
//   - lexgen.go: Problem and Problems, the errors of this package
//   - load.go, tree.go, walk.go: reading lexicons into trees
//   - lint.go, keys.go: what is wrong with a lexicon by itself
//   - policy.go, checkpolicy.go: what the lexicons cannot say, checked against them
//   - model.go, build.go, buildstream.go, names.go: the model, resolved and named
//   - bodysize.go: the largest body that an input can have
//   - emit.go, emitwire.go, emitentry.go, emitstream.go, emitgen.go: the model as Go
//   - write.go: the folder gen, and stale files in it
//   - breaking.go, intended.go: changes since the last release
package lexgen
