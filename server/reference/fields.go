package reference

import (
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
)

// typeOf is the type of a field, with a link where it is defined elsewhere.
func typeOf(d *def) string {
	switch {
	case d.Items != nil:
		return "array of " + typeOf(d.Items)
	case d.Refs != nil:
		links := make([]string, len(d.Refs))
		for i, ref := range d.Refs {
			links[i] = refLink(ref)
		}
		return strings.Join(links, " or ")
	case d.Ref != "":
		return refLink(d.Ref)
	case d.Format != "":
		return html.EscapeString(d.Format)
	}
	return html.EscapeString(d.Type)
}

// refLink links a reference: #name on the same page, NSID#name on another.
func refLink(ref string) string {
	page, name, _ := strings.Cut(ref, "#")
	if page != "" {
		page = "/lexicons/" + page
	}
	return fmt.Sprintf(`<a href="%s#%s">%s</a>`, html.EscapeString(page), html.EscapeString(name), html.EscapeString(name))
}

// table lists the fields of an object.
func table(b *strings.Builder, title string, d *def) {
	if d == nil {
		return
	}
	fmt.Fprintf(b, "<h3>%s</h3>\n", html.EscapeString(title))
	object := d.object()
	if len(object.Properties) == 0 {
		kind := d.Encoding
		if object.Ref != "" || object.Refs != nil {
			kind += " " + typeOf(object)
		}
		fmt.Fprintf(b, "<p>%s</p>\n", strings.TrimSpace(kind+" "+html.EscapeString(object.Description)))
		return
	}
	b.WriteString("<table>\n<tr><th>field<th>type<th>limits<th>meaning\n")
	for _, name := range object.fields() {
		field := object.Properties[name]
		need := "optional "
		if slices.Contains(object.Required, name) {
			need = ""
		}
		fmt.Fprintf(b, "<tr><td><code>%s</code><td>%s%s<td>%s<td>%s\n", html.EscapeString(name), need, typeOf(field),
			field.limits(), html.EscapeString(field.Description))
	}
	b.WriteString("</table>\n")
}

// example is a value of a field for the example call.
func example(d *def) any {
	switch d.Type {
	case "integer":
		if d.Minimum != nil {
			return *d.Minimum
		}
		return 0
	case "boolean":
		return true
	case "bytes":
		return map[string]string{"$bytes": "…"}
	case "array":
		return []any{example(d.Items)}
	case "object", "ref":
		return map[string]any{}
	}
	if d.Format == "did" {
		return "did:plc:…"
	}
	return "…"
}

// call is an example call through a PDS, with the required fields.
func call(nsid, serviceDID string, d *def) string {
	lines := []string{`curl -H "Authorization: Bearer $TOKEN"`, fmt.Sprintf(`-H "atproto-proxy: %s#atproto_mls"`, serviceDID)}
	query := ""
	switch {
	case d.Input != nil && d.Input.Encoding == "application/json":
		body := map[string]any{}
		for _, name := range d.Input.object().Required {
			body[name] = example(d.Input.object().Properties[name])
		}
		text, _ := json.Marshal(body) //nolint:errchkjson // maps of strings and numbers
		lines = append(lines, `-H "Content-Type: application/json"`, "-d '"+string(text)+"'")
	case d.Input != nil:
		lines = append(lines, `-H "Content-Type: application/octet-stream"`, "--data-binary @FILE")
	case d.Parameters != nil && len(d.Parameters.Required) > 0:
		query = "?" + strings.Join(d.Parameters.Required, "=…&") + "=…"
	}
	return strings.Join(append(lines, fmt.Sprintf(`"https://PDS/xrpc/%s%s"`, nsid, query)), " \\\n  ")
}
