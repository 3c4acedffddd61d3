package validation_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func ExampleErrorf() {
	err := fmt.Errorf("operation error DynamoDB: PutItem, %w", validation.Errorf("Missing the key %s in the item", "pk"))

	var api smithy.APIError
	if errors.As(err, &api) {
		fmt.Println(api.ErrorCode())
		fmt.Println(api.ErrorMessage())
	}
	// Output:
	// ValidationException
	// Missing the key pk in the item
}

func TestMessage(t *testing.T) {
	if got := validation.Message(fmt.Errorf("put: %w", validation.Errorf("%d%% wrong", 100))); got != "100% wrong" {
		t.Errorf("Message = %q", got)
	}
	for _, err := range []error{nil, errors.New("no"), &smithy.GenericAPIError{Code: "ResourceNotFoundException", Message: "gone"}} {
		if got := validation.Message(err); got != "" {
			t.Errorf("Message(%v) = %q, want none", err, got)
		}
	}
}
