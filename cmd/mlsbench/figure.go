package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"
)

// figure is a measured quantity, with one value for each turn.
type figure struct {
	// Name is unique in a run. It begins with the name of the part and says what
	// was measured with which sizes, so that figures of two runs with the same
	// name can be compared.
	Name  string    `json:"name"`
	Unit  string    `json:"unit"`
	Turns []float64 `json:"turns"`
}

// Units of figures.
const (
	micros    = "µs"
	millis    = "ms"
	perSecond = "/s"
	bytesUnit = "bytes"
	kibibytes = "KiB"
	mebibytes = "MiB"
	times     = "x"
	number    = ""
)

// add appends the value of a turn. A nil figure is one that nobody wants.
func (f *figure) add(v float64) {
	if f != nil {
		f.Turns = append(f.Turns, v)
	}
}

// addTime appends a time in the unit of the figure.
func (f *figure) addTime(d time.Duration) {
	if f == nil {
		return
	}
	if f.Unit == millis {
		f.add(float64(d.Nanoseconds()) / 1e6)
		return
	}
	f.add(float64(d.Nanoseconds()) / 1e3)
}

func (f *figure) median() float64 { return median(f.Turns) }

// spread returns the smallest and the largest turn.
func (f *figure) spread() (low, high float64) {
	if len(f.Turns) == 0 {
		return math.NaN(), math.NaN()
	}
	return slices.Min(f.Turns), slices.Max(f.Turns)
}

// String returns the median with the spread and the number of turns.
func (f *figure) String() string {
	low, high := f.spread()
	return fmt.Sprintf("%s %s (%s–%s, %d turns)", short(f.median()), f.Unit, short(low), short(high), len(f.Turns))
}

// short writes a value with three significant digits, and with all digits before
// the point.
func short(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	digits := 0
	if a := math.Abs(v); a > 0 && a < 100 {
		digits = min(6, 2-int(math.Floor(math.Log10(a))))
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// median returns the median of v; for an even number of values the mean of the
// two in the middle, and NaN for none.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	switch n := len(v); {
	case n == 0:
		return math.NaN()
	case n%2 == 0:
		return (v[n/2-1] + v[n/2]) / 2
	default:
		return v[n/2]
	}
}

// byTurn divides the values of two sides that took turns, turn by turn. The
// speed of a shared machine varies, so only measurements next to each other can
// be compared. A turn in which the other side has nothing has no ratio.
func byTurn(one, other []float64) []float64 {
	var ratios []float64
	for i := range min(len(one), len(other)) {
		if other[i] != 0 {
			ratios = append(ratios, one[i]/other[i])
		}
	}
	return ratios
}

// recorder prints the figures of a run and keeps them.
type recorder struct {
	out     io.Writer
	part    string
	figures []*figure
	// judged has the figure of each bound that was measured, by the bound's name,
	// and unmeasured says of others why they were not.
	judged     map[string]*figure
	unmeasured map[string]string
	// trial says why the figures of the whole run are too coarse to judge by; ""
	// if they are not.
	trial string
}

func newRecorder(out io.Writer) *recorder {
	return &recorder{out: out, judged: map[string]*figure{}, unmeasured: map[string]string{}}
}

// figure begins a figure of the current part.
func (r *recorder) figure(name, unit string) *figure {
	f := &figure{Name: r.part + ": " + name, Unit: unit}
	r.figures = append(r.figures, f)
	return f
}

// print prints figures, without the name of the part.
func (r *recorder) print(figures ...*figure) {
	for _, f := range figures {
		fmt.Fprintf(r.out, "  %-58s %s\n", f.Name[len(r.part)+2:], f)
	}
}

// note prints a line.
func (r *recorder) note(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// ratio prints one divided by the other, turn by turn, and keeps it as a figure.
func (r *recorder) ratio(name string, one, other *figure) *figure {
	f := r.figure(name, times)
	f.Turns = byTurn(one.Turns, other.Turns)
	r.print(f)
	return f
}

// judge lets a bound of the table judge a figure.
func (r *recorder) judge(name string, f *figure) { r.judged[name] = f }

// cannot records why this run does not measure a bound.
func (r *recorder) cannot(name, why string, args ...any) {
	r.unmeasured[name] = fmt.Sprintf(why, args...)
}

// judgeAt lets a bound judge a figure that was measured at the size for which
// the bound is. At a smaller size the bound counts as not measured, because it
// would be easier to reach.
func (r *recorder) judgeAt(name string, f *figure, size, want int, what string) {
	if size < want {
		r.cannot(name, "%d %s, not %d", size, what, want)
		return
	}
	r.judge(name, f)
}
