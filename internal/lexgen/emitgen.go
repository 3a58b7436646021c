package lexgen

import "strings"

// emitAliases writes aliases for the generated types in package gen.
func emitAliases(m *model) *writer {
	w := new(writer)
	w.p("// Types of the objects in the lexicons.\ntype (")
	for _, o := range m.objects {
		w.WriteString(comment("\t", describe(o)))
		w.p("%s = wire.%s", o.name, o.name)
	}
	for _, u := range m.unions {
		w.WriteString(comment("\t", describeUnion(u)))
		w.p("%s = wire.%s", u.name, u.name)
	}
	w.p(")")
	return w
}

func emitErrorNames(w *writer, m *model) {
	w.p("// Error names that the lexicons declare.\nconst (")
	for _, e := range m.errors {
		w.p("Err%s = %q", e, e)
	}
	w.p(")\n")
}

func emitErrors(m *model) *writer {
	w := new(writer)
	emitErrorNames(w, m)
	w.p("// StatusOf returns the HTTP status of an error name. The default is 400.\nfunc StatusOf(name string) int {\nswitch name {")
	byStatus := map[string][]string{}
	var order []string
	for _, e := range m.errors {
		s, ok := m.status[e]
		if !ok {
			continue
		}
		name := statusNames[s]
		if byStatus[name] == nil {
			order = append(order, name)
		}
		byStatus[name] = append(byStatus[name], "Err"+e)
	}
	for _, s := range order {
		w.p("case %s:\nreturn http.%s", strings.Join(byStatus[s], ", "), s)
	}
	w.p("}\nreturn http.StatusBadRequest\n}\n")
	w.p("// Errorf returns an error with a declared name and the status of that name.")
	w.p("func Errorf(name, format string, args ...any) *xrpc.Error {")
	w.p("return xrpc.Errorf(StatusOf(name), name, format, args...)\n}")
	return w
}

// statusNames maps the HTTP statuses that the policy may use to their constants
// in net/http.
var statusNames = map[int]string{
	400: "StatusBadRequest", 401: "StatusUnauthorized", 403: "StatusForbidden", 404: "StatusNotFound",
	409: "StatusConflict", 410: "StatusGone", 412: "StatusPreconditionFailed",
	413: "StatusRequestEntityTooLarge", 422: "StatusUnprocessableEntity", 429: "StatusTooManyRequests",
	503: "StatusServiceUnavailable",
}

func emitNSIDs(w *writer, m *model) {
	w.p("// Names of the methods.\nconst (")
	for _, x := range m.methods {
		w.p("NSID%s = %q", x.name, x.nsid)
	}
	w.p(")\n")
}

func emitMethods(m *model) *writer {
	w := new(writer)
	emitNSIDs(w, m)
	w.p("// The methods, as their lexicons describe them.\nvar (")
	for _, x := range m.methods {
		w.p("Method%s = &xrpc.Method{", x.name)
		w.p("NSID: NSID%s,", x.name)
		switch {
		case x.procedure:
			w.p("Kind: xrpc.Procedure,")
			w.p("MaxBody: %d,", x.maxBody)
		case x.subscription:
			w.p("Kind: xrpc.Subscription,")
		default:
			w.p("Kind: xrpc.Query,")
		}
		w.p("Rate: xrpc.Rate%s,", x.policy.Rate)
		if x.policy.Public {
			w.p("Public: true,")
		}
		if x.inEnc != "" {
			w.p("InputEncoding: %q,", x.inEnc)
		}
		if x.outEnc != "" {
			w.p("OutputEncoding: %q,", x.outEnc)
		}
		if x.policy.Ticket {
			w.p("Ticket: true,")
		}
		if x.policy.TooLarge != "" {
			w.p("TooLarge: Err%s,", x.policy.TooLarge)
		}
		if len(x.errors) > 0 {
			names := make([]string, len(x.errors))
			for i, e := range x.errors {
				names[i] = "Err" + e
			}
			w.p("Errors: []string{%s},", strings.Join(names, ", "))
		}
		w.p("}")
	}
	w.p(")\n")
	w.p("// MaxJSON is the size in bytes of the largest JSON body that any method accepts.\nconst MaxJSON = %d\n", m.maxJSON)
	w.p("// Methods lists all methods in the order of their NSIDs.\nvar Methods = []*xrpc.Method{")
	for _, x := range m.methods {
		w.p("Method%s,", x.name)
	}
	w.p("}")
	return w
}

// signature returns the parameters of a method, after ctx and caller, and its
// result. For a streaming method it returns the client's signature. The types
// are those of the package that is being written.
func signature(x *method) (params, result string) {
	switch {
	case x.params != nil:
		params = "p *" + x.params.name
	case x.input != nil:
		params = "in *" + x.input.name
	case x.inEnc == "*/*":
		params = "up *xrpc.Upload"
	}
	switch {
	case x.output != nil:
		result = "*" + x.output.name
	case x.union != nil:
		result = "*xrpc.Events[" + x.union.name + "]"
	default:
		result = "*xrpc.Download"
	}
	return params, result
}

