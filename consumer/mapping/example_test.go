package mapping_test

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

func ExampleParse() {
	_, err := mapping.Parse("triggers.json", []byte(`{
  "function_prefix": "integrates_streams_",
  "triggers": {
    "indicators": {
      "handler": "triggers.indicators.Handle",
      "table": "integrates_vms",
      "batch_size": "all",
      "BatchSize": 100,
      "maximum_retry_atempts": 3,
      "filters": [
        {"dynamodb": {"NewImage": {"state": {"S": "open"}}}}
      ]
    }
  }
}`))
	fmt.Println(err)
	// Output:
	// triggers.json:7:21: trigger indicators: batch_size: must be a whole number from 1 to 10000, not "all"
	// triggers.json:8:7: unknown key "BatchSize": it is called batch_size here
	// triggers.json:9:7: unknown key "maximum_retry_atempts": did you mean maximum_retry_attempts?
	// triggers.json:11:51: trigger indicators: filters[0]: dynamodb.NewImage.state.S: must be an array of what may match: write ["open"] (Lambda: Invalid filter pattern definition.)
}

func ExampleAdvise() {
	mappings, err := mapping.Parse("triggers.json", []byte(`{
  "triggers": {
    "webhook": {
      "handler": "triggers.webhook.Handle",
      "table": "integrates_vms",
      "maximum_retry_attempts": -1,
      "on_failure": "integrates_streams_dlq"
    }
  }
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, advice := range mapping.Advise(mappings, map[string]string{"integrates_vms": "NEW_AND_OLD_IMAGES"}) {
		fmt.Println(advice)
	}
	// Output:
	// triggers.json:7:21: trigger webhook: maximum_retry_attempts -1 is until the records expire, and the message to integrates_streams_dlq holds only positions in the stream, whose records are trimmed by then: set maximum_record_age_in_seconds below 86400, or make on_failure an S3 bucket, which gets the records
}
