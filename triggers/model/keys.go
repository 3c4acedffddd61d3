package model

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Key is the primary key of an item of the table.
type Key struct {
	PK string // hash key, for example "VULN#v1"
	SK string // range key, for example "FIN#f1"
}

// Item returns the key as the attributes pk and sk, as GetItem takes them.
func (k Key) Item() Item {
	return Item{
		"pk": &types.AttributeValueMemberS{Value: k.PK},
		"sk": &types.AttributeValueMemberS{Value: k.SK},
	}
}

// KeyOf returns the key of an item, or of the keys of a record.
func KeyOf(item Item) (Key, error) {
	pk, isPK := item["pk"].(*types.AttributeValueMemberS)
	sk, isSK := item["sk"].(*types.AttributeValueMemberS)
	if !isPK || !isSK {
		return Key{}, errors.New("key: no strings pk and sk: not an item of this table")
	}
	return Key{PK: pk.Value, SK: sk.Value}, nil
}

// ErrKeyValue is what a key function returns for a value that cannot be part of
// a key: one that holds the separator, or an empty id.
var ErrKeyValue = errors.New("not a value for a key")

// GroupKey is the key of a group.
func GroupKey(name, organizationID string) (Key, error) {
	return newKey("GROUP", name, "ORG", organizationID)
}

// OrganizationKey is the key of an organization.
func OrganizationKey(id, name string) (Key, error) { return newKey("ORG", id, "ORG", name) }

// RootKey is the key of a root: a git repository, an IP environment or a URL.
func RootKey(id, group string) (Key, error) { return newKey("ROOT", id, "GROUP", group) }

// EventKey is the key of an event.
func EventKey(id, group string) (Key, error) { return newKey("EVENT", id, "GROUP", group) }

// FindingKey is the key of a finding.
func FindingKey(id, group string) (Key, error) { return newKey("FIN", id, "GROUP", group) }

// VulnerabilityKey is the key of a vulnerability. It never changes.
func VulnerabilityKey(id, findingID string) (Key, error) { return newKey("VULN", id, "FIN", findingID) }

// CommentKey is the key of a comment on a finding.
func CommentKey(id, findingID string) (Key, error) { return newKey("CMNT", id, "FIN", findingID) }

// MarkerKey is the key of the marker that keeps the id of a finding unique.
func MarkerKey(findingID string) (Key, error) {
	sk, err := joinID("FIN", findingID)
	return Key{PK: "FIN_ID", SK: sk}, err
}

// FindingPK is the hash key that a finding shares with its history.
func FindingPK(id string) (string, error) { return joinID("FIN", id) }

// VulnerabilityPK is the hash key that a vulnerability shares with its history.
func VulnerabilityPK(id string) (string, error) { return joinID("VULN", id) }

// SplitFindingKey returns the parts of a finding's key, and whether it is one.
// The finding's history has the same hash key and is not one; neither is a key
// that FindingKey would not make.
func SplitFindingKey(k Key) (id, group string, ok bool) { return split(k, "FIN#", "GROUP#") }

// SplitVulnerabilityKey returns the parts of a vulnerability's key, and whether
// it is one. The vulnerability's history has the same hash key and is not one;
// neither is a key that VulnerabilityKey would not make.
func SplitVulnerabilityKey(k Key) (id, findingID string, ok bool) { return split(k, "VULN#", "FIN#") }

// SecondaryKeys returns the keys of the indexes gsi_2 to gsi_6 and gsi_hash,
// attribute name to value. Whoever changes state, treatment, verification or
// zero risk writes sk_5 and sk_6 with the same update.
func (v Vulnerability) SecondaryKeys() (map[string]string, error) {
	var assigned string
	if v.Treatment != nil {
		assigned = v.Treatment.Assigned
	}
	verification := "none"
	if v.Verification != nil && v.Verification.Status != "" {
		verification = lower(v.Verification.Status)
	}
	state, zeroRisk := lower(v.State.Status), boolText(v.HasZeroRisk())
	keys := []struct {
		name  string
		parts []string
	}{
		{"pk_2", []string{"ROOT", v.RootID}}, {"sk_2", []string{"VULN", v.ID}},
		{"pk_3", []string{"USER", assigned}}, {"sk_3", []string{"VULN", v.ID}},
		{"pk_4", []string{"EVENT", v.EventID}}, {"sk_4", []string{"VULN", v.ID}},
		{"pk_5", []string{"GROUP", v.GroupName}},
		{"sk_5", []string{"VULN", "ZR", zeroRisk, "STATE", state, "TREAT", boolText(v.Accepted())}},
		{"pk_6", []string{"FIN", v.FindingID}},
		{"sk_6", []string{"VULN", "DELETED", boolText(v.Deleted()), "RELEASED", boolText(v.Released()),
			"ZR", zeroRisk, "STATE", state, "VERIF", verification}},
		{"pk_hash", []string{"HASH", v.Hash}}, {"sk_hash", []string{"ROOT", v.RootID}},
	}
	joined := make(map[string]string, len(keys))
	for _, key := range keys {
		text, err := join(key.parts...)
		if err != nil {
			return nil, fmt.Errorf("secondary keys: vulnerability %s: %s: %w", v.ID, key.name, err)
		}
		joined[key.name] = text
	}
	return joined, nil
}

// historyKey is the key of the history item that entity pk got at a date.
func historyKey(pk, kind string, date time.Time) (Key, error) {
	if date.IsZero() {
		return Key{}, fmt.Errorf("key: %s of %s: no modified_date, which is part of the key: %w", kind, pk, ErrKeyValue)
	}
	sk, err := join(kind, FormatTime(date))
	return Key{PK: pk, SK: sk}, err
}

func newKey(hash, hashValue, ranged, rangeValue string) (Key, error) {
	pk, err := joinID(hash, hashValue)
	if err != nil {
		return Key{}, err
	}
	sk, err := joinID(ranged, rangeValue)
	if err != nil {
		return Key{}, err
	}
	return Key{PK: pk, SK: sk}, nil
}

// joinID joins a literal and an id. Primary keys need every id: two items that
// both lack one would share a key.
func joinID(literal, id string) (string, error) {
	if id == "" {
		return "", fmt.Errorf("key: %s: empty id: %w", literal, ErrKeyValue)
	}
	return join(literal, id)
}

// join joins the parts of a key with '#'. An empty part is dropped with its
// separator: without a root the key of gsi_2 is "ROOT".
func join(parts ...string) (string, error) {
	kept := make([]string, 0, len(parts))
	for _, part := range parts {
		if strings.Contains(part, "#") {
			return "", fmt.Errorf("key: %s: %q holds the separator '#': %w", parts[0], part, ErrKeyValue)
		}
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "#"), nil
}

func split(k Key, pkPrefix, skPrefix string) (pk, sk string, ok bool) {
	pk, isPK := strings.CutPrefix(k.PK, pkPrefix)
	sk, isSK := strings.CutPrefix(k.SK, skPrefix)
	if !isPK || !isSK || pk == "" || sk == "" || strings.Contains(pk+sk, "#") {
		return "", "", false
	}
	return pk, sk, true
}

func lower[T ~string](v T) string { return strings.ToLower(string(v)) }

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
