package memory

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// maxUnits of throughput that a request may name (dynalite's tests).
const maxUnits = 1_000_000_000_000

// checkTableUpdate checks what is wrong with a request whatever its table is.
func checkTableUpdate(in *dynamodb.UpdateTableInput) error {
	if err := checkUpdateShape(in); err != nil {
		return err
	}
	if in.BillingMode == "" && in.DeletionProtectionEnabled == nil && len(in.GlobalSecondaryIndexUpdates) == 0 && in.OnDemandThroughput == nil &&
		in.ProvisionedThroughput == nil && in.SSESpecification == nil && in.StreamSpecification == nil && in.TableClass == "" && in.ReplicaUpdates == nil {
		return validation.Errorf("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, " +
			"MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required")
	}
	if in.BillingMode == types.BillingModeProvisioned && in.ProvisionedThroughput == nil {
		return validation.Errorf("One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	}
	if err := checkBounds(in.ProvisionedThroughput); err != nil {
		return err
	}
	if err := checkIndexUpdates(in.GlobalSecondaryIndexUpdates); err != nil {
		return err
	}
	if in.StreamSpecification != nil && in.ProvisionedThroughput != nil {
		return validation.Errorf("Cannot change IOPS and Streams at the same time.")
	}
	return checkStream(in.StreamSpecification, "If stream is being enabled then UpdateViewType is required",
		"If stream is being disabled, then UpdateViewType must not be specified")
}

func checkUpdateShape(in *dynamodb.UpdateTableInput) error {
	var c constraints
	c.table(in.TableName)
	enum(&c, "billingMode", in.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	enum(&c, "tableClass", in.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	c.throughput("provisionedThroughput", in.ProvisionedThroughput)
	c.key("", in.AttributeDefinitions, nil)
	for i, u := range in.GlobalSecondaryIndexUpdates {
		member := "globalSecondaryIndexUpdates." + itoa(int32(i+1)) + ".member."
		if u.Update != nil {
			c.index(member+"update.", u.Update.IndexName)
			c.required(member+"update.provisionedThroughput", u.Update.ProvisionedThroughput == nil)
			c.throughput(member+"update.provisionedThroughput", u.Update.ProvisionedThroughput)
		}
		if u.Create != nil {
			c.index(member+"create.", u.Create.IndexName)
			c.key(member+"create.", nil, u.Create.KeySchema)
			c.throughput(member+"create.provisionedThroughput", u.Create.ProvisionedThroughput)
		}
		if u.Delete != nil {
			c.index(member+"delete.", u.Delete.IndexName)
		}
	}
	return c.err()
}

// index refuses what cannot be the name of an index.
func (c *constraints) index(member string, name *string) {
	c.required(member+"indexName", name == nil)
	if name != nil {
		c.name(member+"indexName", *name)
	}
}

func checkBounds(p *types.ProvisionedThroughput) error {
	if p == nil {
		return nil
	}
	if n := aws.ToInt64(p.ReadCapacityUnits); n > maxUnits {
		return validation.Errorf("Given value %d for ReadCapacityUnits is out of bounds", n)
	}
	if n := aws.ToInt64(p.WriteCapacityUnits); n > maxUnits {
		return validation.Errorf("Given value %d for WriteCapacityUnits is out of bounds", n)
	}
	return nil
}

// checkIndexUpdates wants one thing done to each index, and once.
func checkIndexUpdates(updates []types.GlobalSecondaryIndexUpdate) error {
	seen := map[string]bool{}
	for _, u := range updates {
		var names []string
		if u.Update != nil {
			names = append(names, aws.ToString(u.Update.IndexName))
		}
		if u.Create != nil {
			names = append(names, aws.ToString(u.Create.IndexName))
		}
		if u.Delete != nil {
			names = append(names, aws.ToString(u.Delete.IndexName))
		}
		switch {
		case len(names) == 0:
			return validation.Errorf("One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		case len(names) > 1:
			return validation.Errorf("One or more parameter values were invalid: Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete may be specified")
		case seen[names[0]]:
			return validation.Errorf("One or more parameter values were invalid: Only one global secondary index update per index is allowed simultaneously. Index: %s", names[0])
		}
		seen[names[0]] = true
	}
	return nil
}

// checkUpdate checks what the table does not allow.
func (t *table) checkUpdate(in *dynamodb.UpdateTableInput) error {
	billing := cmp.Or(in.BillingMode, t.settings.billing)
	if in.ProvisionedThroughput != nil && billing == types.BillingModePayPerRequest {
		return validation.Errorf("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	online := 0 // indexes that are made or removed
	for _, u := range in.GlobalSecondaryIndexUpdates {
		if u.Update == nil {
			online++
		}
	}
	if online > 1 {
		return &types.LimitExceededException{Message: aws.String("Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")}
	}
	if err := t.checkIndexThroughput(in, billing); err != nil {
		return err
	}
	return t.checkChanges(in)
}

// checkIndexThroughput wants throughput of each index where it is provisioned, and
// of none where requests are paid.
func (t *table) checkIndexThroughput(in *dynamodb.UpdateTableInput, billing types.BillingMode) error {
	given := map[string]bool{}
	for _, u := range in.GlobalSecondaryIndexUpdates {
		var name string
		var p *types.ProvisionedThroughput
		switch {
		case u.Update != nil:
			name, p = aws.ToString(u.Update.IndexName), u.Update.ProvisionedThroughput
		case u.Create != nil:
			name, p = aws.ToString(u.Create.IndexName), u.Create.ProvisionedThroughput
		default:
			given[aws.ToString(u.Delete.IndexName)] = true
			continue
		}
		if checkBounds(p) != nil {
			return validation.Errorf("This operation cannot be performed with given input values. Please contact DynamoDB service team for more info: Action Blocked: IndexUpdate")
		}
		if err := checkIndexBilling(name, p, billing); err != nil {
			return err
		}
		given[name] = true
	}
	for _, x := range t.indexes {
		if x.global && !given[x.schema.Index] && billing != t.settings.billing && billing == types.BillingModeProvisioned {
			return validation.Errorf("One or more parameter values were invalid: ProvisionedThroughput must be specified for index: %s", x.schema.Index)
		}
	}
	return nil
}

// checkIndexBilling wants throughput of an index where its table has some.
func checkIndexBilling(name string, p *types.ProvisionedThroughput, billing types.BillingMode) error {
	switch demand := billing == types.BillingModePayPerRequest; {
	case demand && p != nil:
		return validation.Errorf("One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", name)
	case !demand && p == nil:
		return validation.Errorf("One or more parameter values were invalid: ProvisionedThroughput is not specified for index: %s", name)
	}
	return nil
}

// checkChanges refuses throughput that is as it was.
func (t *table) checkChanges(in *dynamodb.UpdateTableInput) error {
	if err := checkThroughputChange(t.settings.throughput, in.ProvisionedThroughput); err != nil {
		return err
	}
	for _, u := range in.GlobalSecondaryIndexUpdates {
		if u.Update == nil {
			continue
		}
		if x, ok := t.index(aws.ToString(u.Update.IndexName)); ok {
			if err := checkThroughputChange(x.throughput, u.Update.ProvisionedThroughput); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkThroughputChange(is types.ProvisionedThroughput, want *types.ProvisionedThroughput) error {
	if want == nil {
		return nil
	}
	reads, writes := aws.ToInt64(is.ReadCapacityUnits), aws.ToInt64(is.WriteCapacityUnits)
	if reads != aws.ToInt64(want.ReadCapacityUnits) || writes != aws.ToInt64(want.WriteCapacityUnits) {
		return nil
	}
	return validation.Errorf("The provisioned throughput for the table will not change. The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for the table: %d. Requested ReadCapacityUnits: %d. Current WriteCapacityUnits provisioned for the table: %d. Requested WriteCapacityUnits: %d. "+
		"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.", reads, reads, writes, writes)
}

// checkNewIndex checks an index that a request would make of attributes of these
// kinds.
func (t *table) checkNewIndex(c *types.CreateGlobalSecondaryIndexAction, kinds map[string]item.Kind) error {
	name := aws.ToString(c.IndexName)
	if _, exists := t.index(name); exists {
		return validation.Errorf("Attempting to create an index which already exists")
	}
	if err := checkIndex(name, c.Projection); err != nil {
		return err
	}
	if err := checkKeySchema(c.KeySchema, kinds, map[string]bool{}, maxIndexParts); err != nil {
		return err
	}
	if global := slices.DeleteFunc(slices.Clone(t.indexes), func(x *index) bool { return !x.global }); len(global) >= maxGlobalIndexes {
		return &types.LimitExceededException{Message: aws.String("Number of global secondary indexes exceeds per-table limit")}
	}
	return t.checkKinds(c.KeySchema, kinds)
}

// checkKinds refuses a key attribute that is defined as another kind already.
func (t *table) checkKinds(key []types.KeySchemaElement, kinds map[string]item.Kind) error {
	defined := kindsOf(t.attributes)
	for _, e := range key {
		name := aws.ToString(e.AttributeName)
		if was, ok := defined[name]; ok && was != kinds[name] {
			return validation.Errorf("One or more parameter values were invalid: Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. "+
				"Existing schema: Schema:[SchemaElement: key{%[1]s:%[2]s:%[4]s}] New schema: Schema:[SchemaElement: key{%[1]s:%[3]s:%[4]s}]", name, was, kinds[name], e.KeyType)
		}
	}
	return nil
}
