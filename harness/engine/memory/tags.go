package memory

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// maxTags of one table.
const maxTags = 50

// tagged finds the table of an ARN.
func (db *Database) tagged(arn *string) (*table, error) {
	t, ok := db.state.tables.Get(tableName(arn))
	if !ok || t.arn != aws.ToString(arn) {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Requested resource not found: ResourcArn: " + aws.ToString(arn) + " not found")}
	}
	return t, nil
}

func (db *Database) tagResource(in *dynamodb.TagResourceInput) (*dynamodb.TagResourceOutput, error) {
	var c constraints
	c.required("resourceArn", in.ResourceArn == nil)
	c.required("tags", in.Tags == nil)
	if err := c.err(); err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, validation.Errorf("Atleast one Tag needs to be provided as Input.")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	fresh := len(t.tags)
	seen := map[string]bool{}
	for _, tag := range in.Tags {
		name := aws.ToString(tag.Key)
		switch {
		case name == "":
			return nil, validation.Errorf("The Tag Key provided is invalid, Key: %s", name)
		case strings.HasPrefix(name, "aws:"):
			return nil, validation.Errorf("Tag Key cannot be prefixed with aws:, Key: %s", name)
		case seen[name]:
			return nil, validation.Errorf("Duplicate Tag Keys provided as input: Duplicate Tag Key found %s", name)
		}
		seen[name] = true
		if _, known := t.tags[name]; !known {
			fresh++
		}
	}
	if fresh > maxTags {
		return nil, validation.Errorf("Number of Tags exceed the current limit for the provided ResourceArn")
	}
	for _, tag := range in.Tags {
		t.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return &dynamodb.TagResourceOutput{}, nil
}

func (db *Database) untagResource(in *dynamodb.UntagResourceInput) (*dynamodb.UntagResourceOutput, error) {
	var c constraints
	c.required("resourceArn", in.ResourceArn == nil)
	c.required("tagKeys", in.TagKeys == nil)
	if err := c.err(); err != nil {
		return nil, err
	}
	if len(in.TagKeys) == 0 {
		return nil, validation.Errorf("Atleast one Tag Key needs to be provided as Input.")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(t.tags, key)
	}
	return &dynamodb.UntagResourceOutput{}, nil
}

func (db *Database) listTags(in *dynamodb.ListTagsOfResourceInput) (*dynamodb.ListTagsOfResourceOutput, error) {
	var c constraints
	c.required("resourceArn", in.ResourceArn == nil)
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &dynamodb.ListTagsOfResourceOutput{Tags: t.tagList()}, nil
}
