package memory

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Limits of one request.
const (
	maxBatchWrites   = 25
	maxBatchKeys     = 100
	maxTransaction   = 100
	maxScanSegments  = 1_000_000
	maxClientRequest = 36 // characters of a ClientRequestToken

	maxTransactionBytes = 4 << 20 // of all that a transaction writes, or reads
)

// constraints collects what is wrong with the shape of a request, as the service
// lists it before it looks at anything else.
type constraints []string

func (c *constraints) add(value, member, must string) {
	*c = append(*c, "Value "+value+" at '"+member+"' failed to satisfy constraint: Member must "+must)
}

// required refuses what is missing.
func (c *constraints) required(member string, missing bool) {
	if missing {
		c.add("null", member, "not be null")
	}
}

// table refuses a table that is not named.
func (c *constraints) table(name *string) {
	c.required("tableName", name == nil)
	if name != nil {
		c.name("tableName", tableName(name))
	}
}

// name refuses what cannot be the name of a table or an index.
func (c *constraints) name(member, name string) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	if strings.Trim(name, letters) != "" {
		c.add("'"+name+"'", member, "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	if len(name) < 3 {
		c.add("'"+name+"'", member, "have length greater than or equal to 3")
	}
	if len(name) > 255 {
		c.add("'"+name+"'", member, "have length less than or equal to 255")
	}
}

// capacity refuses a ReturnConsumedCapacity that there is not.
func (c *constraints) capacity(want types.ReturnConsumedCapacity) {
	enum(c, "returnConsumedCapacity", want, "INDEXES", "TOTAL", "NONE")
}

// enum refuses a value that is not in the set, which is in the service's order;
// "" is none.
func enum[T ~string](c *constraints, member string, value T, set ...T) {
	if value == "" || slices.Contains(set, value) {
		return
	}
	names := make([]string, len(set))
	for i, v := range set {
		names[i] = string(v)
	}
	c.add("'"+string(value)+"'", member, "satisfy enum value set: ["+strings.Join(names, ", ")+"]")
}

// least refuses a number that is too small.
func (c *constraints) least(member string, value *int32, least int32) {
	if value != nil && *value < least {
		c.add("'"+itoa(*value)+"'", member, "have value greater than or equal to "+itoa(least))
	}
}

// most refuses a number that is too large.
func (c *constraints) most(member string, value *int32, most int32) {
	if value != nil && *value > most {
		c.add("'"+itoa(*value)+"'", member, "have value less than or equal to "+itoa(most))
	}
}

// err is the ValidationException that lists all.
func (c constraints) err() error {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return validation.Errorf("1 validation error detected: %s", c[0])
	}
	return validation.Errorf("%d validation errors detected: %s", len(c), strings.Join(c, "; "))
}

