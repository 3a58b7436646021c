package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
)

// Two members that agree settle the roster of a group whose epoch was assumed,
// and with it the epoch: the creator's next message cannot move it away from
