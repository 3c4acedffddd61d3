package incident

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Redact replaces what is personal in images that belong together.
func Redact(images []map[string]types.AttributeValue) []map[string]types.AttributeValue {
	var records []record
	for _, image := range images {
		records = append(records, record{new: image})
	}
	var clean []map[string]types.AttributeValue
	for _, r := range newRedactor(records).records(records) {
		clean = append(clean, r.new)
	}
	return clean
}
