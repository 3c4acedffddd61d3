package memory_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// conversation is a database with one streamed table "t" (pk S), and what was
// asked of it. Shards are s0, s1, … in the order of their coming, numbers are
// those of the counter, times are since the beginning.
type conversation struct {
	db        *memory.Database
	client    *memory.Client
	streams   *memory.StreamsClient
	clones    map[string]*memory.Database
	arns      []string
	shards    []string
	iterators map[string]string
}

func newConversation() *conversation {
	c := &conversation{clones: map[string]*memory.Database{}, iterators: map[string]string{}}
	c.use(memory.NewDatabase(memory.Options{}))
	_, err := c.client.CreateTable(context.Background(), streamedTable(types.StreamViewTypeNewAndOldImages))
	if err != nil {
		panic(err)
	}
	return c
}

func (c *conversation) use(db *memory.Database) {
	c.db, c.client, c.streams = db, memory.NewClient(db), memory.NewStreamsClient(db)
}

func streamedTable(view types.StreamViewType) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: aws.String("tab"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: view},
	}
}

// do makes one command:
//
//	put-all KEY… · get-all KEY… (as one batch; the value is 7)
//	put KEY VALUE · update KEY VALUE · delete KEY · get KEY · stale-get KEY · transact TOKEN KEY VALUE
//	expire KEY · ttl ATTRIBUTE · sweep
//	describe · list · children SHARD · read SHARD (to its end) · counter · hash-as CLONE
//	iterator NAME SHARD TYPE [NUMBER] · records NAME [LIMIT]
//	split · close · trim · expire-iterators · empty-pages N · rollover RECORDS AGE · stale N
//	fail OPERATION CODE TIMES · throttle OPERATION TIMES · latency OPERATION D · unprocessed MEMBERS TIMES
//	advance D · disable · enable VIEW · drop
//	clone NAME · restore NAME
func (c *conversation) do(line string) (string, error) {
	words := strings.Fields(line)
	for _, verbs := range []map[string]func([]string) (string, error){c.writes(), c.reads(), c.controls()} {
		if do, ok := verbs[words[0]]; ok {
			answer, err := do(words[1:])
			return c.say(answer, err), nil
		}
	}
	return "", fmt.Errorf("no command %q", words[0])
}

// say words an answer or an error.
func (c *conversation) say(answer string, err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		return "! " + api.ErrorCode() + ": " + c.rename(api.ErrorMessage()) + "\n"
	case err != nil:
		return "! " + err.Error() + "\n"
	case answer == "":
		return "ok\n"
	}
	return c.rename(answer) + "\n"
}

// rename gives shards and streams the names of the transcript.
func (c *conversation) rename(text string) string {
	for i, id := range c.shards {
		text = strings.ReplaceAll(text, id, "s"+strconv.Itoa(i))
	}
	for i, arn := range c.arns {
		text = strings.ReplaceAll(text, arn, "stream"+strconv.Itoa(i))
	}
	return text
}

func key(k string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": text(k)}
}

func (c *conversation) writes() map[string]func([]string) (string, error) {
	ctx := context.Background()
	item := func(w []string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": text(w[0]), "v": &types.AttributeValueMemberN{Value: w[1]}}
	}
	return map[string]func([]string) (string, error){
		"put": func(w []string) (string, error) {
			_, err := c.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item(w)})
			return "", err
		},
		"update": func(w []string) (string, error) {
			_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("tab"), Key: key(w[0]),
				UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: map[string]types.AttributeValue{":v": item(w)["v"]}})
			return "", err
		},
		"put-all": func(w []string) (string, error) {
			var list []types.WriteRequest
			for _, k := range w {
				list = append(list, types.WriteRequest{PutRequest: &types.PutRequest{Item: item([]string{k, "7"})}})
			}
			out, err := c.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"tab": list}})
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d of %d unprocessed", len(out.UnprocessedItems["tab"]), len(w)), nil
		},
		"delete": func(w []string) (string, error) {
			_, err := c.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("tab"), Key: key(w[0])})
			return "", err
		},
		"transact": func(w []string) (string, error) {
			_, err := c.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(w[0]),
				TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: aws.String("tab"), Item: item(w[1:])}}}})
			return "", err
		},
		"expire": func(w []string) (string, error) { return "", c.db.Expire("tab", key(w[0])) },
		"ttl": func(w []string) (string, error) {
			_, err := c.client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: aws.String("tab"),
				TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(w[0]), Enabled: aws.Bool(true)}})
			return "", err
		},
		"sweep": func([]string) (string, error) { return fmt.Sprintf("%d deleted", c.db.Sweep()), nil },
	}
}

