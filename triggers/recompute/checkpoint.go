package recompute

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// Checkpoint is how far a job is. The zero value is the beginning.
type Checkpoint struct {
	After   string // a position in the findings of the request
	Ended   bool   // all were looked at; those of Summary.Failed are left
	Summary Summary
}

// Checkpoints keeps the checkpoints of jobs, by [Options].Job.
type Checkpoints interface {
	// Load returns the checkpoint of a job, the zero one if there is none.
	Load(ctx context.Context, job string) (Checkpoint, error)
	Save(ctx context.Context, job string, at Checkpoint) error
	// Clear forgets a job that ended well: the next one begins anew.
	Clear(ctx context.Context, job string) error
}

// nowhere keeps nothing.
type nowhere struct{}

func (nowhere) Load(context.Context, string) (Checkpoint, error) { return Checkpoint{}, nil }
func (nowhere) Save(context.Context, string, Checkpoint) error   { return nil }
func (nowhere) Clear(context.Context, string) error              { return nil }

// ItemAPI is what [Items] needs of *dynamodb.Client.
type ItemAPI interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

// Items keeps checkpoints in a table with the hash key job, a string. The table has
// no stream: checkpoints in the table of the findings would cause records without end.
type Items struct {
	DynamoDB ItemAPI
	Table    string // integrates_jobs
}

// Load implements [Checkpoints].
func (s Items) Load(ctx context.Context, job string) (Checkpoint, error) {
	out, err := s.DynamoDB.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: jobKey(job), ConsistentRead: aws.Bool(true)})
	if err != nil || out.Item == nil {
		return Checkpoint{}, err
	}
	at := Checkpoint{After: text(out.Item["after"])}
	if ended, ok := out.Item["ended"].(*types.AttributeValueMemberBOOL); ok {
		at.Ended = ended.Value
	}
	for name, to := range map[string]*int{"findings": &at.Summary.Findings, "changed": &at.Summary.Changed} {
		n, ok := out.Item[name].(*types.AttributeValueMemberN)
		if !ok {
			return Checkpoint{}, fmt.Errorf("checkpoint %s: no number %q: delete the item to begin anew", job, name)
		}
		if *to, err = strconv.Atoi(n.Value); err != nil {
			return Checkpoint{}, fmt.Errorf("checkpoint %s: %s: %w", job, name, err)
		}
	}
	if failed, ok := out.Item["failed"].(*types.AttributeValueMemberL); ok {
		for _, id := range failed.Value {
			at.Summary.Failed = append(at.Summary.Failed, text(id))
		}
	}
	return at, nil
}

// Save implements [Checkpoints].
func (s Items) Save(ctx context.Context, job string, at Checkpoint) error {
	failed := make([]types.AttributeValue, len(at.Summary.Failed))
	for i, id := range at.Summary.Failed {
		failed[i] = &types.AttributeValueMemberS{Value: id}
	}
	item := jobKey(job)
	item["after"] = &types.AttributeValueMemberS{Value: at.After}
	item["ended"] = &types.AttributeValueMemberBOOL{Value: at.Ended}
	item["findings"] = &types.AttributeValueMemberN{Value: strconv.Itoa(at.Summary.Findings)}
	item["changed"] = &types.AttributeValueMemberN{Value: strconv.Itoa(at.Summary.Changed)}
	item["failed"] = &types.AttributeValueMemberL{Value: failed}
	_, err := s.DynamoDB.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: item})
	return err
}

// Clear implements [Checkpoints].
func (s Items) Clear(ctx context.Context, job string) error {
	_, err := s.DynamoDB.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.Table, Key: jobKey(job)})
	return err
}

func jobKey(job string) model.Item {
	return model.Item{"job": &types.AttributeValueMemberS{Value: job}}
}

func text(v types.AttributeValue) string {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return s.Value
}
