package metrics

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	// widest is the maximum length of a line.
	widest = 120
	// mostListed is how many values of a label are listed.
	mostListed = 60
)

// Document writes the catalogue as docs/metrics.md.
func Document(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Metrics\n\n" +
		"Generated from the declarations in the code by `make metrics`. [monitoring.md](monitoring.md) says how to collect\n" +
		"these, and [runbook.md](runbook.md) what to do when an alert fires.\n\n" +
		"Each metric is listed with its type, its unit and the values that its labels have. These sets are closed: any other\n" +
		"value is counted as `other`. Series exist with the value 0 from the start. A time is a Unix timestamp, 0 for never.\n" +
		"No label has a DID, a conversation, a message, a device, an address or a host.\n\n" +
		"Metrics whose names begin with `go_` and are not listed are those of the Go collector of client_golang.\n")
	var groups []string
	for _, m := range All() {
		if !slices.Contains(groups, m.Group) {
			groups = append(groups, m.Group)
		}
	}
	slices.Sort(groups)
	for _, group := range groups {
		b.WriteString("\n## " + group + "\n")
		for _, m := range All() {
			if m.Group == group {
				m.document(&b)
			}
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the catalogue of metrics: %w", err)
	}
	return nil
}

func (m *Metric) document(b *strings.Builder) {
	b.WriteString("\n### " + m.Name + "\n\n")
	when := ""
	if m.When != "" {
		when = " It exists " + m.When + "."
	}
	wrap(b, "", strings.ToUpper(string(m.Kind[:1]))+string(m.Kind[1:])+", "+m.Unit+". "+m.Help+when)
	if m.Buckets != nil {
		var bounds []string
		for _, bound := range m.Buckets {
			bounds = append(bounds, fmt.Sprint(bound))
		}
		wrap(b, "", "Buckets: "+strings.Join(bounds, ", ")+".")
	}
	for i, l := range m.Labels {
		if i == 0 {
			b.WriteString("\n")
		}
		wrap(b, "  ", "- `"+l.Name+"`: "+l.describe())
	}
}

func (l *Label) describe() string {
	if l.Means != "" {
		return l.Means
	}
	var names []string
	for _, v := range l.Values {
		switch v {
		case "":
			v = "empty"
		default:
			v = "`" + v + "`"
		}
		names = append(names, v)
	}
	if len(names) > mostListed {
		panic("metrics: label " + l.Name + " needs a description of its values")
	}
	return strings.Join(names, ", ")
}

// wrap writes text in lines; those after the first begin with indent.
func wrap(b *strings.Builder, indent, text string) {
	line := ""
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line = word
		case len(line)+1+len(word) > widest:
			b.WriteString(line + "\n")
			line = indent + word
		default:
			line += " " + word
		}
	}
	b.WriteString(line + "\n")
}
