package memory

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/tidwall/btree"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func (db *Database) createTable(in *dynamodb.CreateTableInput) (*dynamodb.CreateTableOutput, error) {
	if err := checkCreate(in); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	name := tableName(in.TableName)
	if _, exists := db.state.tables.Get(name); exists {
		return nil, &types.ResourceInUseException{Message: aws.String("Table already exists: " + name)}
	}
	t := db.newTable(name, in)
	db.state.tables.Set(name, t)
	if in.StreamSpecification != nil && aws.ToBool(in.StreamSpecification.StreamEnabled) {
		db.openStream(t, streamtypes.StreamViewType(in.StreamSpecification.StreamViewType))
	}
	return &dynamodb.CreateTableOutput{TableDescription: t.description()}, nil
}

// newTable makes a table, active at once, of an input that was checked.
func (db *Database) newTable(name string, in *dynamodb.CreateTableInput) *table {
	db.state.named++
	kinds := kindsOf(in.AttributeDefinitions)
	t := &table{
		name: name, arn: fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", db.options.Region, db.options.AccountID, name),
		id: uuid(db.id(db.state.named, 1), db.id(db.state.named, 2)), created: db.now().Truncate(time.Millisecond),
		attributes: append([]types.AttributeDefinition(nil), in.AttributeDefinitions...),
		schema:     schemaOf("", in.KeySchema, kinds), settings: settingsOf(in), tags: map[string]string{}, rows: newRows(),
	}
	for _, tag := range in.Tags {
		t.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	for _, x := range in.LocalSecondaryIndexes {
		t.indexes = append(t.indexes, newIndex(false, x.IndexName, x.KeySchema, x.Projection, nil, kinds))
	}
	for _, x := range in.GlobalSecondaryIndexes {
		t.indexes = append(t.indexes, newIndex(true, x.IndexName, x.KeySchema, x.Projection, x.ProvisionedThroughput, kinds))
	}
	return t
}

func settingsOf(in *dynamodb.CreateTableInput) settings {
	s := settings{
		billing: types.BillingModeProvisioned, class: in.TableClass, protected: aws.ToBool(in.DeletionProtectionEnabled),
		encryption: in.SSESpecification, onDemand: in.OnDemandThroughput,
	}
	if in.BillingMode != "" {
		s.billing = in.BillingMode
	}
	if in.ProvisionedThroughput != nil {
		s.throughput = *in.ProvisionedThroughput
	}
	return s
}

func newRows() *rows { return btree.NewMap[string, *row](0) }

func newIndex(global bool, name *string, key []types.KeySchemaElement, p *types.Projection, throughput *types.ProvisionedThroughput, kinds map[string]item.Kind) *index {
	x := &index{schema: schemaOf(aws.ToString(name), key, kinds), global: global, rows: newRows()}
	x.projection = types.Projection{ProjectionType: p.ProjectionType, NonKeyAttributes: append([]string(nil), p.NonKeyAttributes...)}
	if throughput != nil {
		x.throughput = *throughput
	}
	return x
}

func kindsOf(definitions []types.AttributeDefinition) map[string]item.Kind {
	kinds := map[string]item.Kind{}
	for _, d := range definitions {
		kinds[aws.ToString(d.AttributeName)], _ = item.ParseKind(string(d.AttributeType))
	}
	return kinds
}

// schemaOf is a key as items have it.
func schemaOf(index string, key []types.KeySchemaElement, kinds map[string]item.Kind) item.Schema {
	s := item.Schema{Index: index}
	for _, e := range key {
		a := item.KeyAttribute{Name: aws.ToString(e.AttributeName), Kind: kinds[aws.ToString(e.AttributeName)]}
		if e.KeyType == types.KeyTypeHash {
			s.Hash = append(s.Hash, a)
		} else {
			s.Range = append(s.Range, a)
		}
	}
	return s
}

func uuid(a, b uint64) string {
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", uint32(a>>32), uint16(a>>16), uint16(a), uint16(b>>48), b&(1<<48-1))
}

func (db *Database) describeTable(in *dynamodb.DescribeTableInput) (*dynamodb.DescribeTableOutput, error) {
	if err := checkTableName(in.TableName); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.described(in.TableName)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DescribeTableOutput{Table: t.description()}, nil
}

func checkTableName(name *string) error {
	var c constraints
	c.table(name)
	return c.err()
}

func (db *Database) deleteTable(in *dynamodb.DeleteTableInput) (*dynamodb.DeleteTableOutput, error) {
	if err := checkTableName(in.TableName); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.described(in.TableName)
	if err != nil {
		return nil, err
	}
	if t.settings.protected {
		return nil, validation.Errorf("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if t.stream != nil && t.stream.enabled {
		db.disable(t.stream)
	}
	db.state.tables.Delete(t.name)
	d := t.description()
	d.TableStatus = types.TableStatusDeleting
	return &dynamodb.DeleteTableOutput{TableDescription: d}, nil
}

func (db *Database) listTables(in *dynamodb.ListTablesInput) (*dynamodb.ListTablesOutput, error) {
	const most = 100
	var c constraints
	c.least("limit", in.Limit, 1)
	c.most("limit", in.Limit, most)
	if in.ExclusiveStartTableName != nil {
		c.name("exclusiveStartTableName", *in.ExclusiveStartTableName)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	out := &dynamodb.ListTablesOutput{TableNames: []string{}}
	limit, start := pageLimit(in.Limit, most), aws.ToString(in.ExclusiveStartTableName)
	db.state.tables.Ascend(start, func(name string, _ *table) bool {
		if name == start {
			return true
		}
		if len(out.TableNames) == limit {
			out.LastEvaluatedTableName = aws.String(out.TableNames[limit-1])
			return false
		}
		out.TableNames = append(out.TableNames, name)
		return true
	})
	return out, nil
}
