package scenarios_test

import (
	"regexp"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/triggers/faulty"
)

// evidence is what a run shows of a bug.
type evidence struct {
	kind faulty.Kind
	text string
}

// gather lists what there is against a run that failed.
func gather(r *harness.Result) []evidence {
	switch r.Outcome {
	case harness.Differs:
		return differing(r.Snapshot.Diff)
	case harness.Unsettled:
		return []evidence{unsettled(r)}
	case harness.StepFailed:
		return []evidence{{"step failed", r.Err.Error()}}
	}
	return nil
}

func unsettled(r *harness.Result) evidence {
	if len(r.Loop) > 0 {
		var parts []string
		for _, e := range r.Loop {
			parts = append(parts, strings.TrimSpace(e.Actor+" "+e.Op))
		}
		return evidence{faulty.Loop, strings.Join(parts, " → ")}
	}
	for _, o := range r.NotSettled.Open {
		if strings.Contains(o.What, "left a goroutine") {
			return evidence{faulty.Leftover, o.What}
		}
	}
	return evidence{"not settled", r.NotSettled.Error()}
}

// differing words each line of a difference: what there is, and what there should be.
func differing(diff []snapshot.DiffLine) []evidence {
	type value struct{ is, was string }
	var order []snapshot.Place
	values := map[snapshot.Place]*value{}
	for i, place := range snapshot.Places(diff) {
		text := strings.TrimSpace(diff[i].Text)
		if diff[i].Op == ' ' || place.Heading == "" {
			continue
		}
		if values[place] == nil {
			order, values[place] = append(order, place), &value{}
		}
		if _, after, ok := strings.Cut(text, ": "); ok {
			text = after
		}
		if diff[i].Op == '+' {
			values[place].is = text
		} else {
			values[place].was = text
		}
	}
	var list []evidence
	for _, place := range order {
		kind, v := faulty.Differs, values[place]
		text := strings.TrimSpace(place.Heading+" "+place.Path) + ": "
		switch {
		case v.was == "":
			text += v.is + ", not there"
		case v.is == "":
			text += "gone, was " + v.was
		default:
			text += v.is + ", not " + v.was
		}
		if place.View() == "on_failure" {
			kind = faulty.DeadLetter
		}
		list = append(list, evidence{kind, text})
	}
	return list
}

// caught returns the evidence of a bug's own symptom in a run, "" if there is none.
func caught(bug faulty.Bug, r *harness.Result) string {
	shows := regexp.MustCompile(bug.Symptom.Shows)
	for _, e := range gather(r) {
		if e.kind == bug.Symptom.Kind && shows.MatchString(e.text) {
			return e.text
		}
	}
	return ""
}
