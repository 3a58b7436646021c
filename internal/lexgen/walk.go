package lexgen

import "strconv"

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func indexPath(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// walk calls visit for a schema and every schema inside it, with its path and
// the schema that encloses it. around is nil for a definition.
func walk(n, around *node, path string, visit func(n, around *node, path string)) {
	if n == nil || n.kind != '{' {
		return
	}
	visit(n, around, path)
	if props := n.get("properties"); props != nil {
		for _, key := range props.keys {
			walk(props.fields[key], n, joinPath(path, "properties."+key), visit)
		}
	}
	for _, part := range []string{"items", "parameters", "record"} {
		walk(n.get(part), n, joinPath(path, part), visit)
	}
	for _, part := range []string{"input", "output", "message"} {
		walk(n.get(part, "schema"), n, joinPath(path, part+".schema"), visit)
	}
	if perms := n.get("permissions"); perms != nil {
		for i, p := range perms.items {
			walk(p, n, indexPath(joinPath(path, "permissions"), i), visit)
		}
	}
}

// walkFile calls visit for all schemas of a file.
func walkFile(f *File, visit func(n, around *node, path string)) {
	defs := f.tree.get("defs")
	for _, name := range defs.keys {
		walk(defs.fields[name], nil, "defs."+name, visit)
	}
}