func (c *conversation) reads() map[string]func([]string) (string, error) {
	get := func(k string, consistent bool) (string, error) {
		out, err := c.client.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: key(k), ConsistentRead: &consistent})
		if err != nil {
			return "", err
		}
		if v, ok := out.Item["v"].(*types.AttributeValueMemberN); ok {
			return v.Value, nil
		}
		return "nothing", nil
	}
	return map[string]func([]string) (string, error){
		"get":     func(w []string) (string, error) { return get(w[0], true) },
		"may-get": func(w []string) (string, error) { return get(w[0], false) },
		"get-all": func(w []string) (string, error) {
			var keys []map[string]types.AttributeValue
			for _, k := range w {
				keys = append(keys, key(k))
			}
			out, err := c.client.BatchGetItem(context.Background(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"tab": {Keys: keys}}})
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d found, %d of %d unprocessed", len(out.Responses["tab"]), len(out.UnprocessedKeys["tab"].Keys), len(w)), nil
		},
		"describe": func([]string) (string, error) { return c.describe(nil) },
		"children": func(w []string) (string, error) {
			return c.describe(&streamtypes.ShardFilter{Type: streamtypes.ShardFilterTypeChildShards, ShardId: aws.String(c.shard(w[0]))})
		},
		"list":     func([]string) (string, error) { return c.list() },
		"iterator": c.iterator,
		"records":  c.records,
		"counter":  func([]string) (string, error) { return fmt.Sprint(c.db.Writes()), nil },
		"hash-as": func(w []string) (string, error) {
			return fmt.Sprint(c.db.Hash() == c.clones[w[0]].Hash()), nil
		},
	}
}

func (c *conversation) controls() map[string]func([]string) (string, error) {
	plain := func(do func(string) error) func([]string) (string, error) {
		return func([]string) (string, error) { return "", do("tab") }
	}
	count := func(text string) int { n, _ := strconv.Atoi(text); return n }
	span := func(text string) time.Duration { d, _ := time.ParseDuration(text); return d }
	return map[string]func([]string) (string, error){
		"split": plain(c.db.SplitShard), "close": plain(c.db.CloseShard), "trim": plain(c.db.Trim), "expire-iterators": plain(c.db.ExpireIterators),
		"empty-pages": func(w []string) (string, error) { return "", c.db.EmptyPages("tab", count(w[0])) },
		"rollover": func(w []string) (string, error) {
			return "", c.db.SetRollover("tab", memory.Rollover{Records: count(w[0]), Age: span(w[1])})
		},
		"stale": func(w []string) (string, error) { c.db.StaleReads(count(w[0])); return "", nil },
		"fail": func(w []string) (string, error) {
			c.db.FailNext(w[0], &smithy.GenericAPIError{Code: w[1], Message: "told to"}, count(w[2]))
			return "", nil
		},
		"throttle": func(w []string) (string, error) { c.db.Throttle(w[0], count(w[1])); return "", nil },
		"latency": func(w []string) (string, error) {
			c.db.Latency(strings.TrimPrefix(w[0], "any"), span(w[1]))
			return "", nil
		},
		"unprocessed": func(w []string) (string, error) { c.db.Unprocessed(count(w[0]), count(w[1])); return "", nil },
		"now":         func([]string) (string, error) { return c.db.Now().Sub(memory.Epoch()).String(), nil },
		"advance":     func(w []string) (string, error) { c.db.Advance(span(w[0])); return "", nil },
		"disable": func([]string) (string, error) {
			return "", c.stream(&types.StreamSpecification{StreamEnabled: aws.Bool(false)})
		},
		"enable": func(w []string) (string, error) {
			return "", c.stream(&types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(w[0])})
		},
		"drop": func([]string) (string, error) {
			_, err := c.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String("tab")})
			return "", err
		},
		"clone":   func(w []string) (string, error) { c.clones[w[0]] = c.db.Clone(); return "", nil },
		"restore": func(w []string) (string, error) { c.db.Restore(c.clones[w[0]]); return "", nil },
	}
}

func (c *conversation) stream(s *types.StreamSpecification) error {
	_, err := c.client.UpdateTable(context.Background(), &dynamodb.UpdateTableInput{TableName: aws.String("tab"), StreamSpecification: s})
	return err
}

