package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// result is a run as it is written to a file.
type result struct {
	Facts facts `json:"facts"`
	// Set is the set of sizes, and Time the time that a figure was measured.
	Set  string `json:"set"`
	Time string `json:"time"`
	// Parts lists the parts that ran, and Seconds how long the run took.
	Parts   []string  `json:"parts"`
	Seconds float64   `json:"seconds"`
	Figures []*figure `json:"figures"`
	Bounds  []verdict `json:"bounds"`
}

// resultFile returns the default name of the file of a run.
func resultFile(set string, at time.Time) string {
	return filepath.Join("bench", at.UTC().Format("20060102-150405")+"-"+set+".json")
}

func (r *result) write(file string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("the result has no JSON: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

func readResult(file string) (*result, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &result{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(r.Figures) == 0 {
		return nil, fmt.Errorf("%s has no figures", file)
	}
	return r, nil
}
