package mutations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// vulnerability is one as the table holds it: parsed, and the item itself, whose
// dates the conditions of writes quote letter by letter.
type vulnerability struct {
	model.Vulnerability
	item model.Item
}

// finding is the same for findings.
type finding struct {
	model.Finding
	item model.Item
}

// readVulnerability finds a vulnerability by its id alone.
func readVulnerability(ctx context.Context, w harness.Writer, id string) (*vulnerability, error) {
	pk, err := model.VulnerabilityPK(id)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	items, err := query(ctx, w, byPrefix(pk, "FIN#"))
	if err != nil {
		return nil, fmt.Errorf("%s: read vulnerability: %w", id, err)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there is no such vulnerability", id)
	}
	v, err := model.ParseVulnerability(items[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return &vulnerability{Vulnerability: v, item: items[0]}, nil
}

// readFinding finds a finding by its id alone.
func readFinding(ctx context.Context, w harness.Writer, id string) (*finding, error) {
	pk, err := model.FindingPK(id)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	items, err := query(ctx, w, byPrefix(pk, "GROUP#"))
	if err != nil {
		return nil, fmt.Errorf("%s: read finding: %w", id, err)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there is no such finding", id)
	}
	f, err := model.ParseFinding(items[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return &finding{Finding: f, item: items[0]}, nil
}

// requireFree makes sure that nothing has the hash key of item yet, neither an
// entity of that id, under whatever range key, nor its history.
func requireFree(ctx context.Context, w harness.Writer, id string, item model.Item) error {
	key, err := model.KeyOf(item)
	if err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	taken, err := query(ctx, w, byPrefix(key.PK, ""))
	if err != nil {
		return fmt.Errorf("%s: look for the same id: %w", id, err)
	}
	if len(taken) > 0 {
		return fmt.Errorf("%s: the id is taken: there is %s", id, keyText(taken[0]))
	}
	return nil
}

// requirement tells what is wrong with a vulnerability for a change; "" = nothing.
type requirement func(model.Vulnerability) string

// require reads the vulnerabilities a change names and holds all of them to its
// requirements before anything is written; what does not hold is told at once.
func require(ctx context.Context, w harness.Writer, ids []string, requirements ...requirement) ([]*vulnerability, error) {
	var out []*vulnerability
	var problems []string
	for _, id := range ids {
		v, err := readVulnerability(ctx, w, id)
		if err != nil {
			return nil, err
		}
		for _, r := range requirements {
			if problem := r(v.Vulnerability); problem != "" {
				problems = append(problems, id+": "+problem)
				break
			}
		}
		out = append(out, v)
	}
	if len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "; "))
	}
	return out, nil
}

// requireOne is require for a change of a single vulnerability.
func requireOne(ctx context.Context, w harness.Writer, id string, requirements ...requirement) (*vulnerability, error) {
	list, err := require(ctx, w, []string{id}, requirements...)
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// commonFinding reads the finding that all of list belong to.
func commonFinding(ctx context.Context, w harness.Writer, list []*vulnerability) (*finding, error) {
	id := list[0].FindingID
	for _, v := range list {
		if v.FindingID != id {
			return nil, fmt.Errorf("%s is of finding %s, %s of %s: name vulnerabilities of one finding", list[0].ID, id, v.ID, v.FindingID)
		}
	}
	return readFinding(ctx, w, id)
}

func stateIs(want ...model.StateStatus) requirement {
	return func(v model.Vulnerability) string {
		return mustBe("state", v.State.Status, want...)
	}
}

// mustBe words a status that a requirement does not allow.
func mustBe[T ~string](what string, status T, want ...T) string {
	if slices.Contains(want, status) {
		return ""
	}
	return fmt.Sprintf("%s is %s, must be %s", what, or(string(status), "absent"), strings.Join(texts(want...), " or "))
}

// vulnerabilitiesOf lists the vulnerabilities of a finding in a state, by id.
func vulnerabilitiesOf(ctx context.Context, w harness.Writer, findingID string, status model.StateStatus) ([]*vulnerability, error) {
	all, err := allVulnerabilitiesOf(ctx, w, findingID)
	return slices.DeleteFunc(all, func(v *vulnerability) bool { return v.State.Status != status }), err
}

// allVulnerabilitiesOf lists the vulnerabilities of a finding by id.
func allVulnerabilitiesOf(ctx context.Context, w harness.Writer, findingID string) ([]*vulnerability, error) {
	list, err := parsed(query(ctx, w, byIndex("inverted_index", "sk", "FIN#"+findingID, "pk", "VULN#")))
	if err != nil {
		return nil, fmt.Errorf("%s: list vulnerabilities: %w", findingID, err)
	}
	return list, nil
}

// parsed makes vulnerabilities of the items of a query, sorted by id.
func parsed(items []model.Item, err error) ([]*vulnerability, error) {
	if err != nil {
		return nil, err
	}
	var list []*vulnerability
	for _, item := range items {
		v, err := model.ParseVulnerability(item)
		if err != nil {
			return nil, err
		}
		list = append(list, &vulnerability{Vulnerability: v, item: item})
	}
	slices.SortFunc(list, func(a, b *vulnerability) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// byIndex asks an index for one hash key and range keys with a prefix. It is not
// read consistently: as in the application, it cannot be.
func byIndex(index, hash, value, ranged, prefix string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		IndexName:              aws.String(index),
		KeyConditionExpression: aws.String(hash + " = :hash AND begins_with(" + ranged + ", :prefix)"),
		ExpressionAttributeValues: model.Item{
			":hash":   &types.AttributeValueMemberS{Value: value},
			":prefix": &types.AttributeValueMemberS{Value: prefix},
		},
	}
}

// byPrefix asks the table for one hash key and range keys with a prefix ("" = all).
func byPrefix(pk, skPrefix string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: model.Item{":pk": &types.AttributeValueMemberS{Value: pk}},
	}
	if skPrefix != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :sk)")
		in.ExpressionAttributeValues[":sk"] = &types.AttributeValueMemberS{Value: skPrefix}
	}
	return in
}

// query reads to the last page.
func query(ctx context.Context, w harness.Writer, in *dynamodb.QueryInput) ([]model.Item, error) {
	in.TableName = aws.String(w.Table)
	var items []model.Item
	for {
		page, err := w.DB.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if len(page.LastEvaluatedKey) == 0 {
			return items, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}
