package harness_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// These tests run small triggers on a table of things against DynamoDB Local:
// an item "a" causes whatever the trigger of the test does.

var testStart = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)

// things is a table with one key and a stream.
func things() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            aws.String("things"),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// put is a step that puts things with these ids.
func put(ids ...string) scenario.Step {
	s := scenario.Step{
		Pos: scenario.Position{File: "scenarios/things.yaml", Line: 4, Col: 5}, Verb: "put", Text: "put " + strings.Join(ids, ","),
	}
	for _, id := range ids {
		s.Writes = append(s.Writes, scenario.Write{Op: "put", Table: "things", Item: map[string]types.AttributeValue{"id": text(id)}})
	}
	return s
}

func putItem(ctx context.Context, db *dynamodb.Client, id string, options ...func(*dynamodb.Options)) error {
	_, err := db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("things"), Item: map[string]types.AttributeValue{"id": text(id)},
	}, options...)
	return err
}

// all shows every thing.
func all() harness.View {
	return harness.View{Name: "things", Of: func(_ string, item map[string]types.AttributeValue) (string, types.AttributeValue, bool) {
		return item["id"].(*types.AttributeValueMemberS).Value, &types.AttributeValueMemberM{Value: item}, true
	}}
}

// project has the table of things with one trigger.
func project(t *testing.T, m mapping.Mapping, build func(harness.Environment) (any, error)) harness.Project {
	t.Helper()
	m.Table, m.Enabled = "things", true
	if m.Trigger == "" {
		m.Trigger = "echo"
	}
	if m.BatchSize == 0 {
		m.BatchSize = 100
	}
	if m.Timeout == 0 {
		m.Timeout = time.Minute
	}
	switch m.OnFailure {
	case "":
		m.OnFailure = "things_dlq"
	case "none":
		m.OnFailure = ""
	}
	return harness.Project{
		Root: t.TempDir(), Tables: []*dynamodb.CreateTableInput{things()},
		Triggers: []harness.Trigger{{Mapping: m, New: build}}, Views: []harness.View{all()},
	}
}

func scenarioOf(name string, steps ...scenario.Step) *scenario.Scenario {
	return &scenario.Scenario{
		Name: name, Path: "scenarios/" + name + ".yaml", Title: name, Fixture: &scenario.Fixture{Name: "none"},
		Start: testStart, Steps: steps, Observe: []string{"things"},
	}
}

// databases is an engine that remembers the databases it opened, so that a test
// can look into one behind the harness's back.
type databases struct {
	engine.Engine
	mu     sync.Mutex
	opened []*engine.Database
}

func (d *databases) Open(ctx context.Context) (*engine.Database, error) {
	db, err := d.Engine.Open(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, db)
	return db, err
}

// last returns a client to the newest database of a run; a live one opens another
// for its leases.
func (d *databases) last(live bool) *dynamodb.Client {
	d.mu.Lock()
	defer d.mu.Unlock()
	newest := len(d.opened) - 1
	if live {
		newest--
	}
	return dynamodb.NewFromConfig(d.opened[newest].Config(nil))
}

// local starts one container for a test.
func local(t testing.TB) *databases {
	t.Helper()
	ctx := context.Background()
	if skip, err := dynamodblocal.SkipTests(ctx, os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return &databases{Engine: e}
}

// start readies a project on an engine.
func start(t testing.TB, p harness.Project, e engine.Engine, o harness.Options) *harness.Harness {
	t.Helper()
	h, err := harness.Start(context.Background(), p, e, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func run(t testing.TB, h *harness.Harness, s *scenario.Scenario) *harness.Result {
	t.Helper()
	r, err := h.Run(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// slowly is an engine on a slow way: the request for the item "given-up" takes
// slowness to get to the server.
type slowly struct {
	engine.Engine
	t *testing.T
}

const slowness = 30 * time.Millisecond

func slow(t *testing.T, e engine.Engine) engine.Engine { return slowly{e, t} }

// Open puts a proxy of its own before the database.
func (s slowly) Open(ctx context.Context) (*engine.Database, error) {
	db, err := s.Engine.Open(ctx)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(db.Endpoint)
	if err != nil {
		return nil, err
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if bytes.Contains(body, []byte(`"given-up"`)) && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
			<-time.NewTimer(slowness).C
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	}))
	s.t.Cleanup(proxy.Close)
	return engine.NewDatabase(proxy.URL, db.Region, db.AccessKey, db.Close), nil
}
