package model_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestHistoryItems(t *testing.T) {
	v, f := fullVulnerability(t), fullFinding(t)
	vulnerability, err := model.VulnerabilityPK(v.ID)
	if err != nil {
		t.Fatal(err)
	}
	finding, err := model.FindingPK(f.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		pk    string
		entry model.Entry
		want  model.Key
	}{
		{vulnerability, v.State, model.Key{PK: "VULN#v1", SK: "STATE#2024-09-19T12:00:00+00:00"}},
		{vulnerability, *v.Treatment, model.Key{PK: "VULN#v1", SK: "TREATMENT#2024-09-19T12:00:00+00:00"}},
		{vulnerability, *v.Verification, model.Key{PK: "VULN#v1", SK: "VERIFICATION#2024-09-19T12:00:00+00:00"}},
		{vulnerability, *v.ZeroRisk, model.Key{PK: "VULN#v1", SK: "ZERORISK#2024-09-19T12:00:00+00:00"}},
		{finding, f.State, model.Key{PK: "FIN#f1", SK: "STATE#2024-09-19T12:00:00+00:00"}},
		{finding, *f.Verification, model.Key{PK: "FIN#f1", SK: "VERIFICATION#2024-09-19T12:00:00+00:00"}},
	} {
		item, err := model.HistoryItem(test.pk, test.entry)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := model.KeyOf(item); err != nil || got != test.want {
			t.Errorf("%T: key %v, %v, want %v", test.entry, got, err, test.want)
		}
		// The whole entry is at top level.
		delete(item, "pk")
		delete(item, "sk")
		if diff := cmp.Diff(test.entry.Item(), item, values()); diff != "" {
			t.Errorf("%T (-entry +history):\n%s", test.entry, diff)
		}
	}
	if _, err := model.HistoryItem(vulnerability, model.State{}); !errors.Is(err, model.ErrKeyValue) {
		t.Errorf("an entry without date: error = %v, want ErrKeyValue", err)
	}
}
