package apitest

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// statedLimit is one limit and all places that state it.
type statedLimit struct {
	// row is its name in docs/protocol.md, cell its value there.
	row, cell string
	value     int64
	// bounds are the places in lexicons that state it in this unit, text those
	// that state it in characters of base64.
	bounds, text []string
	// most are the integers in lexicons of which it is the maximum.
	most []string
	// described is its name in the limits of describeService.
	described string
}

var limits = []statedLimit{
	{row: "application message", cell: "2 MiB", value: limit.MaxApplicationMessage, described: "applicationMessage"},
	{row: "commit", cell: "4 MiB", value: limit.MaxCommit, described: "commit",
		bounds: []string{"sendCommit.commit", "joinConvo.externalCommit"}, text: []string{"addMembers.commit", "leaveConvo.commit"}},
	{row: "proposal", cell: "1 MiB", value: limit.MaxProposal, described: "proposal"},
	{row: "proposals of an account in an epoch", cell: "64", value: limit.EpochProposals.Amount, described: "proposalsPerEpoch"},
	{row: "bytes of them together", cell: "1 MiB", value: limit.EpochProposalBytes.Amount},
	{row: "bytes that an account stores in a day", cell: "512 MiB", value: limit.StoredBytes.Amount},
	{row: "bytes of commits and proposals among them", cell: "64 MiB", value: limit.KeptBytes.Amount},
	{row: "conversations that an account creates in a day", cell: "200", value: limit.ConvosCreated.Amount},
	{row: "conversations that a new account creates in a day", cell: "20", value: limit.ConvosCreatedByNew.Amount},
	{row: "uploads of an account under way at one instance", cell: "4", value: limit.OpenUploads.Amount, described: "uploads"},
	{row: "Welcome", cell: "4 MiB", value: limit.MaxWelcome, described: "welcome",
		bounds: []string{"sendCommit.welcome"}, text: []string{"createConvo.welcomeMessage", "addMembers.welcomeMessage"}},
	{row: "GroupInfo", cell: "4 MiB", value: limit.MaxGroupInfo, described: "groupInfo",
		bounds: []string{"sendCommit.groupInfo", "joinConvo.groupInfo", "updateGroupInfo.groupInfo"},
		text:   []string{"createConvo.groupInfo", "addMembers.groupInfo", "leaveConvo.groupInfo"}},
	{row: "ratchet tree", cell: "4 MiB", value: limit.MaxRatchetTree, described: "ratchetTree",
		bounds: []string{"sendCommit.ratchetTree", "joinConvo.ratchetTree", "updateGroupInfo.ratchetTree"},
		text:   []string{"createConvo.ratchetTree", "addMembers.ratchetTree"}},
	{row: "key package", cell: "48 KiB", value: limit.MaxKeyPackage, described: "keyPackage",
		text: []string{"publishKeyPackage.keyPackage", "publishKeyPackages.keyPackages[].keyPackage"}},
	{row: "request body", cell: "64 KiB", value: gen.MethodUpdateCursor.MaxBody},
	{row: "signal", cell: "64 KiB", value: limit.MaxSignal, bounds: []string{"sendEphemeral.ciphertext"}},
	{row: "positions in one sync", cell: "1 000", value: limit.MaxSyncPositions, bounds: []string{"sync.positions"}},
	{row: "messages in one sync", cell: "1 000", value: limit.MaxSyncMessages, most: []string{"sync.limit"}},
	{row: "wait of sync", cell: "8 s", value: int64(limit.MaxSyncWait)},
	{row: "cursor", cell: "256 bytes", value: stream.MaxCursor,
		bounds: []string{"sync.cursor", "streamConvoEvents.cursor", "subscribeConvoEvents.cursor"}},
	{row: "lifetime of a ticket", cell: "60 s", value: int64(limit.TicketTime)},
	{row: "waits and streams of an account at one instance", cell: "16", value: limit.WaitsAndStreams.Amount, described: "waitsAndStreams"},
	{row: "waits and streams of an account that end so in a minute", cell: "4", value: limit.Evictions.Amount},
	{row: "calls of sync of an account under way at one instance", cell: "64", value: limit.SyncCalls.Amount},
	{row: "lifetime of a stream", cell: "1 h", value: limit.StreamAge.Amount * int64(time.Minute)},
	{row: "what waits for a slow stream", cell: "8 MiB", value: stream.Buffer},
	{row: "stream of server-sent events through a PDS", cell: "9 MiB", value: stream.MaxProxied},
	{row: "messages that a stream catches up on", cell: "1 000 000", value: eventlog.MaxReplay},
	{row: "info of a conversation, encrypted", cell: "64 KiB", value: 64 << 10, bounds: []string{"updateConvoInfo.info"}},
	{row: "wrapped key of an info", cell: "1 KiB", value: 1 << 10, bounds: []string{"updateConvoInfo.infoKey"}},
	{row: "open requests of one adder to an account", cell: "3", value: consent.OpenRequestsOfAdder},
	{row: "open requests to an account", cell: "100", value: limit.OpenRequests.Amount},
	{row: "different strangers that an account asks for or adds in a day", cell: "100", value: limit.Strangers.Amount},
	{row: "different strangers of a new account in a day", cell: "20", value: limit.StrangersOfNew.Amount},
	{row: "links of a conversation", cell: "100", value: limit.MaxLinks},
	{row: "preview of a link, encrypted", cell: "8 KiB", value: 8 << 10, bounds: []string{"createJoinLink.preview", "editJoinLink.preview"}},
	{row: "requests to join a conversation that wait", cell: "500", value: limit.JoinRequests.Amount},
	{row: "requests to join that an account makes in a day", cell: "20", value: limit.JoinRequestsMade.Amount},
	{row: "GroupInfos that an account gets by a link in a day", cell: "20", value: limit.LinkGroupInfos.Amount},
	{row: "wrong codes of an account in an hour", cell: "30", value: limit.WrongCodes.Amount},
	{row: "a link is kept after its end", cell: "30 days", value: int64(limit.EndedLinkTime)},
	{row: "a request waits", cell: "14 days", value: int64(limit.RequestTime)},
	{row: "blob", cell: "50 MiB", value: limit.MaxBlob, described: "blob"},
	{row: "blobs of an account", cell: "1 GiB", value: limit.MaxBlobBytes, described: "blobQuota"},
	{row: "key packages of a device and cipher suite", cell: "100", value: limit.MaxKeyPackages, described: "keyPackagesPerDevice",
		bounds: []string{"publishKeyPackages.keyPackages"}},
	{row: "devices of an account", cell: "32", value: limit.MaxDevices, described: "devices"},
	{row: "members of a conversation", cell: "1 000", value: limit.MaxMembers, described: "members"},
	{row: "leaves of a group", cell: "4 000", value: limit.MaxLeaves, described: "leaves"},
	{row: "key packages that a Welcome names, together", cell: "8 MiB", value: limit.MaxNamed},
	{row: "proposals that a commit refers to, together", cell: "8 MiB", value: limit.MaxNamed},
	{row: "answer", cell: "4 000 000 bytes", value: limit.MaxAnswer},
	{row: "lease", cell: "1 h", value: int64(limit.LeaseTime)},
	{row: "lifetime of a key package", cell: "90 days and 1 h", value: int64(limit.MaxPackageLifetime)},
	{row: "idempotency records are kept", cell: "7 days", value: int64(limit.IdempotencyTime)},
	{row: "blobs wait for a message", cell: "1 h", value: int64(limit.UnattachedBlobTime)},
	{row: "lifetime of a token that is spent (procedures, streams)", cell: "5 min and 2 min", value: int64(auth.MaxSpentLifetime + auth.ClockError)},
	{row: "lifetime of a token for a query", cell: "1 h", value: int64(auth.MaxLifetime)},
	{row: "`iat` and `nbf` ahead of the service's clock", cell: "2 min", value: int64(auth.ClockError)},
	{row: "after `exp`", cell: "30 s", value: int64(auth.Leeway)},
	{row: "uses of a token without `jti`", cell: "10", value: auth.MaxUsesWithoutJTI},
}

