package faulty

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// nullForAbsent leaves an attribute that is there and is nothing.
func nullForAbsent() Bug {
	return Bug{
		Name: "null_for_absent", Trigger: "indicators",
		Wrong:   "A value that does not exist is written as NULL.",
		Symptom: Symptom{Differs, `: null, not there`},
		New: func(e Environment) any {
			e.DynamoDB = filling{e.DynamoDB, &types.AttributeValueMemberNULL{Value: true}}
			return shipped(e).Handle
		},
	}
}
