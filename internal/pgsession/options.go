package pgsession

import "strings"

// takeOptions removes the settings from the parameter options (-c name=value or
// --name=value) and returns them. What has another form stays: Neon finds the
// database by options=endpoint%3D….
func takeOptions(params map[string]string) map[string]string {
	settings := map[string]string{}
	var rest []string
	words := optionWords(params["options"])
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-c" && i+1 < len(words):
			i++
			word = words[i]
		case strings.HasPrefix(word, "-c"):
			word = word[2:]
		case strings.HasPrefix(word, "--"):
			word = word[2:]
		default:
			rest = append(rest, word)
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		settings[strings.ToLower(strings.ReplaceAll(name, "-", "_"))] = value
	}
	delete(params, "options")
	if len(rest) > 0 {
		params["options"] = escapeWords(rest)
	}
	return settings
}

// optionWords splits as PostgreSQL does: at spaces that have no backslash before
// them.
func optionWords(s string) []string {
	var words []string
	var word strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n':
			if in {
				words = append(words, word.String())
				word.Reset()
			}
			in = false
			continue
		case c == '\\' && i+1 < len(s):
			i++
			word.WriteByte(s[i])
		default:
			word.WriteByte(c)
		}
		in = true
	}
	if in {
		words = append(words, word.String())
	}
	return words
}

func escapeWords(words []string) string {
	escape := strings.NewReplacer(`\`, `\\`, " ", `\ `)
	for i, w := range words {
		words[i] = escape.Replace(w)
	}
	return strings.Join(words, " ")
}
