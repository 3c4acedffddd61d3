package conformance_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/conformance"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// The variables of TestDifferential: how long it goes on, "1m" for instance, and
// the seed of its first sequence. The next sequence has the next seed, so that a
// short run is the beginning of a long one, and every run can be had again.
const (
	durationVariable = "STILLWATER_DIFFERENTIAL"
	seedVariable     = "STILLWATER_DIFFERENTIAL_SEED"
)

const (
	baseSeed  = 0
	sequences = 15 // at least, however short the time
	length    = 30 // requests of a sequence
)

// pair plays the same requests to the memory engine and to DynamoDB Local.
type pair struct{ ours, local *conformance.Runner }

func newPair(t testing.TB, local engine.Engine) *pair {
	t.Helper()
	return &pair{
		ours:  runner(t, memory.New(memory.Options{}), conformance.Options{}),
		local: runner(t, local, conformance.Options{DynamoDBLocal: true}),
	}
}

func runner(t testing.TB, e engine.Engine, o conformance.Options) *conformance.Runner {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	r, err := conformance.NewRunner(db, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDifferential: random requests come to the same on both engines, the stream
// records of all of them included.
func TestDifferential(t *testing.T) {
	if testing.Short() {
		t.Skip("one request after another, to a container too")
	}
	first, budget, err := asked(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	p := newPair(t, startLocal(t))
	start, played := time.Now(), uint64(0)
	for !t.Failed() && (played < sequences || time.Since(start) < budget) {
		p.check(t, first+played)
		played++
	}
	t.Logf("%d sequences of %d requests from seed %d in %v", played, length, first, time.Since(start).Round(time.Second))
}

// asked reads the variables of TestDifferential.
func asked(environment func(string) string) (first uint64, budget time.Duration, err error) {
	first = baseSeed
	if text := environment(seedVariable); text != "" {
		if first, err = strconv.ParseUint(text, 10, 64); err != nil {
			return 0, 0, fmt.Errorf("%s=%q: want a whole number, such as 1000", seedVariable, text)
		}
	}
	if text := environment(durationVariable); text != "" {
		if budget, err = time.ParseDuration(text); err != nil {
			return 0, 0, fmt.Errorf("%s=%q: want a duration, such as 1m", durationVariable, text)
		}
	}
	return first, budget, nil
}

// FuzzDifferential is the same for `go test -fuzz`.
func FuzzDifferential(f *testing.F) {
	f.Add(uint64(0))
	p := newPair(f, startLocal(f))
	f.Fuzz(func(t *testing.T, seed uint64) { p.check(t, seed) })
}

// sequence draws requests, and those that show what they have left behind.
func sequence(seed uint64) []string {
	g := newGenerator(seed)
	var requests []string
	for range length {
		requests = append(requests, g.request())
	}
	return requests
}

// shown at the end of each sequence.
func shown() []string {
	return []string{
		"Scan* {TableName: whole}", "Scan* {TableName: whole, IndexName: global}", "Scan* {TableName: whole, IndexName: include}", "Scan* {TableName: whole, IndexName: local}",
		"Records {TableName: whole} -> Records.EventName, Records.Dynamodb.Keys, Records.Dynamodb.OldImage, Records.Dynamodb.NewImage, Records.Dynamodb.SizeBytes",
	}
}

// check plays the sequence of a seed. If the engines differ it looks for a shorter
// one that shows it, and reports that as a case.
func (p *pair) check(t *testing.T, seed uint64) {
	t.Helper()
	requests := sequence(seed)
	difference := p.play(t, requests)
	if difference == "" {
		return
	}
	for i := len(requests) - 1; i >= 0; i-- {
		shorter := slices.Delete(slices.Clone(requests), i, i+1)
		if found := p.play(t, shorter); found != "" {
			requests, difference = shorter, found
		}
	}
	t.Errorf("seed %d:\n%s\nthe requests:\n> %s\nrerun: %s=%d go test -count=1 -run '^TestDifferential$' ./harness/engine/conformance",
		seed, difference, strings.Join(requests, "\n> "), seedVariable, seed)
}

// play returns the first difference, "" if there is none. If an answer was lost
// ([conformance.Runner.Lost]) all requests are played again.
func (p *pair) play(t *testing.T, requests []string) string {
	t.Helper()
	const attempts = 3
	for range attempts {
		if difference, lost := p.playOnce(t, requests); !lost {
			return difference
		}
	}
	t.Fatalf("DynamoDB Local: an answer was lost in each of %d attempts at\n> %s", attempts, strings.Join(requests, "\n> "))
	return ""
}

func (p *pair) playOnce(t *testing.T, requests []string) (found string, lost bool) {
	t.Helper()
	for _, r := range []*conformance.Runner{p.ours, p.local} {
		if err := r.Reset(t.Context(), "whole"); r.Lost(err) {
			t.Log(err)
			return "", true
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, request := range append(slices.Clone(requests), shown()...) {
		ours, err := p.ours.Do(t.Context(), request)
		if err != nil {
			t.Fatalf("%s: %v", request, err)
		}
		local, err := p.local.Do(t.Context(), request)
		if p.local.Lost(err) {
			t.Logf("> %s\n  local: %v", request, err)
			return "", true
		} else if err != nil {
			t.Fatalf("%s: %v", request, err)
		}
		ours, local = comparable(ours), comparable(local)
		if ours != local && !explained(ours, local) {
			return "> " + request + "\n  ours:  " + ours + "\n  local: " + local, false
		}
		if diverged(ours, local) {
			return "", false // the tables differ from here on, for a known reason
		}
	}
	return "", false
}

// comparable leaves out what the engines are known to answer differently each time:
// the full stop of a ConditionCheck (cases/conditions.txt) and how many pages there
// are (cases/query.txt: Limit at the end of the range).
func comparable(answer string) string {
	answer = strings.ReplaceAll(answer, `The conditional request failed."`, `The conditional request failed"`)
	return regexp.MustCompile(`^{Pages: \d+`).ReplaceAllString(answer, "{")
}

// diverged tells whether one engine has changed something and the other refused.
func diverged(ours, local string) bool {
	return strings.HasPrefix(ours, "!") != strings.HasPrefix(local, "!")
}

// difference is one that is known: patterns of both answers; an empty one is any
// answer.
type difference struct{ ours, local, because string }

// known are the differences of wording and order. What a case can show alone is
// in the cases, with the words of both.
func known() []difference {
	const (
		schema    = `The provided key element does not match the schema`
		localKeys = `(The number of conditions on the keys is invalid|One of the required keys was not given a value|` +
			`One or more parameter values were invalid: Type mismatch for (key|Index Key)|Invalid attribute value type|Type mismatch for attribute to update)`
		emptyKey = `The AttributeValue for a key attribute cannot contain an empty string value`
		overlap  = `^! ValidationException: Invalid \w+: Two document paths (overlap|conflict) with each other`
		runtime  = `^! .*(The document path provided in the update expression is invalid for update|` +
			`The provided expression refers to an attribute that does not exist in the item|` +
			`An operand in the update expression has an incorrect data type)`
	)
	return []difference{
		{`^! ValidationException: Transaction request cannot include multiple operations on one item`, ``,
			"cases/transactions.txt: the service refuses the request before it reads items; measured: DynamoDB Local looks at conditions and paths first, and compares keys by their text"},
		{overlap, overlap, "differences_test.go of package expression: which path another one is in the way of"},
		{overlap, `^! .*(` + localKeys + `|` + emptyKey + `)`, "cases/updates.txt: an expression is read before the key"},
		{runtime, runtime, "differences_test.go of package expression: which of several mistakes of an update is reported"},
		{`^! .*` + schema, `^! .*` + localKeys, "cases/items.txt: a key of the wrong kind"},
		{`^! .*Type mismatch for (key|Index Key) `, `^! .*` + localKeys, "cases/indexes.txt: an index key of the wrong kind"},
		{`^! .*cannot contain an empty string value`, `^! .*cannot contain an empty string value`, "cases/indexes.txt: an index key that is empty"},
		{`^! ValidationException: Provided list of item keys contains duplicates`, `^{Responses`,
			"cases/batch.txt: the same number twice in other forms"},
		{`^{}$`, `^{ConsumedCapacity: {CapacityUnits: 1, TableName: whole}}$`, "cases/items.txt: an item that is not there"},
		{`^! TransactionCanceledException.*ValidationError`, `^! ValidationException`, "cases/transactions.txt: an update that fails on its item"},
	}
}

func explained(ours, local string) bool {
	return slices.ContainsFunc(known(), func(d difference) bool {
		return regexp.MustCompile(d.ours).MatchString(ours) && regexp.MustCompile(d.local).MatchString(local)
	})
}
