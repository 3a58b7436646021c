package lexgen

// Lint tells what is wrong with the lexicons. The error is of type Problems.
func Lint(set *Set) error {
	return nil
}