// write checks what all writes of one item have.
func (c *constraints) write(capacity types.ReturnConsumedCapacity, metrics types.ReturnItemCollectionMetrics, values types.ReturnValue, onFail types.ReturnValuesOnConditionCheckFailure) {
	c.capacity(capacity)
	enum(c, "returnItemCollectionMetrics", metrics, "SIZE", "NONE")
	enum(c, "returnValues", values, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	enum(c, "returnValuesOnConditionCheckFailure", onFail, "ALL_OLD", "NONE")
}

func checkPut(in *dynamodb.PutItemInput) error {
	var c constraints
	c.table(in.TableName)
	c.required("item", in.Item == nil)
	c.write(in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure)
	if err := c.err(); err != nil {
		return err
	}
	return onlyOld(in.ReturnValues)
}

func checkDelete(in *dynamodb.DeleteItemInput) error {
	var c constraints
	c.table(in.TableName)
	c.required("key", in.Key == nil)
	c.write(in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure)
	if err := c.err(); err != nil {
		return err
	}
	return onlyOld(in.ReturnValues)
}

// onlyOld is for puts and deletes, which return nothing else.
func onlyOld(want types.ReturnValue) error {
	if want == "" || want == types.ReturnValueNone || want == types.ReturnValueAllOld {
		return nil
	}
	return validation.Errorf("ReturnValues can only be ALL_OLD or NONE")
}

func checkUpdate(in *dynamodb.UpdateItemInput) error {
	var c constraints
	c.table(in.TableName)
	c.required("key", in.Key == nil)
	c.write(in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics, in.ReturnValues, in.ReturnValuesOnConditionCheckFailure)
	return c.err()
}

func checkGet(in *dynamodb.GetItemInput) error {
	var c constraints
	c.table(in.TableName)
	c.required("key", in.Key == nil)
	c.capacity(in.ReturnConsumedCapacity)
	return c.err()
}

// page checks what Query and Scan share.
func (c *constraints) page(limit *int32, want types.Select, capacity types.ReturnConsumedCapacity) {
	c.least("limit", limit, 1)
	enum(c, "select", want, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	c.capacity(capacity)
}

func checkQuery(in *dynamodb.QueryInput) error {
	var c constraints
	c.table(in.TableName)
	c.page(in.Limit, in.Select, in.ReturnConsumedCapacity)
	if in.IndexName != nil {
		c.name("indexName", *in.IndexName)
	}
	if err := c.err(); err != nil {
		return err
	}
	return checkSelect(in.Select, in.ProjectionExpression != nil, in.AttributesToGet != nil)
}

func checkScan(in *dynamodb.ScanInput) error {
	var c constraints
	c.table(in.TableName)
	c.page(in.Limit, in.Select, in.ReturnConsumedCapacity)
	c.least("segment", in.Segment, 0)
	c.least("totalSegments", in.TotalSegments, 1)
	c.most("totalSegments", in.TotalSegments, maxScanSegments)
	if err := c.err(); err != nil {
		return err
	}
	switch {
	case in.Segment != nil && in.TotalSegments == nil:
		return validation.Errorf("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil && in.TotalSegments != nil:
		return validation.Errorf("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case in.Segment != nil && *in.Segment >= *in.TotalSegments:
		return validation.Errorf("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", *in.Segment, *in.TotalSegments)
	}
	return checkSelect(in.Select, in.ProjectionExpression != nil, in.AttributesToGet != nil)
}

// checkSelect checks Select against the projection.
func checkSelect(want types.Select, projection, attributes bool) error {
	what := string(want)
	if want == types.SelectCount {
		what = "only the Count"
	}
	switch {
	case want == "" || want == types.SelectSpecificAttributes && (projection || attributes):
		return nil
	case want == types.SelectSpecificAttributes:
		return validation.Errorf("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case projection:
		return validation.Errorf("Cannot specify the ProjectionExpression when choosing to get %s", what)
	case attributes:
		return validation.Errorf("Cannot specify the AttributesToGet when choosing to get %s", what)
	}
	return nil
}

func checkBatchGet(in *dynamodb.BatchGetItemInput) error {
	if len(in.RequestItems) == 0 {
		return validation.Errorf("BatchGetItem must have some requests set")
	}
	keys := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		if len(in.RequestItems[name].Keys) == 0 {
			return validation.Errorf("The list of keys in RequestItems for BatchGetItem is required: %s has empty list", name)
		}
		keys += len(in.RequestItems[name].Keys)
	}
	if keys > maxBatchKeys {
		return validation.Errorf("Too many items requested for the BatchGetItem call")
	}
	return nil
}

func checkBatchWrite(in *dynamodb.BatchWriteItemInput) error {
	if len(in.RequestItems) == 0 {
		return validation.Errorf("BatchWriteItem cannot have a null or no requests set")
	}
	writes := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		if len(in.RequestItems[name]) == 0 {
			return validation.Errorf("The batch write request list for a table cannot be null or empty: %s", name)
		}
		for _, r := range in.RequestItems[name] {
			if (r.PutRequest == nil) == (r.DeleteRequest == nil) {
				return validation.Errorf("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			}
		}
		writes += len(in.RequestItems[name])
	}
	if writes > maxBatchWrites {
		return validation.Errorf("Too many items requested for the BatchWriteItem call")
	}
	return nil
}

func checkTransactWrite(in *dynamodb.TransactWriteItemsInput) error {
	var c constraints
	c.transaction(len(in.TransactItems))
	if n := len(aws.ToString(in.ClientRequestToken)); n > maxClientRequest {
		c.add("'"+*in.ClientRequestToken+"'", "clientRequestToken", "have length less than or equal to "+itoa(maxClientRequest))
	}
	if err := c.err(); err != nil {
		return err
	}
	for _, t := range in.TransactItems {
		n := 0
		for _, there := range []bool{t.Put != nil, t.Update != nil, t.Delete != nil, t.ConditionCheck != nil} {
			if there {
				n++
			}
		}
		switch {
		case n == 0:
			return validation.Errorf("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
		case n > 1:
			return validation.Errorf("TransactItems can only contain one of Check, Put, Update or Delete")
		}
	}
	return nil
}

func checkTransactGet(in *dynamodb.TransactGetItemsInput) error {
	var c constraints
	c.transaction(len(in.TransactItems))
	for i, t := range in.TransactItems {
		c.required("transactItems."+itoa(int32(i+1))+".member.get", t.Get == nil)
		if t.Get != nil {
			c.required("transactItems."+itoa(int32(i+1))+".member.get.key", t.Get.Key == nil)
		}
	}
	return c.err()
}

func (c *constraints) transaction(items int) {
	switch {
	case items == 0:
		c.add("'[]'", "transactItems", "have length greater than or equal to 1")
	case items > maxTransaction:
		c.add("'[...]'", "transactItems", "have length less than or equal to "+itoa(maxTransaction))
	}
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
