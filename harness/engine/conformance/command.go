package conformance

import (
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Command is what a control of the memory engine is told: each takes what it
// needs.
//
//	SplitShard, CloseShard, Trim, ExpireIterators {TableName}
//	EmptyPages {TableName, Pages} · SetRollover {TableName, Records, Age}
//	Expire {TableName, Key} · Sweep {} · Advance {By}
//
// By and Age are durations such as 24h.
type Command struct {
	TableName      string
	Pages, Records int32
	By, Age        string
	Key            map[string]types.AttributeValue
}

// Swept is what Sweep gives.
type Swept struct{ Deleted int }

func commands() map[string]func(*memory.Database, Command) (any, error) {
	plain := func(do func(*memory.Database, string) error) func(*memory.Database, Command) (any, error) {
		return func(db *memory.Database, c Command) (any, error) { return struct{}{}, do(db, c.TableName) }
	}
	return map[string]func(*memory.Database, Command) (any, error){
		"SplitShard":      plain((*memory.Database).SplitShard),
		"CloseShard":      plain((*memory.Database).CloseShard),
		"Trim":            plain((*memory.Database).Trim),
		"ExpireIterators": plain((*memory.Database).ExpireIterators),
		"EmptyPages": func(db *memory.Database, c Command) (any, error) {
			return struct{}{}, db.EmptyPages(c.TableName, int(c.Pages))
		},
		"SetRollover": func(db *memory.Database, c Command) (any, error) {
			age, err := duration(c.Age)
			if err != nil {
				return nil, err
			}
			return struct{}{}, db.SetRollover(c.TableName, memory.Rollover{Records: int(c.Records), Age: age})
		},
		"Expire": func(db *memory.Database, c Command) (any, error) { return struct{}{}, db.Expire(c.TableName, c.Key) },
		"Sweep":  func(db *memory.Database, _ Command) (any, error) { return Swept{db.Sweep()}, nil },
		"Advance": func(db *memory.Database, c Command) (any, error) {
			by, err := duration(c.By)
			if err == nil {
				db.Advance(by)
			}
			return struct{}{}, err
		},
	}
}

func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// command tells the engine something. An engine that takes no commands, or refuses
// this one, cannot play the case.
func (r *Runner) command(name string, do func(*memory.Database, Command) (any, error), arguments node) (any, error) {
	if r.control == nil {
		return nil, &unplayableError{fmt.Errorf("%s: the engine has no controls: the case is for the memory engine only", name)}
	}
	var c Command
	if err := (filler{known: r.writer.known}).fill(arguments, reflect.ValueOf(&c).Elem()); err != nil {
		return nil, &unplayableError{err}
	}
	out, err := do(r.control, c)
	if err != nil {
		return nil, &unplayableError{fmt.Errorf("%s: %w", name, err)}
	}
	return out, nil
}
