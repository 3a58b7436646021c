package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const processGroup = "Process"

var buildInfo = Define(Metric{
	Group: processGroup, Name: "mls_build_info", Kind: Gauge, Unit: "1",
	Help: "1, with the version of this binary and of the Go that built it.",
	Labels: []Label{
		{Name: "version", Fixed: true, Means: "the version that /health shows"},
		{Name: "goversion", Fixed: true, Means: "the version of Go"},
	},
})

// The collectors of client_golang have more metrics of Go (go_…) than these. Those of
// the process exist on Linux.
var _ = func() any {
	const linux = "on Linux"
	for _, m := range []Metric{
		{Name: "process_cpu_seconds_total", Kind: Counter, Unit: "seconds", Help: "CPU time that the process used."},
		{Name: "process_resident_memory_bytes", Kind: Gauge, Unit: "bytes", Help: "Memory that the process has in RAM."},
		{Name: "process_virtual_memory_bytes", Kind: Gauge, Unit: "bytes", Help: "Address space of the process."},
		{Name: "process_virtual_memory_max_bytes", Kind: Gauge, Unit: "bytes", When: linux, Help: "Most address space that the process may have."},
		{Name: "process_open_fds", Kind: Gauge, Unit: "files", Help: "Open files and sockets."},
		{Name: "process_max_fds", Kind: Gauge, Unit: "files", Help: "Most files and sockets that may be open."},
		{Name: "process_start_time_seconds", Kind: Gauge, Unit: "seconds", Help: "When the process started, as Unix time."},
		{Name: "process_network_receive_bytes_total", Kind: Counter, Unit: "bytes", When: linux, Help: "Bytes that the network interfaces of the machine or container received."},
		{Name: "process_network_transmit_bytes_total", Kind: Counter, Unit: "bytes", When: linux, Help: "Bytes that they sent."},
		{Name: "go_goroutines", Kind: Gauge, Unit: "goroutines", Help: "Goroutines that exist."},
		{Name: "go_memstats_heap_inuse_bytes", Kind: Gauge, Unit: "bytes", Help: "Memory in spans of the Go heap that are in use."},
		{Name: "go_memstats_next_gc_bytes", Kind: Gauge, Unit: "bytes", Help: "Size of the Go heap at which the next collection begins."},
		{Name: "go_gc_gomemlimit_bytes", Kind: Gauge, Unit: "bytes", Help: "Memory limit of the Go runtime (GOMEMLIMIT)."},
	} {
		m.Group = processGroup
		Define(m)
	}
	return nil
}()

// Process registers the metrics of the process and of this build.
func Process(r prometheus.Registerer, version string) {
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo.NewFunc(func() float64 { return 1 }, version, runtime.Version()))
}
