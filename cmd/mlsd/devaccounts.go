package main

import (
	"fmt"
	"net"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/server/chatpage"
	"catbird.blue/mls/server/devaccounts"
	"catbird.blue/mls/server/httpd"
)

// devAccounts reports whether the page at / may make accounts: the identity is one of
// development, and nobody but this machine can connect.
func (c *Config) devAccounts() bool {
	ip := net.ParseIP(c.Listen)
	return c.dev() && c.ServiceDID == "" && (c.Listen == "localhost" || ip != nil && ip.IsLoopback())
}

// localKey returns where the keys of development accounts are looked up, nil if there
// are none.
func (a *app) localKey() func(did string) (atcrypto.PublicKey, bool) {
	if !a.config.devAccounts() {
		return nil
	}
	a.devs = devaccounts.New()
	return a.devs.Key
}

// chat is the page on which accounts of development chat; nil if there are none.
func (a *app) chat(port int) *httpd.Chat {
	if a.devs == nil {
		return nil
	}
	host := fmt.Sprintf("localhost:%d", port)
	return &httpd.Chat{Pages: chatpage.Handler(host), Paths: chatpage.Paths(), Accounts: a.devs.Handler(host)}
}
