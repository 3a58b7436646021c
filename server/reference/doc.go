// Package reference makes the pages about the lexicons that the service shows to
// people: an index, a page for each lexicon, and an archive of all of them. They
// are made from the lexicon files at each request, except for the archive, so
// that they need no memory.
//
// # Files
//
//   - lexicon.go: a lexicon as far as the pages need it
//   - page.go: the index and the page of a lexicon
//   - fields.go: tables of fields, and an example call
//   - archive.go: all lexicons in one file
package reference
