package main

import (
	"context"
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

// nginxConf writes nginx's files for this folder and returns the main one.
func (s *site) nginxConf(dir, upstream string) (string, error) {
	site, err := os.ReadFile(filepath.Join(s.deploy, "nginx", "mlsd.conf"))
	if err != nil {
		return "", err
	}
	if len(upstreamBlock.FindAll(site, -1)) != 1 {
		return "", fmt.Errorf("mlsd.conf has no upstream of its own to replace")
	}
	text := upstreamBlock.ReplaceAllString(string(site), "include "+upstream+";\n")
	text = strings.ReplaceAll(text, "/var/log/nginx/", dir+"/")
	main, err := os.ReadFile(filepath.Join(s.deploy, "nginx", "nginx.conf"))
	if err != nil {
		return "", err
	}
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	all := strings.NewReplacer("user www-data;", "user root;", "worker_processes auto;", "daemon off; worker_processes 1;",
		"/run/nginx.pid", filepath.Join(dir, "pid"), "/var/log/nginx/", dir+"/",
		"include /etc/nginx/conf.d/*.conf;", temporary+"include "+filepath.Join(dir, "mlsd.conf")+";").Replace(string(main))
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(filepath.Join(dir, "mlsd.conf"), []byte(text), 0o600); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(all), 0o600)
}
