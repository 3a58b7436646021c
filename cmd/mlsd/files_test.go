package main

import (
	"strings"
	"testing"

	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/limit"
)

func TestConnectionLimitFollowsFromProcessLimits(t *testing.T) {
	most := int(limit.OpenConnections.Amount)
	for name, tc := range map[string]struct {
		given         int
		files, memory int64
		want          int
	}{
		"nothing is known":  {0, 0, 0, most},
		"plenty of both":    {0, 1 << 20, 64 << 30, most},
		"few open files":    {0, 1024, 64 << 30, 1024 - ownFiles - 16},
		"very few":          {0, 256, 64 << 30, leastConnections},
		"little memory":     {0, 1 << 20, 512 << 20, 4096},
		"given":             {500, 1 << 20, 1 << 20, 500},
		"more than usual":   {50_000, 1 << 20, 1 << 30, 50_000},
		"given, files none": {50_000, 0, 0, 50_000},
		"at the edge":       {1000, 1000 + ownFiles + 16, 0, 1000},
	} {
		c := &Config{MaxConnections: tc.given, DBConnections: 16}
		if got, err := c.connections(tc.files, tc.memory); err != nil || got != tc.want {
			t.Errorf("%s: %d, %v, want %d", name, got, err, tc.want)
		}
	}
	c := &Config{MaxConnections: 1001, DBConnections: 16}
	if _, err := c.connections(1000+ownFiles+16, 0); err == nil || !strings.Contains(err.Error(), "MLS_MAX_CONNECTIONS: 1001 connections need 1273 open files") {
		t.Errorf("more than there are open files: %v", err)
	}
	if n := openFiles(); n < 0 {
		t.Errorf("%d open files", n)
	}
	if n := memoryBytes(); n < 0 || httpd.MachineMemory() > 0 && n < 16<<20 {
		t.Errorf("%d bytes of memory", n)
	}
}
