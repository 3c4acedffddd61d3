package webhook_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

func TestWhatIsTold(t *testing.T) {
	v := vulnerability("v1")
	other := func(pk, sk string) model.Item { return vulnerability("x", "pk", pk, "sk", sk) }
	for _, test := range []struct {
		name   string
		change testevent.Change
		want   []string
		calls  int
	}{
		{"inserted into an approved finding", testevent.Insert(v), []string{"reported v1"}, 2},
		{"inserted into one that is not approved", testevent.Insert(vulnerability("v1", "sk", "FIN#f2")), nil, 2},
		{"inserted before its finding", testevent.Insert(vulnerability("v1", "sk", "FIN#f9")), nil, 2},
		{"another date of creation", testevent.Modify(v, vulnerability("v1", "created_date", "2024-09-02T10:00:00+00:00")), []string{"reported v1"}, 1},
		{"a date of creation at last", testevent.Modify(vulnerability("v1", "created_date", ""), v), []string{"reported v1"}, 1},
		{"edited", testevent.Modify(v, vulnerability("v1", "hash", "h1")), []string{"edited v1"}, 1},
		{"edited together with an index key", testevent.Modify(v, vulnerability("v1", "hash", "h1", "pk_hash", "HASH#h1")), []string{"edited v1"}, 1},
		{"edited in a finding that is not approved", testevent.Modify(vulnerability("v1", "sk", "FIN#f2"), vulnerability("v1", "sk", "FIN#f2", "hash", "h1")), []string{"edited v1"}, 1},
		{"deleted", testevent.Remove(v), []string{"deleted v1"}, 1},
		{"expired", testevent.Expire(v), []string{"deleted v1"}, 1},

		{"only moved in an index", testevent.Modify(v, vulnerability("v1", "pk_3", "USER#ann", "sk_3", "VULN#v1")), nil, 0},
		{"of no group", testevent.Insert(vulnerability("v1", "group_name", "")), nil, 0},
		{"of a group that does not exist", testevent.Insert(vulnerability("v1", "group_name", "nowhere")), nil, 1},
		{"of a group without an endpoint", testevent.Insert(vulnerability("v1", "group_name", "quiet")), nil, 1},
		{"a finding", testevent.Insert(other("FIN#f1", "GROUP#harbor")), nil, 0},
		{"history", testevent.Insert(other("VULN#v1", "STATE#2024-09-19T10:00:00+00:00")), nil, 0},
		{"a comment", testevent.Remove(other("CMNT#c1", "FIN#f1")), nil, 0},
		{"the marker", testevent.Insert(other("FIN_ID", "FIN#f1")), nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.group("quiet", "")
			if failed := w.invoke(test.change); len(failed) != 0 {
				t.Errorf("failed: %v: %v", failed, w.report)
			}
			if diff := cmp.Diff(test.want, w.told(t)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if len(w.Calls) != test.calls {
				t.Errorf("calls %q, want %d", w.Calls, test.calls)
			}
		})
	}
}

func TestTheRequest(t *testing.T) {
	w := newWorld(t)
	w.invoke(testevent.Insert(vulnerability("v1")), testevent.Remove(vulnerability("v1")))
	want := []request{{
		Path: "/secret/hook", Type: "application/json",
		Body: `{"event":"reported","idempotency_key":"KEY","occurred_at":"2024-09-19T10:00:00+00:00","group":"harbor","finding_id":"f1","vulnerability_id":"v1","status":"VULNERABLE","where":"src/a.go","specific":"12"}`,
	}, {
		Path: "/secret/hook", Type: "application/json",
		Body: `{"event":"deleted","idempotency_key":"KEY","occurred_at":"2024-09-19T10:00:01+00:00","group":"harbor","finding_id":"f1","vulnerability_id":"v1","status":"VULNERABLE","where":"src/a.go","specific":"12"}`,
	}}
	got := w.requests()
	if len(got) != 2 || got[0].Key == got[1].Key || len(got[0].Key) != 32 {
		t.Fatalf("requests %+v, want two with keys of their own", got)
	}
	for i := range want {
		want[i].Key = got[i].Key
		want[i].Body = replaceKey(want[i].Body, got[i].Key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
