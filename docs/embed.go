// Package docs has the documents that the service itself gives out.
package docs

import _ "embed"

// LLMs is docs/llms.txt: the pages for developers of clients in one file.
//
//go:embed llms.txt
var LLMs []byte
