package memory

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Limits of a table.
const (
	maxLocalIndexes  = 5
	maxGlobalIndexes = 20
	maxIndexParts    = 4 // hash attributes of a global index, and range attributes
	maxProjected     = 100
)

func checkCreate(in *dynamodb.CreateTableInput) error {
	var c constraints
	c.required("attributeDefinitions", in.AttributeDefinitions == nil)
	c.required("tableName", in.TableName == nil)
	c.required("keySchema", in.KeySchema == nil)
	enum(&c, "billingMode", in.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	enum(&c, "tableClass", in.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	c.key("", in.AttributeDefinitions, in.KeySchema)
	if in.TableName != nil {
		c.name("tableName", tableName(in.TableName))
	}
	if err := c.err(); err != nil {
		return err
	}
	if err := checkBilling(in); err != nil {
		return err
	}
	return checkKeys(in)
}

// key refuses kinds that a key attribute or its part of the key cannot be of.
func (c *constraints) key(member string, definitions []types.AttributeDefinition, key []types.KeySchemaElement) {
	for i, d := range definitions {
		enum(c, "attributeDefinitions."+itoa(int32(i+1))+".member.attributeType", d.AttributeType, "B", "N", "S")
	}
	for i, e := range key {
		enum(c, member+"keySchema."+itoa(int32(i+1))+".member.keyType", e.KeyType, "HASH", "RANGE")
	}
}

func checkBilling(in *dynamodb.CreateTableInput) error {
	demand := in.BillingMode == types.BillingModePayPerRequest
	switch p := in.ProvisionedThroughput; {
	case demand && p != nil:
		return validation.Errorf("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case !demand && (p == nil || p.ReadCapacityUnits == nil || p.WriteCapacityUnits == nil):
		return validation.Errorf("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	case !demand:
		return checkThroughput(p)
	}
	return nil
}

func checkThroughput(p *types.ProvisionedThroughput) error {
	var c constraints
	c.throughput("provisionedThroughput", p)
	return c.err()
}

// throughput refuses units below one; nil is none.
func (c *constraints) throughput(member string, p *types.ProvisionedThroughput) {
	if p == nil {
		return
	}
	for _, units := range []struct {
		member string
		n      *int64
	}{{"writeCapacityUnits", p.WriteCapacityUnits}, {"readCapacityUnits", p.ReadCapacityUnits}} {
		if n := aws.ToInt64(units.n); n < 1 {
			c.add("'"+strconv.FormatInt(n, 10)+"'", member+"."+units.member, "have value greater than or equal to 1")
		}
	}
}

// checkKeys checks the keys of a table and its indexes, and that they use all
// attributes that are defined and no others.
func checkKeys(in *dynamodb.CreateTableInput) error {
	kinds := kindsOf(in.AttributeDefinitions)
	if name := duplicated(in.AttributeDefinitions); name != "" {
		return validation.Errorf("Attribute Name is duplicated: %s", name)
	}
	used := map[string]bool{}
	if err := checkKeySchema(in.KeySchema, kinds, used, 1); err != nil {
		return err
	}
	if err := checkLocal(in, kinds, used); err != nil {
		return err
	}
	if len(in.GlobalSecondaryIndexes) > maxGlobalIndexes {
		return validation.Errorf("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	}
	names := map[string]bool{}
	for _, x := range in.LocalSecondaryIndexes {
		names[aws.ToString(x.IndexName)] = true
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if err := checkIndexBilling(aws.ToString(x.IndexName), x.ProvisionedThroughput, cmp.Or(in.BillingMode, types.BillingModeProvisioned)); err != nil {
			return err
		}
		if names[aws.ToString(x.IndexName)] {
			return validation.Errorf("One or more parameter values were invalid: Duplicate index name: %s", aws.ToString(x.IndexName))
		}
		names[aws.ToString(x.IndexName)] = true
		if err := checkGlobal(x, kinds, used); err != nil {
			return err
		}
	}
	return checkStreamAndUse(in, kinds, used)
}

func checkStreamAndUse(in *dynamodb.CreateTableInput, kinds map[string]item.Kind, used map[string]bool) error {
	if len(used) < len(kinds) && len(in.LocalSecondaryIndexes)+len(in.GlobalSecondaryIndexes) == 0 {
		return validation.Errorf("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	if len(used) < len(kinds) {
		return validation.Errorf("One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]", sortedNames(kinds), sortedNames(used))
	}
	return checkStream(in.StreamSpecification, "Table is being created with a stream enabled, UpdateViewType is required",
		"Table is being created with a stream disabled, UpdateViewType should not be specified")
}

// checkStream checks a StreamSpecification; enabled and disabled are what is said
// of a view type that is missing, and of one that is too many.
func checkStream(s *types.StreamSpecification, enabled, disabled string) error {
	if s == nil {
		return nil
	}
	var c constraints
	enum(&c, "streamSpecification.streamViewType", s.StreamViewType, s.StreamViewType.Values()...)
	if err := c.err(); err != nil {
		return err
	}
	switch on := aws.ToBool(s.StreamEnabled); {
	case on && s.StreamViewType == "":
		return validation.Errorf("One or more parameter values were invalid: %s", enabled)
	case !on && s.StreamViewType != "":
		return validation.Errorf("One or more parameter values were invalid: %s", disabled)
	}
	return nil
}

func sortedNames[T any](m map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

// duplicated returns an attribute that is defined twice, "" if there is none.
func duplicated(definitions []types.AttributeDefinition) string {
	seen := map[string]bool{}
	for _, d := range definitions {
		name := aws.ToString(d.AttributeName)
		if seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}

// checkKeySchema checks one key. parts is how many hash and range attributes it
// may have each.
func checkKeySchema(key []types.KeySchemaElement, kinds map[string]item.Kind, used map[string]bool, parts int) error {
	var c constraints
	switch {
	case len(key) == 0:
		c.add("'[]'", "keySchema", "have length greater than or equal to 1")
	case parts == 1 && len(key) > 2:
		c.add("'[...]'", "keySchema", "have length less than or equal to 2")
	}
	if err := c.err(); err != nil {
		return err
	}
	if err := checkDefined(key, kinds, used); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, e := range key {
		if names[aws.ToString(e.AttributeName)] {
			return validation.Errorf("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
		names[aws.ToString(e.AttributeName)] = true
	}
	if key[0].KeyType != types.KeyTypeHash {
		return validation.Errorf("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	if parts == 1 && len(key) > 1 && key[1].KeyType != types.KeyTypeRange {
		return validation.Errorf("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return checkParts(key, parts)
}

// checkParts checks keys of several attributes.
func checkParts(key []types.KeySchemaElement, parts int) error {
	counts := map[types.KeyType]int{}
	for _, e := range key {
		if e.KeyType == types.KeyTypeHash && counts[types.KeyTypeRange] > 0 {
			return validation.Errorf("One or more parameter values were invalid: All HASH key attributes must precede RANGE key attributes in the KeySchema")
		}
		if counts[e.KeyType]++; counts[e.KeyType] > parts {
			return validation.Errorf("One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of %s key attributes", e.KeyType)
		}
	}
	return nil
}

// checkDefined wants every key attribute defined, as a scalar.
func checkDefined(key []types.KeySchemaElement, kinds map[string]item.Kind, used map[string]bool) error {
	for _, e := range key {
		name := aws.ToString(e.AttributeName)
		if _, ok := kinds[name]; !ok {
			var keys []string
			for _, e := range key {
				keys = append(keys, aws.ToString(e.AttributeName))
			}
			return validation.Errorf("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				strings.Join(keys, ", "), sortedNames(kinds))
		}
		used[name] = true
	}
	return nil
}

func checkLocal(in *dynamodb.CreateTableInput, kinds map[string]item.Kind, used map[string]bool) error {
	if in.GlobalSecondaryIndexes != nil && len(in.GlobalSecondaryIndexes) == 0 {
		return validation.Errorf("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty")
	}
	if in.LocalSecondaryIndexes != nil && len(in.LocalSecondaryIndexes) == 0 {
		return validation.Errorf("One or more parameter values were invalid: List of LocalSecondaryIndexes is empty")
	}
	if len(in.LocalSecondaryIndexes) > 0 && len(in.KeySchema) < 2 {
		return validation.Errorf("One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	if len(in.LocalSecondaryIndexes) > maxLocalIndexes {
		return validation.Errorf("One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	}
	names := map[string]bool{}
	for _, x := range in.LocalSecondaryIndexes {
		name := aws.ToString(x.IndexName)
		if err := checkIndex(name, x.Projection); err != nil {
			return err
		}
		if err := checkKeySchema(x.KeySchema, kinds, used, 1); err != nil {
			return err
		}
		hash, own := aws.ToString(x.KeySchema[0].AttributeName), aws.ToString(in.KeySchema[0].AttributeName)
		switch {
		case names[name]:
			return validation.Errorf("One or more parameter values were invalid: Duplicate index name: %s", name)
		case len(x.KeySchema) < 2:
			return validation.Errorf("One or more parameter values were invalid: Index KeySchema does not have a range key for index: %s", name)
		case hash != own:
			return validation.Errorf("One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. index hash key: %s, table hash key: %s", name, hash, own)
		}
		names[name] = true
	}
	return nil
}

func checkGlobal(x types.GlobalSecondaryIndex, kinds map[string]item.Kind, used map[string]bool) error {
	if err := checkIndex(aws.ToString(x.IndexName), x.Projection); err != nil {
		return err
	}
	return checkKeySchema(x.KeySchema, kinds, used, maxIndexParts)
}

// checkIndex checks the name and the projection of an index.
func checkIndex(name string, p *types.Projection) error {
	var c constraints
	c.name("indexName", name)
	c.required("projection", p == nil)
	if err := c.err(); err != nil {
		return err
	}
	enum(&c, "projection.projectionType", p.ProjectionType, "ALL", "INCLUDE", "KEYS_ONLY")
	if err := c.err(); err != nil {
		return err
	}
	switch include := p.ProjectionType == types.ProjectionTypeInclude; {
	case p.ProjectionType == "" && p.NonKeyAttributes != nil:
		return validation.Errorf("One or more parameter values were invalid: NonKeyAttributes is specified, but ProjectionType is not specified")
	case p.ProjectionType == "":
		return validation.Errorf("One or more parameter values were invalid: Unknown ProjectionType: null")
	case !include && p.NonKeyAttributes != nil:
		return validation.Errorf("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", p.ProjectionType)
	case include && len(p.NonKeyAttributes) == 0:
		return validation.Errorf("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	case len(p.NonKeyAttributes) > maxProjected:
		return validation.Errorf("One or more parameter values were invalid: Number of NonKeyAttributes exceeds the limit of %d", maxProjected)
	}
	return nil
}
