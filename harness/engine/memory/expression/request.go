package expression

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Request has the parameters of one request (or of one member of a transaction)
// that say which items and which parts of them it means, named as in the API.
// The zero value says nothing. What an operation does not have is left out.
type Request struct {
	// Operation is the API's name, "UpdateItem" for instance: it decides what may
	// not be missing.
	Operation string

	UpdateExpression       *string
	ConditionExpression    *string
	FilterExpression       *string
	KeyConditionExpression *string
	ProjectionExpression   *string

	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]types.AttributeValue

	// The legacy parameters. Together with expressions they are refused, except
	// KeyConditions.
	AttributeUpdates    map[string]types.AttributeValueUpdate
	Expected            map[string]types.ExpectedAttributeValue
	KeyConditions       map[string]types.Condition
	QueryFilter         map[string]types.Condition
	ScanFilter          map[string]types.Condition
	AttributesToGet     []string
	ConditionalOperator types.ConditionalOperator
}

// The names of the expressions.
const (
	updateExpression       = "UpdateExpression"
	conditionExpression    = "ConditionExpression"
	filterExpression       = "FilterExpression"
	projectionExpression   = "ProjectionExpression"
	keyConditionExpression = "KeyConditionExpression"
)

// given is a parameter by name.
type given struct {
	name  string
	there bool
}

func names(parameters []given) []string {
	var names []string
	for _, p := range parameters {
		if p.there {
			names = append(names, p.name)
		}
	}
	return names
}

func (r *Request) expressions() []string {
	return names([]given{
		{updateExpression, r.UpdateExpression != nil},
		{projectionExpression, r.ProjectionExpression != nil},
		{filterExpression, r.FilterExpression != nil},
		{conditionExpression, r.ConditionExpression != nil},
		{keyConditionExpression, r.KeyConditionExpression != nil},
	})
}

func (r *Request) legacy() []string {
	return names([]given{
		{"AttributesToGet", r.AttributesToGet != nil},
		{"AttributeUpdates", r.AttributeUpdates != nil},
		{"Expected", r.Expected != nil},
		{"QueryFilter", r.QueryFilter != nil},
		{"ScanFilter", r.ScanFilter != nil},
		{"ConditionalOperator", r.ConditionalOperator != ""},
		// Other expressions are fine beside KeyConditions.
		{"KeyConditions", r.KeyConditions != nil && r.KeyConditionExpression != nil},
	})
}

// checkMixture refuses parameters that do not go together.
func (r *Request) checkMixture() error {
	expressions, legacy := r.expressions(), r.legacy()
	if len(expressions) > 0 && len(legacy) > 0 {
		return validation.Errorf("Can not use both expression and non-expression parameters in the same request: "+
			"Non-expression parameters: {%s} Expression parameters: {%s}", strings.Join(legacy, ", "), strings.Join(expressions, ", "))
	}
	if len(expressions) == 0 && len(r.ExpressionAttributeNames) > 0 {
		return validation.Errorf("ExpressionAttributeNames can only be specified when using expressions")
	}
	withValues := r.UpdateExpression != nil || r.ConditionExpression != nil || r.FilterExpression != nil || r.KeyConditionExpression != nil
	if possible := possibleExpressions(r.Operation); possible != "" && !withValues && len(r.ExpressionAttributeValues) > 0 {
		return validation.Errorf("ExpressionAttributeValues can only be specified when using expressions: %s null", possible)
	}
	return nil
}

// possibleExpressions lists which expressions of an operation can have values.
func possibleExpressions(operation string) string {
	switch operation {
	case "UpdateItem", "Update":
		return "UpdateExpression and ConditionExpression are"
	case "Query":
		return "FilterExpression and KeyConditionExpression are"
	case "Scan":
		return "FilterExpression is"
	case "PutItem", "DeleteItem", "Put", "Delete", "ConditionCheck":
		return "ConditionExpression is"
	}
	return ""
}
