package sink_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/sink"
)

func key() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "FIN#f1"}}
}

// A handler that builds its own client learns where to take it from, and the
// harness learns who it was.
func Example() {
	ctx := context.Background()
	s, err := sink.Isolate(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	defer s.OnStray(func(c sink.Stray) {
		fmt.Printf("%s called %s of %s\n", c.Suspects, c.Operation, c.Service)
		fmt.Println(c.Message)
	})()

	done := s.Run("indicators i7")
	defer done()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = dynamodb.NewFromConfig(cfg).DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: new("prod"), Key: key()})
	fmt.Println("refused:", err != nil)
	// Output:
	// indicators i7 called DeleteItem of dynamodb
	// trigger indicators built its own client; take it from Environment.AWS
	// refused: true
}
