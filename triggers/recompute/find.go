package recompute

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// next returns the findings of the next page, and the position after it, "" at the
// end.
func (j *job) next(ctx context.Context) (ids []string, position string, err error) {
	switch {
	case j.request.All:
		return j.scan(ctx)
	case j.request.Group != "":
		return j.query(ctx)
	}
	return j.named()
}

// named takes the findings of the request in order, each once; the position is the
// last id.
func (j *job) named() ([]string, string, error) {
	rest := slices.Compact(slices.Sorted(slices.Values(j.request.Findings)))
	at, found := slices.BinarySearch(rest, j.at.After)
	if found {
		at++
	}
	rest = rest[at:]
	if len(rest) <= int(j.PageSize) {
		return rest, "", nil
	}
	return rest[:j.PageSize], rest[j.PageSize-1], nil
}

// scan reads the table: no index knows all findings.
func (j *job) scan(ctx context.Context) ([]string, string, error) {
	out, err := j.DynamoDB.Scan(ctx, &dynamodb.ScanInput{
		TableName:                &j.Table,
		Limit:                    &j.PageSize,
		ExclusiveStartKey:        startKey(j.at.After),
		FilterExpression:         aws.String("begins_with(#pk, :finding) AND begins_with(#sk, :group)"),
		ProjectionExpression:     aws.String("#pk, #sk"),
		ExpressionAttributeNames: map[string]string{"#pk": "pk", "#sk": "sk"},
		ExpressionAttributeValues: model.Item{
			":finding": &types.AttributeValueMemberS{Value: "FIN#"}, ":group": &types.AttributeValueMemberS{Value: "GROUP#"}},
	})
	if err != nil {
		return nil, "", err
	}
	return page(out.Items, out.LastEvaluatedKey)
}

// query reads the findings of a group: they are the items with its sort key whose
// hash key is a finding's.
func (j *job) query(ctx context.Context) ([]string, string, error) {
	out, err := j.DynamoDB.Query(ctx, &dynamodb.QueryInput{
		TableName:                &j.Table,
		IndexName:                aws.String("inverted_index"),
		Limit:                    &j.PageSize,
		ExclusiveStartKey:        startKey(j.at.After),
		KeyConditionExpression:   aws.String("#sk = :group AND begins_with(#pk, :finding)"),
		ProjectionExpression:     aws.String("#pk, #sk"),
		ExpressionAttributeNames: map[string]string{"#pk": "pk", "#sk": "sk"},
		ExpressionAttributeValues: model.Item{
			":finding": &types.AttributeValueMemberS{Value: "FIN#"}, ":group": &types.AttributeValueMemberS{Value: "GROUP#" + j.request.Group}},
	})
	if err != nil {
		return nil, "", err
	}
	return page(out.Items, out.LastEvaluatedKey)
}

// page returns the ids of findings, and the position of the last key that was read:
// "FIN#f1 GROUP#harbor".
func page(items []model.Item, last model.Item) (ids []string, position string, err error) {
	for _, item := range items {
		key, err := model.KeyOf(item)
		if err != nil {
			return nil, "", err
		}
		if id, _, ok := model.SplitFindingKey(key); ok {
			ids = append(ids, id)
		}
	}
	if last == nil {
		return ids, "", nil
	}
	key, err := model.KeyOf(last)
	if err != nil {
		return nil, "", fmt.Errorf("last evaluated key: %w", err)
	}
	return ids, key.PK + positionSeparator + key.SK, nil
}

// positionSeparator is in no key of the table.
const positionSeparator = "\n"

func startKey(position string) model.Item {
	pk, sk, ok := strings.Cut(position, positionSeparator)
	if !ok {
		return nil
	}
	return model.Key{PK: pk, SK: sk}.Item()
}
