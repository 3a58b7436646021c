package testbed

import (
	"os"
	"testing"
	"time"
)

// The CPU time of a process grows in much smaller steps than the ticks of /proc, by
// what it used.
func TestCPUOf(t *testing.T) {
	before, err := CPUOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	smallest := time.Hour
	for range 1000 {
		now, err := CPUOf(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if now < before {
			t.Fatalf("%s after %s", now, before)
		}
		if now > before {
			smallest = min(smallest, now-before)
		}
		before = now
	}
	if smallest >= clockTick {
		t.Errorf("the smallest step is %s", smallest)
	}
	if _, err := CPUOf(1 << 30); err == nil {
		t.Error("a process that does not exist has a CPU time")
	}
}
