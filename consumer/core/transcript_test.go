package core_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestTranscripts replays the conversations of testdata/*.txt: a command, a
// line "----", and what the lane then wants next and has open, up to an empty
// line. Lines that begin with "#" are remarks. Commands:
//
//	lane [batch=N] [retries=N] [first=D] [max=D] [after=SEQ]   a new lane; the clock is at 10:00
//	read [age=D] [SEQ…] [end]   outcome of Read; records behind age=D arrived D ago
//	ok | fail TEXT              outcome of Invoke
//	delivered | stored          outcome of Deliver, of Checkpoint
//	advance D                   time passes
//	fork                        go on with a clone, keep the original aside
//	swap                        go on with the lane that is aside
//	settle [ok|fail TEXT]…      do all it wants until it reads, and narrate; the
//	                            invocations end as said, the further ones as the last
//
// STILLWATER_UPDATE=true rewrites what is behind "----", but never where CI is set.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	asked := os.Getenv("STILLWATER_UPDATE")
	update := (asked == "true" || asked == "1") && os.Getenv("CI") == ""
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := replay(string(want))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if update && !bytes.Equal(want, got) {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s\nrerun: go test ./consumer/core -run '%s'; accept: STILLWATER_UPDATE=true before it",
					file, diff, t.Name())
			}
		})
	}
}

// replay runs the commands of a transcript and returns it with their results.
// What a lane panics with is a result; a command that makes no sense is an error.
func replay(text string) ([]byte, error) {
	var out bytes.Buffer
	c := &conversation{}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		result, err := c.do(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", i+1, line, err)
		}
		fmt.Fprintf(&out, "----\n%s", result)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++
		}
		if i+1 == len(lines) {
			return out.Bytes(), nil
		}
	}
	return out.Bytes(), nil
}

// conversation is the lane under test and its surroundings.
type conversation struct {
	lane, aside *core.Lane
	now         time.Time
	out         strings.Builder
}

func (c *conversation) do(line string) (result string, err error) {
	c.out.Reset()
	verb, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	if c.lane == nil && verb != "lane" {
		return "", fmt.Errorf("begin with the command lane")
	}
	defer func() {
		if misuse := recover(); misuse != nil {
			result, err = fmt.Sprintf("panic: %v\n", misuse), nil
		}
	}()
	switch verb {
	case "lane":
		err = c.newLane(args)
	case "read":
		err = c.read(args)
	case "ok":
		c.lane.Invoked(c.now, "")
	case "fail":
		c.lane.Invoked(c.now, rest)
	case "delivered":
		c.lane.Delivered()
	case "stored":
		c.lane.Checkpointed()
	case "advance":
		err = c.advance(rest)
	case "fork":
		c.aside, c.lane = c.lane, c.lane.Clone()
	case "swap":
		c.aside, c.lane = c.lane, c.aside
	case "settle":
		c.settle(args)
	default:
		err = fmt.Errorf("no such command")
	}
	if err != nil {
		return "", err
	}
	c.say("next: %s", c.lane.Next(c.now))
	for _, obligation := range c.lane.Open() {
		c.say("open: %s", obligation)
	}
	return c.out.String(), nil
}

func (c *conversation) say(format string, args ...any) {
	fmt.Fprintf(&c.out, format+"\n", args...)
}

func (c *conversation) newLane(args []string) (err error) {
	cfg, after := core.Config{}, ""
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		switch key {
		case "batch":
			cfg.BatchSize, err = strconv.Atoi(value)
		case "retries":
			cfg.MaximumRetryAttempts, err = strconv.Atoi(value)
		case "first":
			cfg.BackoffFirst, err = time.ParseDuration(value)
		case "max":
			cfg.BackoffMax, err = time.ParseDuration(value)
		case "after":
			after = value
		default:
			err = fmt.Errorf("no argument %q", key)
		}
		if err != nil {
			return err
		}
	}
	c.now = start
	c.lane = core.New(cfg, after)
	return nil
}

// start is when a conversation begins.
var start = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)

func (c *conversation) read(args []string) (err error) {
	var records []core.Record
	arrived, end := c.now, false
	for _, arg := range args {
		if age, ok := strings.CutPrefix(arg, "age="); ok {
			d, err := time.ParseDuration(age)
			if err != nil {
				return err
			}
			arrived = c.now.Add(-d)
		} else if arg == "end" {
			end = true
		} else {
			records = append(records, core.Record{Sequence: arg, Arrived: arrived})
		}
	}
	c.lane.Read(records, end)
	return nil
}

func (c *conversation) advance(text string) error {
	d, err := time.ParseDuration(text)
	c.now = c.now.Add(d)
	return err
}

// settle plays the driver until the lane wants to read or is done.
func (c *conversation) settle(outcomes []string) {
	for {
		action := c.lane.Next(c.now)
		switch a := action.(type) {
		case core.Read, core.Done:
			return
		case core.Wait:
			c.say("%s", a)
			c.now = a.Until
		case core.Checkpoint:
			c.say("%s", a)
			c.lane.Checkpointed()
		case core.Deliver:
			c.say("%s", a)
			c.lane.Delivered()
		case core.Invoke:
			outcome := "ok"
			if len(outcomes) > 0 {
				outcome = outcomes[0]
			}
			if len(outcomes) > 1 {
				outcomes = outcomes[1:]
			}
			c.say("%s: %s", a, outcome)
			c.lane.Invoked(c.now, strings.TrimPrefix(outcome, "ok"))
		}
	}
}
