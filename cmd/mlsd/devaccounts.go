package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/server/devaccounts"
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

// devHandler makes development accounts; nil if there are none.
func (a *app) devHandler(port int) http.Handler {
	if a.devs == nil {
		return nil
	}
	return a.devs.Handler(fmt.Sprintf("localhost:%d", port))
}