func emitService(m *model) *writer {
	w := new(writer)
	w.p("// Service is implemented by the server. It has a method for each lexicon. An error")
	w.p("// that is an *xrpc.Error is sent to the client; its name must be declared by the")
	w.p("// lexicon or by the protocol. For any other error the client gets an internal")
	w.p("// server error without details.\ntype Service interface {")
	for _, x := range m.methods {
		params, result := signature(x)
		if params != "" {
			params = ", " + params
		}
		w.WriteString(comment("\t", methodDoc(x)))
		if x.union != nil {
			w.p("%s(ctx context.Context, caller xrpc.Caller%s, out *xrpc.Stream) error", x.name, params)
			continue
		}
		w.p("%s(ctx context.Context, caller xrpc.Caller%s) (%s, error)", x.name, params, result)
	}
	w.p("}")
	return w
}

func methodDoc(x *method) string {
	text := x.name + ": " + x.desc
	if len(x.errors) > 0 {
		text += " Errors: " + strings.Join(x.errors, ", ") + "."
	}
	return text
}

// emitRoutes writes the table of routes and the function that registers them
// with echo.
func emitRoutes(m *model) *writer {
	w := new(writer)
	w.p("// Routes returns every method with its handler.")
	w.p("func Routes(svc Service) []xrpc.Route {\nreturn []xrpc.Route{")
	for _, x := range m.methods {
		w.p("{Method: Method%s, Handler: xrpc.%s(svc.%s)},", x.name, adapter(x), x.name)
	}
	w.p("}\n}\n")
	w.WriteString(echoRoutes)
	return w
}

// adapter returns the name of the function in package xrpc that fits the
// method's signature.
func adapter(x *method) string {
	in := map[bool]string{true: "Procedure", false: "Query"}[x.procedure]
	switch {
	case x.subscription:
		return "SubscriptionStream"
	case x.union != nil:
		return "QueryStream"
	case x.inEnc == "*/*":
		in = "Upload"
	case x.params == nil && x.input == nil:
		in = "Bare"
	}
	if x.output == nil {
		return in + "Download"
	}
	return in + "JSON"
}

// echoRoutes does not depend on the lexicons.
const echoRoutes = `// RegisterRoutes registers the methods below /xrpc/. A request for an unknown
// method, or with the wrong HTTP method, gets an XRPC error. Errors are returned to
// echo's error handler as *xrpc.Error before anything is written.
func RegisterRoutes(e *echo.Echo, svc Service, p xrpc.Plumbing) {
	for _, r := range Routes(svc) {
		e.Add(r.Method.Kind.Verb(), "/xrpc/"+r.Method.NSID, func(c echo.Context) error {
			return r.Serve(c.Response(), c.Request(), &p)
		})
	}
	unrouted := func(c echo.Context) error {
		return xrpc.Unrouted(c.Response(), c.Request(), Methods, &p)
	}
	e.Any("/xrpc/*", unrouted)
	e.RouteNotFound("/xrpc/*", unrouted)
}
`

func emitClientTypes(m *model) *writer {
	w := emitAliases(m)
	w.p("")
	emitErrorNames(w, m)
	emitNSIDs(w, m)
	return w
}

func emitClient(m *model) *writer {
	w := new(writer)
	w.p("// Client calls the service. Errors that the service returns are *xrpc.Error.")
	w.p("type Client struct {\n*xrpc.Client\n}\n")
	for _, x := range m.methods {
		params, result := signature(x)
		args := "nil"
		switch {
		case x.params != nil:
			args = "p.Values()"
		case x.input != nil:
			args = "in"
		case x.inEnc == "*/*":
			args = "up"
		}
		if params != "" {
			params = ", " + params
		}
		w.WriteString(comment("", methodDoc(x)))
		w.p("func (c *Client) %s(ctx context.Context%s) (%s, error) {", x.name, params, result)
		if x.union != nil {
			emitClientStream(w, x)
			continue
		}
		call := map[bool]string{true: "Post", false: "Get"}[x.procedure]
		if x.inEnc == "*/*" {
			call = "Upload"
		}
		if x.output == nil {
			w.p("return c.%sDownload(ctx, NSID%s, %s)\n}\n", call, x.name, args)
			continue
		}
		w.p("out := new(%s)", x.output.name)
		w.p("if err := c.%sJSON(ctx, NSID%s, %s, out); err != nil {\nreturn nil, err\n}", call, x.name, args)
		w.p("return out, nil\n}\n")
	}
	return w
}
