package model_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestKeys(t *testing.T) {
	key := func(pk, sk string) model.Key { return model.Key{PK: pk, SK: sk} }
	for _, test := range []struct {
		name string
		make func(a, b string) (model.Key, error)
		want model.Key
	}{
		{"group", model.GroupKey, key("GROUP#a", "ORG#b")},
		{"organization", model.OrganizationKey, key("ORG#a", "ORG#b")},
		{"root", model.RootKey, key("ROOT#a", "GROUP#b")},
		{"event", model.EventKey, key("EVENT#a", "GROUP#b")},
		{"finding", model.FindingKey, key("FIN#a", "GROUP#b")},
		{"vulnerability", model.VulnerabilityKey, key("VULN#a", "FIN#b")},
		{"comment", model.CommentKey, key("CMNT#a", "FIN#b")},
		{"marker", func(a, _ string) (model.Key, error) { return model.MarkerKey(a) }, key("FIN_ID", "FIN#a")},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.make("a", "b")
			if err != nil || got != test.want {
				t.Errorf("key = %v, %v, want %v", got, err, test.want)
			}
			for _, bad := range []string{"", "x#y"} {
				if got, err := test.make(bad, "b"); !errors.Is(err, model.ErrKeyValue) {
					t.Errorf("with %q: key = %v, %v, want ErrKeyValue", bad, got, err)
				}
				if _, err := test.make("a", bad); test.name != "marker" && !errors.Is(err, model.ErrKeyValue) {
					t.Errorf("with second part %q: error = %v, want ErrKeyValue", bad, err)
				}
			}
			if back, err := model.KeyOf(got.Item()); err != nil || back != got {
				t.Errorf("KeyOf(Item) = %v, %v, want %v", back, err, got)
			}
		})
	}
}

func TestSplitKeys(t *testing.T) {
	for _, test := range []struct {
		key                    model.Key
		finding, vulnerability bool
	}{
		{model.Key{PK: "FIN#f1", SK: "GROUP#g1"}, true, false},
		{model.Key{PK: "VULN#v1", SK: "FIN#f1"}, false, true},
		{model.Key{PK: "FIN#f1", SK: "STATE#2024-09-19T10:00:00+00:00"}, false, false},
		{model.Key{PK: "VULN#v1", SK: "ZERORISK#2024-09-19T10:00:00+00:00"}, false, false},
		{model.Key{PK: "CMNT#c1", SK: "FIN#f1"}, false, false},
		{model.Key{PK: "FIN_ID", SK: "FIN#f1"}, false, false},
		{model.Key{PK: "VULN#", SK: "FIN#f1"}, false, false},
		{model.Key{PK: "VULN#v1", SK: "FIN#f1#x"}, false, false},
	} {
		id, _, ok := model.SplitFindingKey(test.key)
		if ok != test.finding || ok && id != "f1" {
			t.Errorf("SplitFindingKey(%v) = %q, %v", test.key, id, ok)
		}
		id, finding, ok := model.SplitVulnerabilityKey(test.key)
		if ok != test.vulnerability || ok && (id != "v1" || finding != "f1") {
			t.Errorf("SplitVulnerabilityKey(%v) = %q, %q, %v", test.key, id, finding, ok)
		}
	}
}

func TestSecondaryKeys(t *testing.T) {
	full := model.Vulnerability{
		ID: "v1", FindingID: "f1", GroupName: "g1", RootID: "r1", EventID: "e1", Hash: "123",
		State:        model.State{Status: model.StateVulnerable},
		Treatment:    &model.Treatment{Status: model.TreatmentAcceptedUndefined, Assigned: "a@b.co"},
		Verification: &model.Verification{Status: model.VerificationOnHold},
		ZeroRisk:     &model.ZeroRisk{Status: model.ZeroRiskRequested},
	}
	bare := model.Vulnerability{ID: "v1", FindingID: "f1", GroupName: "g1", State: model.State{Status: model.StateDeleted}}
	rejected := bare
	rejected.State.Status = model.StateMasked
	rejected.ZeroRisk = &model.ZeroRisk{Status: model.ZeroRiskRejected}
	rejected.Treatment = &model.Treatment{Status: model.TreatmentInProgress}
	stateless := model.Vulnerability{ID: "v1", FindingID: "f1", GroupName: "g1"}
	for _, test := range []struct {
		name string
		v    model.Vulnerability
		want map[string]string
	}{
		{"everything", full, map[string]string{
			"pk_2": "ROOT#r1", "sk_2": "VULN#v1", "pk_3": "USER#a@b.co", "sk_3": "VULN#v1", "pk_4": "EVENT#e1", "sk_4": "VULN#v1",
			"pk_5": "GROUP#g1", "sk_5": "VULN#ZR#true#STATE#vulnerable#TREAT#true",
			"pk_6": "FIN#f1", "sk_6": "VULN#DELETED#false#RELEASED#true#ZR#true#STATE#vulnerable#VERIF#on_hold",
			"pk_hash": "HASH#123", "sk_hash": "ROOT#r1",
		}},
		{"nothing: empty parts are dropped with their separator", bare, map[string]string{
			"pk_2": "ROOT", "sk_2": "VULN#v1", "pk_3": "USER", "sk_3": "VULN#v1", "pk_4": "EVENT", "sk_4": "VULN#v1",
			"pk_5": "GROUP#g1", "sk_5": "VULN#ZR#false#STATE#deleted#TREAT#false",
			"pk_6": "FIN#f1", "sk_6": "VULN#DELETED#true#RELEASED#false#ZR#false#STATE#deleted#VERIF#none",
			"pk_hash": "HASH", "sk_hash": "ROOT",
		}},
		{"masked is not deleted, rejected zero risk is none", rejected, map[string]string{
			"sk_5": "VULN#ZR#false#STATE#masked#TREAT#false",
			"sk_6": "VULN#DELETED#false#RELEASED#false#ZR#false#STATE#masked#VERIF#none",
		}},
		{"no state", stateless, map[string]string{"sk_5": "VULN#ZR#false#STATE#TREAT#false"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.v.SecondaryKeys()
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 12 {
				t.Errorf("%d attributes, want 12", len(got))
			}
			for name := range got {
				if _, wanted := test.want[name]; !wanted {
					delete(got, name)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeparatorInASecondaryKeyIsRejected(t *testing.T) {
	v := model.Vulnerability{ID: "v1", FindingID: "f1", GroupName: "g1", Treatment: &model.Treatment{Assigned: "a#b"}}
	if _, err := v.SecondaryKeys(); !errors.Is(err, model.ErrKeyValue) {
		t.Errorf("SecondaryKeys: error = %v, want ErrKeyValue", err)
	}
	if _, err := v.Item(); !errors.Is(err, model.ErrKeyValue) {
		t.Errorf("Item: error = %v, want ErrKeyValue", err)
	}
}

func TestKeyOfSomethingElse(t *testing.T) {
	if _, err := model.KeyOf(model.Item{"pk": number("1")}); err == nil {
		t.Error("a numeric pk is a key")
	}
}
