package lease_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// slow is a DynamoDB that takes its time, which DynamoDB Local does not. Of the
// table it knows the state, as it is at each look; "" is no table.
type slow struct {
	lease.DynamoDBAPI
	looks    []string // "ACTIVE", "ACTIVE without index", …; the last one stays
	createAs error
	updateAs error
	calls    []string
}

func (s *slow) DescribeTable(ctx context.Context, _ *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	s.calls = append(s.calls, "describe")
	// The SDK's waiter never gives up on calls that take no time at all.
	call := time.NewTimer(time.Millisecond)
	defer call.Stop()
	select {
	case <-call.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	look := s.looks[0]
	if len(s.looks) > 1 {
		s.looks = s.looks[1:]
	}
	if look == "" {
		return nil, &types.ResourceNotFoundException{}
	}
	name, kind := aws.String("leaseKey"), types.ScalarAttributeTypeS
	table := &types.TableDescription{
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: name, AttributeType: kind}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: name, KeyType: types.KeyTypeHash}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndexDescription{{
			IndexName: aws.String("LeaseOwnerToLeaseKeyIndex"),
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("leaseOwner"), KeyType: types.KeyTypeHash}, {AttributeName: name, KeyType: types.KeyTypeRange}},
		}},
	}
	const without = " without index"
	if status, bare := strings.CutSuffix(look, without); bare {
		table.TableStatus, table.GlobalSecondaryIndexes = types.TableStatus(status), nil
	} else {
		table.TableStatus = types.TableStatus(look)
	}
	return &dynamodb.DescribeTableOutput{Table: table}, nil
}

func (s *slow) CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	s.calls = append(s.calls, "create")
	return &dynamodb.CreateTableOutput{}, s.createAs
}

func (s *slow) UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	s.calls = append(s.calls, "update")
	return &dynamodb.UpdateTableOutput{}, s.updateAs
}

func TestPrepareWaits(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name  string
		api   slow
		calls []string
		want  string // of the error
	}{
		{"a table that is created slowly",
			slow{looks: []string{"", "CREATING", "CREATING", "ACTIVE"}},
			[]string{"describe", "create", "describe", "describe", "describe"}, ""},
		{"another worker is faster",
			slow{looks: []string{"", "CREATING", "ACTIVE"}, createAs: &types.ResourceInUseException{}},
			[]string{"describe", "create", "describe", "describe"}, ""},
		{"another worker began",
			slow{looks: []string{"CREATING", "CREATING", "ACTIVE"}},
			[]string{"describe", "describe", "describe"}, ""},
		{"an index that is being built is not waited for",
			slow{looks: []string{"UPDATING"}}, []string{"describe"}, ""},
		{"an index cannot be added while the table changes otherwise",
			slow{looks: []string{"UPDATING without index", "UPDATING without index", "ACTIVE without index"}},
			[]string{"describe", "describe", "describe", "update"}, ""},
		{"another worker adds the index",
			slow{looks: []string{"ACTIVE without index", "UPDATING"}, updateAs: &types.ResourceInUseException{}},
			[]string{"describe", "update", "describe"}, ""},
		{"the index cannot be added",
			slow{looks: []string{"ACTIVE without index"}, updateAs: broken},
			[]string{"describe", "update", "describe"}, "adding the index LeaseOwnerToLeaseKeyIndex: broken"},
		{"a table that cannot be created",
			slow{looks: []string{""}, createAs: broken}, []string{"describe", "create"}, "table orders_consumer_audit: broken"},
		{"a table that is going",
			slow{looks: []string{"DELETING"}}, []string{"describe"}, "table orders_consumer_audit is DELETING: try again when it is ACTIVE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := test.api
				api.looks = slices.Clone(api.looks)
				k := &keeper{t: t}
				if err := lease.NewDynamoDB(&api, leases).Prepare(t.Context()); test.want != "" {
					k.refused(err, test.want)
				} else if err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(test.calls, api.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestPrepareGivesUp: a wait ends with its context, or after five minutes.
func TestPrepareGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, start := &keeper{t: t}, time.Now()
		store := lease.NewDynamoDB(&slow{looks: []string{"CREATING"}}, leases)
		k.refused(store.Prepare(t.Context()), "waiting until it is ACTIVE")
		if waited := time.Since(start); waited < 4*time.Minute || waited > 5*time.Minute {
			t.Errorf("waited for %v", waited)
		}
		start = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		k.refused(store.Prepare(ctx), "waiting until it is ACTIVE")
		if waited := time.Since(start); waited > 10*time.Second {
			t.Errorf("waited for %v", waited)
		}
	})
}
