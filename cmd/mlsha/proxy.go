package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// startProxy starts nginx with the shipped files and the upstream of deploy/ha.
func (s *site) startProxy(ctx context.Context) error {
	dir, err := s.folder(proxy, "nginx", "root")
	if err != nil {
		return err
	}
	upstream, err := s.render("upstream.conf.in", proxy, dir, "root")
	if err != nil {
		return err
	}
	conf, err := s.nginxConf(dir, upstream)
	if err != nil {
		return err
	}
	if err := s.add(&program{name: "nginx", at: proxy, account: "root", quit: syscall.SIGQUIT,
		args: []string{"nginx", "-p", dir, "-c", conf, "-e", filepath.Join(dir, "error.log")}}); err != nil {
		return err
	}
	return until(ctx, "nginx", func() error { return answers(ctx, serviceURL+"/health/live") })
}

var upstreamBlock = regexp.MustCompile(`(?s)upstream mlsd \{.*?\n\}\n`)

// nginxConf writes nginx's files for this folder and returns the main one. nginx
// serves http alone: the tests of package rolling try TLS and the redirect with the
// same files.
func (s *site) nginxConf(dir, upstream string) (string, error) {
	site, err := os.ReadFile(filepath.Join(s.deploy, "nginx", "mlsd.conf"))
	if err != nil {
		return "", err
	}
	if len(upstreamBlock.FindAll(site, -1)) != 1 {
		return "", fmt.Errorf("mlsd.conf has no upstream of its own to replace")
	}
	text, err := replaceOnce(upstreamBlock.ReplaceAllString(string(site), "include "+upstream+";\n"),
		"listen 80;", "listen unix:"+filepath.Join(dir, "redirect")+";", "listen [::]:80;", "",
		"listen 443 ssl http2;", "listen 80;", "listen [::]:443 ssl http2;", "",
		"ssl_certificate /etc/letsencrypt/live/mls.example.com/fullchain.pem;", "",
		"ssl_certificate_key /etc/letsencrypt/live/mls.example.com/privkey.pem;", "",
		"/var/log/nginx/mlsd.access.log", filepath.Join(dir, "access.log"),
		"/var/log/nginx/mlsd.error.log", filepath.Join(dir, "site.error.log"))
	if err != nil {
		return "", fmt.Errorf("mlsd.conf: %w", err)
	}
	shipped, err := os.ReadFile(filepath.Join(s.deploy, "nginx", "nginx.conf"))
	if err != nil {
		return "", err
	}
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	all, err := replaceOnce(string(shipped), "user www-data;", "user root;", "worker_processes auto;", "daemon off; worker_processes 1;",
		"/run/nginx.pid", filepath.Join(dir, "pid"), "/var/log/nginx/error.log", filepath.Join(dir, "error.log"),
		"include /etc/nginx/conf.d/*.conf;", temporary+"include "+filepath.Join(dir, "mlsd.conf")+";")
	if err != nil {
		return "", fmt.Errorf("nginx.conf: %w", err)
	}
	path := filepath.Join(dir, "nginx.conf")
	return path, errors.Join(os.WriteFile(filepath.Join(dir, "mlsd.conf"), []byte(text), 0o600), os.WriteFile(path, []byte(all), 0o600))
}

// replaceOnce replaces words, given in pairs. Each must occur once, so that a
// change of a shipped file cannot go unnoticed here.
func replaceOnce(text string, pairs ...string) (string, error) {
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			return "", fmt.Errorf("%q occurs %d times, not once", pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text, nil
}
