package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// machine is one machine of the site: a network namespace with one address.
type machine struct {
	name, address string
}

// The machines, with the addresses of the files in deploy/ha. The program itself
// is at hub, where it plays the clients and the PLC directory.
var (
	databases = []machine{{"db1", "10.0.0.11"}, {"db2", "10.0.0.12"}, {"db3", "10.0.0.13"}}
	services  = []machine{{"app1", "10.0.0.21"}, {"app2", "10.0.0.22"}}
	proxy     = machine{"proxy", "10.0.0.10"}
)

const hub = "10.0.0.1"

// shell runs a command line of words without spaces in them.
func shell(ctx context.Context, line string) error {
	words := strings.Fields(line)
	if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", line, err, out)
	}
	return nil
}

// makeNetwork makes the bridge and the machines.
func makeNetwork(ctx context.Context) error {
	lines := []string{
		// Files of this name space must not be seen outside.
		"mount -t tmpfs tmpfs /run",
		"mkdir -p /run/postgresql /run/netns",
		"chown postgres:postgres /run/postgresql",
		"ip link set lo up",
		"ip link add br0 type bridge",
		"ip addr add " + hub + "/24 dev br0",
		"ip link set br0 up",
	}
	for _, m := range everyMachine() {
		lines = append(lines,
			"ip netns add "+m.name,
			"ip link add "+m.cable()+" type veth peer name eth0 netns "+m.name,
			"ip link set "+m.cable()+" master br0 up",
			"ip -n "+m.name+" addr add "+m.address+"/24 dev eth0",
			"ip -n "+m.name+" link set eth0 up",
			"ip -n "+m.name+" link set lo up",
		)
	}
	for _, line := range lines {
		if err := shell(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

func everyMachine() []machine {
	return append(append(append([]machine{}, databases...), services...), proxy)
}

func (m machine) cable() string { return "v-" + m.name }

// cut pulls the cable of the machine: packets to and from it are lost, and
// nobody is told.
func (m machine) cut(ctx context.Context) error { return shell(ctx, "ip link set "+m.cable()+" down") }

// mend puts the cable back.
func (m machine) mend(ctx context.Context) error { return shell(ctx, "ip link set "+m.cable()+" up") }

// command returns a command that runs on the machine, as an account of this
// system.
func (m machine) command(ctx context.Context, account string, args ...string) (*exec.Cmd, error) {
	uid, gid, err := accountIDs(account)
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, "nsenter", append([]string{"--net=/run/netns/" + m.name,
		"--setuid=" + uid, "--setgid=" + gid, "--"}, args...)...), nil
}
