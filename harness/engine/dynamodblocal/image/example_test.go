package image_test

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

// The image is imported with these, and so needs no builder.
func ExampleChanges() {
	for _, change := range image.Changes()[:3] {
		fmt.Println(change)
	}
	// Output:
	// ENV PATH=/usr/bin JAVA_HOME=/usr/lib/jvm/jre LANG=C.UTF-8 DDB_LOCAL_TELEMETRY=0
	// USER dynamodblocal
	// WORKDIR /home/dynamodblocal
}
