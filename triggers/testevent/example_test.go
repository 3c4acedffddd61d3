package testevent_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// A handler is called with what was changed; here the event is looked at instead.
func Example() {
	order := func(total string) testevent.Item {
		return testevent.Item{"id": &types.AttributeValueMemberS{Value: "o1"}, "total": &types.AttributeValueMemberN{Value: total}}
	}
	stream := testevent.Stream{Table: "orders", Keys: []string{"id"}}
	event, err := stream.Event(testevent.Insert(order("7")), testevent.Modify(order("7"), order("9")), testevent.Remove(order("9")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range event.Records {
		fmt.Println(r.EventName, r.Change.Keys["id"].String())
	}
	// Output:
	// INSERT o1
	// MODIFY o1
	// REMOVE o1
}
