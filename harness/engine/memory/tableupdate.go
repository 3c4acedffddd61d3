package memory

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

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

func checkTableUpdate(in *dynamodb.UpdateTableInput) error {
	if err := checkTableName(in.TableName); err != nil {
		return err
	}
	var c constraints
	enum(&c, "billingMode", in.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	enum(&c, "tableClass", in.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	if err := c.err(); err != nil {
		return err
	}
	if in.BillingMode == "" && in.DeletionProtectionEnabled == nil && len(in.GlobalSecondaryIndexUpdates) == 0 && in.OnDemandThroughput == nil &&
		in.ProvisionedThroughput == nil && in.SSESpecification == nil && in.StreamSpecification == nil && in.TableClass == "" && in.ReplicaUpdates == nil {
		return validation.Errorf("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, " +
			"MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required")
	}
	if in.ProvisionedThroughput != nil {
		if err := checkThroughput(in.ProvisionedThroughput); err != nil {
			return err
		}
	}
	switch demand := in.BillingMode == types.BillingModePayPerRequest; {
	case demand && in.ProvisionedThroughput != nil:
		return validation.Errorf("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case in.BillingMode == types.BillingModeProvisioned && in.ProvisionedThroughput == nil:
		return validation.Errorf("One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	}
	return checkStream(in.StreamSpecification, "If stream is being enabled then UpdateViewType is required",
		"If stream is being disabled, then UpdateViewType must not be specified")
}

func (t *table) updateSettings(in *dynamodb.UpdateTableInput) {
	if in.BillingMode != "" {
		t.settings.billing, t.settings.switched = in.BillingMode, true
		if in.BillingMode == types.BillingModePayPerRequest {
			t.settings.throughput = types.ProvisionedThroughput{}
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
// at once.
func (db *Database) updateIndexes(t *table, in *dynamodb.UpdateTableInput) error {
	for _, d := range in.AttributeDefinitions {
		t.attributes = define(t.attributes, d)
	}
	for _, u := range in.GlobalSecondaryIndexUpdates {
		switch {
		case u.Create != nil:
			if err := t.createIndex(u.Create); err != nil {
				return err
			}
		case u.Delete != nil:
			if err := t.deleteIndex(aws.ToString(u.Delete.IndexName)); err != nil {
				return err
			}
		case u.Update != nil:
			x, ok := t.index(aws.ToString(u.Update.IndexName))
			if !ok || !x.global {
				return noIndex()
			}
			if u.Update.ProvisionedThroughput != nil {
				x.throughput = *u.Update.ProvisionedThroughput
			}
		default:
			return validation.Errorf("One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		}
	}
	return nil
}

func define(list []types.AttributeDefinition, d types.AttributeDefinition) []types.AttributeDefinition {
	for _, known := range list {
		if aws.ToString(known.AttributeName) == aws.ToString(d.AttributeName) {
			return list
		}
	}
	return append(slices.Clip(list), types.AttributeDefinition{AttributeName: aws.String(aws.ToString(d.AttributeName)), AttributeType: d.AttributeType})
}

func noIndex() error {
	return &types.ResourceNotFoundException{Message: aws.String("Requested resource not found")}
}

func (t *table) createIndex(c *types.CreateGlobalSecondaryIndexAction) error {
	name := aws.ToString(c.IndexName)
	if _, exists := t.index(name); exists {
		return validation.Errorf("Attempting to create an index which already exists")
	}
	kinds := kindsOf(t.attributes)
	if err := checkIndex(name, c.Projection); err != nil {
		return err
	}
	if err := checkKeySchema(c.KeySchema, kinds, map[string]bool{}, maxIndexParts); err != nil {
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
		return validation.Errorf("Cannot delete an index that is not a GlobalSecondaryIndex: %s", name)
	}
	if at < 0 {
		return noIndex()
	}
	t.indexes = slices.Delete(t.indexes, at, at+1)
	return nil
}
