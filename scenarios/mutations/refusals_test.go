package mutations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A change that is refused for what it names writes nothing.
func TestRefusedChangesWriteNothing(t *testing.T) {
	for name, c := range map[string]struct {
		steps []string // the last one is refused
		want  string
	}{
		"a vulnerability's id is taken": {
			steps: []string{"report_draft_vulnerability: {id: v1, finding: f1, where: a}"},
			want:  "v1: the id is taken: there is VULN#v1 FIN#f1",
		},
		"a vulnerability's id is taken in another finding": {
			steps: []string{"report_finding: {id: f9, group: harbor, title: A new one}", "report_draft_vulnerability: {id: v1, finding: f9, where: a}"},
			want:  "v1: the id is taken: there is VULN#v1 FIN#f1",
		},
		"a finding's id is taken": {
			steps: []string{"report_finding: {id: f1, group: harbor, title: The same id}"},
			want:  "f1: the id is taken: there is FIN#f1 GROUP#harbor",
		},
		"a finding's id is taken in another group": {
			steps: []string{"report_finding: {id: f1, group: canal, title: The same id}"},
			want:  "f1: the id is taken: there is FIN#f1 GROUP#harbor",
		},
		"what is found fixed is closed already": {
			steps: []string{"request_reattack: {vulnerabilities: [v1, v2]}", "close_vulnerabilities: {vulnerabilities: [v2]}",
				"verify_reattack: {vulnerabilities: [v1, v2], fixed: [v2]}"},
			want: "v2: state is SAFE, must be VULNERABLE",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, sc := begin(t, c.steps...)
			last := len(sc.Steps) - 1
			at := sc.Start
			for _, step := range sc.Steps[:last] {
				if err := run(t, r, step, at); err != nil {
					t.Fatal(err)
				}
				at = at.Add(time.Minute)
			}
			r.log = nil
			err := run(t, r, sc.Steps[last], at)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if len(r.log) > 0 {
				t.Errorf("it wrote:\n%s", strings.Join(r.log, "\n"))
			}
		})
	}
}

// A finding without a marker, an old one, is found by its key; a marker without a
// finding, of a report that was cut short, is enough too.
func TestAMarkerKeepsAnID(t *testing.T) {
	for _, gone := range []string{"FIN_ID FIN#f1", "FIN#f1 GROUP#harbor"} {
		r, sc := begin(t, "report_finding: {id: f1, group: harbor, title: The same id}")
		delete(r.items, gone)
		if err := run(t, r, sc.Steps[0], sc.Start); err == nil {
			t.Errorf("without %s the id is used twice", gone)
		}
	}
}

// What a removal that was cut short left MASKED can be removed.
func TestMaskedIsRemoved(t *testing.T) {
	r, sc := begin(t, "remove_vulnerability: {vulnerability: v1}")
	item := clone(r.items["VULN#v1 FIN#f1"])
	item["state"].(*types.AttributeValueMemberM).Value["status"] = &types.AttributeValueMemberS{Value: "MASKED"}
	r.items["VULN#v1 FIN#f1"] = item
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	for key := range r.items {
		if strings.HasPrefix(key, "VULN#v1 ") {
			t.Errorf("%s is left behind", key)
		}
	}
}
