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
      "batch_size": 20000,
      "retries": 3
    }
  }
}`))
	fmt.Println(err)
	// Output:
	// triggers.json:7:21: trigger indicators: batch_size: must be a whole number from 1 to 10000, not 20000
	// triggers.json:8:7: unknown key "retries": trigger indicators may have handler, table, batch_size, enabled, timeout, maximum_retry_attempts
}