// list shows all streams and learns their names.
func (c *conversation) list() (string, error) {
	out, err := c.streams.ListStreams(context.Background(), &dynamodbstreams.ListStreamsInput{})
	if err != nil {
		return "", err
	}
	var lines []string
	for _, s := range out.Streams {
		if !strings.Contains(strings.Join(c.arns, " "), *s.StreamArn) {
			c.arns = append(c.arns, *s.StreamArn)
		}
		d, err := c.streams.DescribeStream(context.Background(), &dynamodbstreams.DescribeStreamInput{StreamArn: s.StreamArn})
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", *s.StreamArn, d.StreamDescription.StreamStatus, d.StreamDescription.StreamViewType))
	}
	if len(lines) == 0 {
		return "none", nil
	}
	return strings.Join(lines, "\n"), nil
}

// describe shows the shards of the last stream listed and learns their names.
func (c *conversation) describe(filter *streamtypes.ShardFilter) (string, error) {
	if _, err := c.list(); err != nil {
		return "", err
	}
	out, err := c.streams.DescribeStream(context.Background(), &dynamodbstreams.DescribeStreamInput{
		StreamArn: aws.String(c.arns[len(c.arns)-1]), ShardFilter: filter})
	if err != nil {
		return "", err
	}
	var lines []string
	for _, s := range out.StreamDescription.Shards {
		if !strings.Contains(strings.Join(c.shards, " "), *s.ShardId) {
			c.shards = append(c.shards, *s.ShardId)
		}
		line := *s.ShardId + " from " + plainNumber(s.SequenceNumberRange.StartingSequenceNumber)
		if s.SequenceNumberRange.EndingSequenceNumber != nil {
			line += " to " + plainNumber(s.SequenceNumberRange.EndingSequenceNumber)
		}
		if s.ParentShardId != nil {
			line += " parent " + *s.ParentShardId
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "no shards", nil
	}
	return strings.Join(lines, "\n"), nil
}

func plainNumber(sequence *string) string {
	if len(*sequence) < 21 {
		return "too short: " + *sequence
	}
	return strings.TrimLeft(*sequence, "0")
}

func (c *conversation) shard(name string) string {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "s"))
	if err != nil || n >= len(c.shards) {
		return name
	}
	return c.shards[n]
}

func (c *conversation) iterator(w []string) (string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(c.arns[len(c.arns)-1]), ShardId: aws.String(c.shard(w[1])), ShardIteratorType: streamtypes.ShardIteratorType(w[2])}
	if len(w) > 3 && in.ShardIteratorType == streamtypes.ShardIteratorTypeAtTimestamp {
		d, err := time.ParseDuration(w[3])
		if err != nil {
			return "", err
		}
		in.Timestamp = aws.Time(memory.Epoch().Add(d))
	} else if len(w) > 3 {
		in.SequenceNumber = aws.String(fmt.Sprintf("%021s", w[3]))
	}
	out, err := c.streams.GetShardIterator(context.Background(), in)
	if err != nil {
		return "", err
	}
	c.iterators[w[0]] = *out.ShardIterator
	return "", nil
}

// records shows a page and moves the iterator on.
func (c *conversation) records(w []string) (string, error) {
	in := &dynamodbstreams.GetRecordsInput{ShardIterator: aws.String(c.iterators[w[0]])}
	if len(w) > 1 {
		n, err := strconv.Atoi(w[1])
		if err != nil {
			return "", err
		}
		in.Limit = aws.Int32(int32(n))
	}
	out, err := c.streams.GetRecords(context.Background(), in)
	if err != nil {
		return "", err
	}
	lines := []string{}
	for _, r := range out.Records {
		lines = append(lines, recordLine(r))
	}
	if out.NextShardIterator == nil {
		return strings.Join(append(lines, "end of the shard"), "\n"), nil
	}
	c.iterators[w[0]] = *out.NextShardIterator
	return strings.Join(append(lines, "more to come"), "\n"), nil
}

func recordLine(r streamtypes.Record) string {
	value := func(image map[string]streamtypes.AttributeValue) string {
		if v, ok := image["v"].(*streamtypes.AttributeValueMemberN); ok {
			return v.Value
		}
		return "-"
	}
	line := fmt.Sprintf("%s %s %s %s→%s %d bytes after %v", plainNumber(r.Dynamodb.SequenceNumber), r.EventName,
		r.Dynamodb.Keys["pk"].(*streamtypes.AttributeValueMemberS).Value, value(r.Dynamodb.OldImage), value(r.Dynamodb.NewImage),
		*r.Dynamodb.SizeBytes, r.Dynamodb.ApproximateCreationDateTime.Sub(memory.Epoch()))
	if r.UserIdentity != nil {
		line += " by " + *r.UserIdentity.PrincipalId
	}
	return line
}