// docs/protocol.md states the limits that are in force.
func TestLimitsInDocs(t *testing.T) {
	text := string(must(os.ReadFile("../../docs/protocol.md"))(t))
	_, section, found := strings.Cut(text, "\n## Limits\n")
	if !found {
		t.Fatal("docs/protocol.md has no section Limits")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|`).FindAllStringSubmatch(section, -1) {
		rows[strings.TrimSpace(m[1])] = strings.TrimSpace(m[2])
	}
	delete(rows, "what")
	delete(rows, "---")
	for _, m := range jsonMethods() {
		row, least := "request body of "+strings.TrimPrefix(m.NSID, namespace), gen.MethodUpdateCursor.MaxBody
		if m.MaxBody == least {
			row = "request body"
		}
		if cell, found := rows[row]; !found || parseLimit(t, cell) != m.MaxBody {
			t.Errorf("%s: docs/protocol.md says %q, want %d bytes", row, cell, m.MaxBody)
		}
		if m.MaxBody != least {
			delete(rows, row)
		}
	}
	for _, l := range limits {
		if n := parseLimit(t, l.cell); n != l.value {
			t.Errorf("%s: the constant is %d, this test says %s", l.row, l.value, l.cell)
		}
		if rows[l.row] != l.cell {
			t.Errorf("%s: docs/protocol.md says %q, want %q", l.row, rows[l.row], l.cell)
		}
		delete(rows, l.row)
	}
	for row := range rows {
		t.Errorf("%s: docs/protocol.md has it, but no constant", row)
	}
}

// parseLimit parses a number with its unit: bytes, a count, or a time in
// nanoseconds.
func parseLimit(t testing.TB, cell string) int64 {
	t.Helper()
	units := map[string]int64{"": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
		"s": int64(time.Second), "min": int64(time.Minute), "h": int64(time.Hour), "days": 24 * int64(time.Hour)}
	var sum int64
	for part := range strings.SplitSeq(cell, " and ") {
		m := regexp.MustCompile(`^([0-9 ]*[0-9]) ?([A-Za-z]*)$`).FindStringSubmatch(part)
		if m == nil || units[m[2]] == 0 {
			t.Fatalf("malformed limit %q", cell)
		}
		n := must(strconv.ParseInt(strings.ReplaceAll(m[1], " ", ""), 10, 64))(t)
		sum += n * units[m[2]]
	}
	return sum
}

// The lexicons state the limits that are in force.
func TestLimitsInLexicons(t *testing.T) {
	for _, l := range limits {
		for _, place := range l.bounds {
			if got := maxLength(t, place); int64(got) != l.value {
				t.Errorf("%s: maxLength %d, want %d", place, got, l.value)
			}
		}
		for _, place := range l.most {
			if got := find(t, place).Maximum; got == nil || *got != l.value {
				t.Errorf("%s: maximum is not %d", place, l.value)
			}
		}
		for _, place := range l.text {
			// Padded base64 of that many bytes.
			if got := maxLength(t, place); int64(got) != (l.value+2)/3*4 {
				t.Errorf("%s: maxLength %d, want the base64 of %d bytes", place, got, l.value)
			}
		}
	}
	for place, want := range map[string]int{
		// Older clients may send more than is accepted now.
		"sendMessage.ciphertext": 10 << 20, "sendProposal.proposal": 4 << 20, "leaveConvo.proposal": (4<<20 + 2) / 3 * 4,
		// The creator is a member too.
		"createConvo.initialMembers": limit.MaxMembers - 1, "createConvo.keyPackageHashes": limit.MaxLeaves,
		"addMembers.keyPackageHashes": limit.MaxLeaves, "addMembers.didList": 50, "getKeyPackages.dids": 100,
		"sendCommit.addedDids": limit.MaxMembers, "sendCommit.removedDids": limit.MaxMembers, "sendMessage.blobs": 10,
	} {
		if got := maxLength(t, place); got != want {
			t.Errorf("%s: maxLength %d, want %d", place, got, want)
		}
	}
	if got := find(t, "sync.waitMs").Maximum; got == nil || *got != limit.MaxSyncWait.Milliseconds() {
		t.Errorf("sync.waitMs: maximum is not %v", limit.MaxSyncWait)
	}
	if got := *readLexicon(gen.NSIDUploadBlob).main().Output.Schema.Properties["blob"].MaxSize; got != limit.MaxBlob {
		t.Errorf("uploadBlob: maxSize %d, want %d", got, limit.MaxBlob)
	}
}

// The limits of bodies follow from the lexicons: the largest valid input is
// accepted, and not much more is read.
func TestLargestInputsFit(t *testing.T) {
	for _, m := range jsonMethods() {
		most := largest(t, readLexicon(m.NSID).input())
		if m.MaxBody < most {
			t.Errorf("%s: an input of %d bytes is valid, but bodies have at most %d", m.NSID, most, m.MaxBody)
		}
		if m.MaxBody > max(64<<10, most+most/24+1<<20) {
			t.Errorf("%s: bodies of %d bytes, where inputs have at most %d", m.NSID, m.MaxBody, most)
		}
	}
	if gen.MethodUploadBlob.MaxBody != limit.MaxBlob {
		t.Errorf("blobs of %d bytes, want %d", gen.MethodUploadBlob.MaxBody, limit.MaxBlob)
	}
}

// largest returns the size of the largest JSON that a schema allows.
func largest(t testing.TB, s *schema) int64 {
	t.Helper()
	s = s.resolve()
	length := func() int64 {
		if s.MaxLength == nil {
			t.Fatalf("a %s without maxLength", s.Type)
		}
		return int64(*s.MaxLength)
	}
	switch s.Type {
	case "object":
		n := int64(len("{}"))
		for name, p := range s.Properties {
			n += int64(len(`"":,`)+len(name)) + largest(t, p)
		}
		return n
	case "array":
		return length() * (largest(t, s.Items) + 1)
	case "bytes":
		return int64(len(`{"$bytes":""}`)) + (length()+2)/3*4
	case "integer":
		return int64(len(fmt.Sprint(math.MinInt64)))
	case "boolean":
		return int64(len("false"))
	case "string":
		if at := map[string]string{"did": "did:web:" + strings.Repeat("x", 253), "datetime": time.Now().Format(time.RFC3339Nano),
			"cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"}[s.Format]; at != "" {
			return int64(len(at)) + 2
		}
		if length() > 1<<13 { // base64 has nothing to escape
			return length() + 2
		}
		return length()*int64(len(`\u0001`)) + 2
	}
	t.Fatalf("inputs of type %s", s.Type)
	return 0
}

// maxLength returns maxLength of a field of a method's input, named
// method.field.
func maxLength(t testing.TB, place string) int {
	t.Helper()
	s := find(t, place)
	if s.MaxLength == nil {
		t.Fatalf("%s: no maxLength", place)
	}
	return *s.MaxLength
}

// find returns the schema of a field of a method's input.
func find(t testing.TB, place string) *schema {
	t.Helper()
	method, path, _ := strings.Cut(place, ".")
	s := readLexicon(namespace + method).input()
	for name := range strings.SplitSeq(path, ".") {
		name, isItem := strings.CutSuffix(name, "[]")
		if s = s.Properties[name]; s == nil {
			t.Fatalf("%s: no such field", place)
		}
		if s = s.resolve(); isItem {
			s = s.Items.resolve()
		}
	}
	return s
}

// describeService states the limits that are in force.
func TestLimitsAreDescribed(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(o *options) { o.server.PastEpochs = 3 })
	described := ok[struct{ Limits map[string]int64 }](t, s.call(t, nil, "describeService", nil)).Limits
	want := map[string]int64{"pastEpochs": 3, "requestBody": 0}
	for _, m := range jsonMethods() {
		want["requestBody"] = max(want["requestBody"], m.MaxBody)
	}
	for _, l := range limits {
		if l.described != "" {
			want[l.described] = l.value
		}
	}
	if fmt.Sprint(described) != fmt.Sprint(want) {
		t.Errorf("describeService tells %v\nwant %v", described, want)
	}
}
