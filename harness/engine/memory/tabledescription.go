package memory

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// description is what DescribeTable tells. It shares nothing with the table.
func (t *table) description() *types.TableDescription {
	d := &types.TableDescription{
		TableName: aws.String(t.name), TableArn: aws.String(t.arn), TableId: aws.String(t.id), TableStatus: types.TableStatusActive,
		CreationDateTime: aws.Time(t.created), KeySchema: elements(t.schema), ItemCount: aws.Int64(int64(t.rows.Len())),
		TableSizeBytes: aws.Int64(t.bytes), DeletionProtectionEnabled: aws.Bool(t.settings.protected),
		ProvisionedThroughput: throughput(t.settings.throughput),
	}
	for _, a := range t.attributes {
		d.AttributeDefinitions = append(d.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(*a.AttributeName), AttributeType: a.AttributeType})
	}
	t.describeSettings(d)
	t.describeIndexes(d)
	if s := t.stream; s != nil {
		d.LatestStreamArn, d.LatestStreamLabel = aws.String(s.arn), aws.String(s.label)
		if s.enabled {
			d.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(s.view)}
		}
	}
	return d
}

func (t *table) describeSettings(d *types.TableDescription) {
	if t.settings.billing == types.BillingModePayPerRequest || t.settings.switched {
		d.BillingModeSummary = &types.BillingModeSummary{
			BillingMode: t.settings.billing, LastUpdateToPayPerRequestDateTime: aws.Time(t.created)}
	}
	if t.settings.class != "" {
		d.TableClassSummary = &types.TableClassSummary{TableClass: t.settings.class}
	}
	if e := t.settings.encryption; e != nil && aws.ToBool(e.Enabled) {
		d.SSEDescription = &types.SSEDescription{Status: types.SSEStatusEnabled, SSEType: types.SSETypeKms}
	}
	if o := t.settings.onDemand; o != nil {
		copied := *o
		d.OnDemandThroughput = &copied
	}
}

func (t *table) describeIndexes(d *types.TableDescription) {
	for _, x := range t.indexes {
		arn := aws.String(t.arn + "/index/" + x.schema.Index)
		count, bytes := aws.Int64(int64(x.rows.Len())), aws.Int64(x.bytes)
		projection := &types.Projection{ProjectionType: x.projection.ProjectionType, NonKeyAttributes: slices.Clone(x.projection.NonKeyAttributes)}
		if !x.global {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, types.LocalSecondaryIndexDescription{
				IndexName: aws.String(x.schema.Index), IndexArn: arn, KeySchema: elements(x.schema), Projection: projection,
				ItemCount: count, IndexSizeBytes: bytes})
			continue
		}
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, types.GlobalSecondaryIndexDescription{
			IndexName: aws.String(x.schema.Index), IndexArn: arn, KeySchema: elements(x.schema), Projection: projection,
			ItemCount: count, IndexSizeBytes: bytes, IndexStatus: types.IndexStatusActive,
			ProvisionedThroughput: throughput(x.throughput)})
	}
}

// elements is a key as the API has it.
func elements(s item.Schema) []types.KeySchemaElement {
	var list []types.KeySchemaElement
	for _, a := range s.Hash {
		list = append(list, types.KeySchemaElement{AttributeName: aws.String(a.Name), KeyType: types.KeyTypeHash})
	}
	for _, a := range s.Range {
		list = append(list, types.KeySchemaElement{AttributeName: aws.String(a.Name), KeyType: types.KeyTypeRange})
	}
	return list
}

func throughput(p types.ProvisionedThroughput) *types.ProvisionedThroughputDescription {
	return &types.ProvisionedThroughputDescription{
		NumberOfDecreasesToday: aws.Int64(0),
		ReadCapacityUnits:      aws.Int64(aws.ToInt64(p.ReadCapacityUnits)),
		WriteCapacityUnits:     aws.Int64(aws.ToInt64(p.WriteCapacityUnits)),
	}
}

// tagList are the tags of a table by key.
func (t *table) tagList() []types.Tag {
	list := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(t.tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(t.tags[key])})
	}
	return list
}

// limits are an account's as it begins; none of them is enforced.
func limits() *dynamodb.DescribeLimitsOutput {
	const account, one = 80_000, 40_000
	return &dynamodb.DescribeLimitsOutput{
		AccountMaxReadCapacityUnits: aws.Int64(account), AccountMaxWriteCapacityUnits: aws.Int64(account),
		TableMaxReadCapacityUnits: aws.Int64(one), TableMaxWriteCapacityUnits: aws.Int64(one),
	}
}
