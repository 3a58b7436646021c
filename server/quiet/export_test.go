package quiet

// Next is next, for tests.
func (k *Keeper) Next() (string, bool) { return k.next() }
