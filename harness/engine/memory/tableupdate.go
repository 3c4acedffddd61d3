package memory

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func (db *Database) updateTable(in *dynamodb.UpdateTableInput) (*dynamodb.UpdateTableOutput, error) {
	if err := checkTableUpdate(in); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.described(in.TableName)
	if err != nil {
		return nil, err
	}
	if err := t.checkUpdate(in); err != nil {
		return nil, err
	}
	updated := t.clone(t.stream) // all or nothing
	if err := db.updateIndexes(updated, in); err != nil {
		return nil, err
	}
	if err := db.updateStream(updated, in.StreamSpecification); err != nil {
		return nil, err
	}
	updated.updateSettings(in)
	db.state.tables.Set(t.name, updated)
	return &dynamodb.UpdateTableOutput{TableDescription: updated.description()}, nil
}

func (t *table) updateSettings(in *dynamodb.UpdateTableInput) {
	if in.BillingMode != "" && in.BillingMode != t.settings.billing {
		t.settings.billing, t.settings.switched = in.BillingMode, true
	}
	if in.BillingMode == types.BillingModePayPerRequest {
		t.settings.throughput = types.ProvisionedThroughput{}
		for _, x := range t.indexes {
			x.throughput = types.ProvisionedThroughput{}
		}
	}
	if in.ProvisionedThroughput != nil {
		t.settings.throughput = *in.ProvisionedThroughput
	}
	if in.DeletionProtectionEnabled != nil {
		t.settings.protected = *in.DeletionProtectionEnabled
	}
	if in.TableClass != "" {
		t.settings.class = in.TableClass
	}
	if in.SSESpecification != nil {
		t.settings.encryption = in.SSESpecification
	}
	if in.OnDemandThroughput != nil {
		t.settings.onDemand = in.OnDemandThroughput
	}
}

// updateStream enables a new stream or disables the one that is there.
func (db *Database) updateStream(t *table, s *types.StreamSpecification) error {
	if s == nil {
		return nil
	}
	on := t.stream != nil && t.stream.enabled
	switch {
	case aws.ToBool(s.StreamEnabled) && on:
		return validation.Errorf("Table already has an enabled stream: TableName: %s", t.name)
	case aws.ToBool(s.StreamEnabled):
		db.openStream(t, streamtypes.StreamViewType(s.StreamViewType))
	case !on:
		return validation.Errorf("Table has no stream to disable: TableName: %s", t.name)
	default:
		db.disable(t.stream)
	}
	return nil
}

// updateIndexes creates, changes and deletes global indexes; a new one is filled
// at once. Attributes that are no key any more are defined no more.
func (db *Database) updateIndexes(t *table, in *dynamodb.UpdateTableInput) error {
	for _, u := range in.GlobalSecondaryIndexUpdates {
		switch {
		case u.Create != nil:
			if err := t.createIndex(u.Create, in.AttributeDefinitions); err != nil {
				return err
			}
		case u.Delete != nil:
			if err := t.deleteIndex(aws.ToString(u.Delete.IndexName)); err != nil {
				return err
			}
		default:
			x, ok := t.index(aws.ToString(u.Update.IndexName))
			if !ok || !x.global {
				return validation.Errorf("Invalid global secondary index name")
			}
			x.throughput = *u.Update.ProvisionedThroughput
		}
	}
	t.attributes = t.definitions()
	return nil
}

// definitions are those of the key attributes, in the order in which they came.
func (t *table) definitions() []types.AttributeDefinition {
	var list []types.AttributeDefinition
	seen := map[string]bool{}
	for _, s := range append([]item.Schema{t.schema}, t.indexSchemas()...) {
		for _, a := range slices.Concat(s.Hash, s.Range) {
			if !seen[a.Name] {
				seen[a.Name] = true
				list = append(list, types.AttributeDefinition{AttributeName: aws.String(a.Name), AttributeType: types.ScalarAttributeType(a.Kind.String())})
			}
		}
	}
	return list
}

func noIndex() error {
	return &types.ResourceNotFoundException{Message: aws.String("Requested resource not found")}
}

// createIndex makes an index of a key that the request itself defines, also where
// the table has the attribute (Alternator's tests, which were run on the service).
func (t *table) createIndex(c *types.CreateGlobalSecondaryIndexAction, definitions []types.AttributeDefinition) error {
	kinds := kindsOf(definitions)
	if err := t.checkNewIndex(c, kinds); err != nil {
		return err
	}
	x := newIndex(true, c.IndexName, c.KeySchema, c.Projection, c.ProvisionedThroughput, kinds)
	t.rows.Scan(func(_ string, r *row) bool {
		if x.schema.CheckIndexed(r.item) == nil { // others stay out, as in the service's backfilling
			x.replace(change{new: r}, t.schema)
		}
		return true
	})
	t.indexes = append(t.indexes, x)
	return nil
}

func (t *table) deleteIndex(name string) error {
	at := slices.IndexFunc(t.indexes, func(x *index) bool { return x.global && x.schema.Index == name })
	if _, local := t.index(name); at < 0 && local {
		return validation.Errorf("Cannot delete an index that is not a GlobalSecondaryIndex")
	}
	if at < 0 {
		return noIndex()
	}
	t.indexes = slices.Delete(t.indexes, at, at+1)
	return nil
}
