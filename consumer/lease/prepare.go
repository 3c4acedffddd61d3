package lease

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ownerIndex is where a KCL 3 finds the leases of a worker (K7).
const ownerIndex = "LeaseOwnerToLeaseKeyIndex"

// How long Prepare waits for a table that is being created, and how often it
// looks. The service takes some seconds, DynamoDB Local none.
const (
	creationPatience = 5 * time.Minute
	creationMinDelay = 100 * time.Millisecond
	creationMaxDelay = 2 * time.Second
)

func (r *remote) prepare(ctx context.Context) error {
	table, err := r.describe(ctx)
	if err == nil && table == nil {
		table, err = r.createTable(ctx)
	}
	if err == nil && !settled(table) {
		table, err = r.wait(ctx)
	}
	if err == nil {
		err = r.verify(table)
	}
	if err == nil && !hasIndex(table) {
		err = r.createIndex(ctx, table)
	}
	return err
}

// settled says that waiting would change nothing. A table that is UPDATING can
// be used, but not be given an index.
func settled(table *types.TableDescription) bool {
	switch table.TableStatus {
	case types.TableStatusCreating:
		return false
	case types.TableStatusUpdating:
		return hasIndex(table)
	default:
		return true
	}
}

// describe returns nil for a table that is not there.
func (r *remote) describe(ctx context.Context) (*types.TableDescription, error) {
	out, err := r.api.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.table})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return nil, nil
	case err != nil:
		return nil, r.failed(err)
	case out.Table == nil:
		return nil, fmt.Errorf("table %s: DescribeTable answered without a description: is the endpoint DynamoDB?", r.table)
	default:
		return out.Table, nil
	}
}

// createTable makes the table as a KCL 3 does (K7): on demand, with the index
// and without a stream. Another worker may be faster.
func (r *remote) createTable(ctx context.Context) (*types.TableDescription, error) {
	_, err := r.api.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &r.table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: attributeDefinitions(),
		KeySchema:            []types.KeySchemaElement{key(attrKey, types.KeyTypeHash)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String(ownerIndex),
			KeySchema:  indexSchema(),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	})
	var faster *types.ResourceInUseException
	if err != nil && !errors.As(err, &faster) {
		return nil, r.failed(err)
	}
	return r.wait(ctx)
}

func (r *remote) wait(ctx context.Context) (*types.TableDescription, error) {
	out, err := dynamodb.NewTableExistsWaiter(r.api).WaitForOutput(ctx,
		&dynamodb.DescribeTableInput{TableName: &r.table}, creationPatience,
		func(o *dynamodb.TableExistsWaiterOptions) {
			o.MinDelay, o.MaxDelay = creationMinDelay, creationMaxDelay
		})
	if err != nil {
		return nil, r.failed(fmt.Errorf("waiting until it is ACTIVE: %w", err))
	}
	return out.Table, nil
}

// createIndex adds the index to a table that a KCL 1 or 2 left, as a KCL 3 does.
// Nothing waits for it: only a KCL reads it.
func (r *remote) createIndex(ctx context.Context, table *types.TableDescription) error {
	create := &types.CreateGlobalSecondaryIndexAction{
		IndexName:  aws.String(ownerIndex),
		KeySchema:  indexSchema(),
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}
	if p := table.ProvisionedThroughput; p != nil && aws.ToInt64(p.WriteCapacityUnits) > 0 {
		create.ProvisionedThroughput = &types.ProvisionedThroughput{
			ReadCapacityUnits: p.ReadCapacityUnits, WriteCapacityUnits: p.WriteCapacityUnits,
		}
	}
	_, err := r.api.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName:                   &r.table,
		AttributeDefinitions:        attributeDefinitions(),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: create}},
	})
	if err == nil {
		return nil
	}
	if table, again := r.describe(ctx); again == nil && table != nil && hasIndex(table) {
		return nil // another worker was faster
	}
	return r.failed(fmt.Errorf("adding the index %s: %w", ownerIndex, err))
}

// verify refuses a table that is not one for leases.
func (r *remote) verify(table *types.TableDescription) error {
	kinds := map[string]types.ScalarAttributeType{}
	for _, a := range table.AttributeDefinitions {
		kinds[aws.ToString(a.AttributeName)] = a.AttributeType
	}
	switch s := table.StreamSpecification; {
	case table.TableStatus != types.TableStatusActive && table.TableStatus != types.TableStatusUpdating:
		return fmt.Errorf("table %s is %s: try again when it is ACTIVE", r.table, table.TableStatus)
	case s != nil && aws.ToBool(s.StreamEnabled):
		return fmt.Errorf("table %s has a stream enabled: the consumer never streams its own bookkeeping: "+
			"disable the stream, or name another lease table", r.table)
	case !sameSchema(table.KeySchema, []types.KeySchemaElement{key(attrKey, types.KeyTypeHash)}) ||
		kinds[attrKey] != types.ScalarAttributeTypeS:
		return fmt.Errorf("table %s is not a lease table: its key is %s, want %s (S, hash): name another lease table",
			r.table, schemaText(table.KeySchema, kinds), attrKey)
	}
	for _, index := range table.GlobalSecondaryIndexes {
		if aws.ToString(index.IndexName) == ownerIndex && !sameSchema(index.KeySchema, indexSchema()) {
			return fmt.Errorf("table %s is not a lease table: its index %s has the key %s, want %s (hash), %s (range): name another lease table",
				r.table, ownerIndex, schemaText(index.KeySchema, kinds), attrOwner, attrKey)
		}
	}
	return nil
}

func hasIndex(table *types.TableDescription) bool {
	return slices.ContainsFunc(table.GlobalSecondaryIndexes, func(index types.GlobalSecondaryIndexDescription) bool {
		return aws.ToString(index.IndexName) == ownerIndex
	})
}

func attributeDefinitions() []types.AttributeDefinition {
	return []types.AttributeDefinition{
		{AttributeName: aws.String(attrKey), AttributeType: types.ScalarAttributeTypeS},
		{AttributeName: aws.String(attrOwner), AttributeType: types.ScalarAttributeTypeS},
	}
}

func indexSchema() []types.KeySchemaElement {
	return []types.KeySchemaElement{key(attrOwner, types.KeyTypeHash), key(attrKey, types.KeyTypeRange)}
}

func key(name string, kind types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
}

func sameSchema(a, b []types.KeySchemaElement) bool {
	return slices.EqualFunc(a, b, func(a, b types.KeySchemaElement) bool {
		return aws.ToString(a.AttributeName) == aws.ToString(b.AttributeName) && a.KeyType == b.KeyType
	})
}

// schemaText shows a key: "pk (S, hash), sk (S, range)".
func schemaText(schema []types.KeySchemaElement, kinds map[string]types.ScalarAttributeType) string {
	var text []byte
	for i, k := range schema {
		if i > 0 {
			text = append(text, ", "...)
		}
		name := aws.ToString(k.AttributeName)
		text = fmt.Appendf(text, "%s (%s, %s)", name, kinds[name], k.KeyType)
	}
	return string(text)
}
