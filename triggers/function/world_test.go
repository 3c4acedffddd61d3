package function_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/wire"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

const archiveTable = "integrates_archive"

// world is DynamoDB on a local endpoint, with the tables and a finding, and the
// endpoint of the finding's group.
type world struct {
	*memory.Database
	dynamodb, hook *httptest.Server

	mu   sync.Mutex
	made []any // what was written and requested, in order
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Database: memory.NewDatabase(memory.Options{})}
	w.tables(t)
	w.hook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.record(r.Header.Get("Idempotency-Key") + " " + string(body))
	}))
	w.dynamodb = httptest.NewServer(wire.Handler(func(ctx context.Context, _ wire.Caller, input any) (any, error) {
		switch input.(type) {
		case *dynamodb.PutItemInput, *dynamodb.UpdateItemInput:
			w.record(input)
		}
		return w.Do(ctx, input)
	}))
	t.Cleanup(w.hook.Close)
	t.Cleanup(w.dynamodb.Close)
	w.seed(t)
	return w
}

func (w *world) tables(t *testing.T) {
	t.Helper()
	tables, err := harness.LoadTables(filepath.Join("..", "..", "fixtures", "tables"))
	if err != nil {
		t.Fatal(err)
	}
	archive := &dynamodb.CreateTableInput{
		TableName: aws.String(archiveTable), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}},
	}
	for _, table := range tables {
		if *table.TableName != archiveTable {
			w.do(t, table)
		}
	}
	w.do(t, archive)
}

// seed puts a group with an endpoint, an approved finding and an open vulnerability.
func (w *world) seed(t *testing.T) {
	t.Helper()
	group := model.Group{Name: "harbor", OrganizationID: "o1", WebhookURL: "HOOK"}
	finding := model.Finding{ID: "f1", GroupName: "harbor", Title: "XSS", State: model.FindingState{Status: model.FindingApproved}}
	for _, entity := range []interface{ Item() (model.Item, error) }{group, finding, vulnerability("v1")} {
		item, err := entity.Item()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := item["webhook_url"]; ok {
			item["webhook_url"] = &types.AttributeValueMemberS{Value: w.hook.URL}
		}
		w.do(t, &dynamodb.PutItemInput{TableName: aws.String("integrates_vms"), Item: item})
	}
}

func (w *world) do(t *testing.T, input any) any {
	t.Helper()
	out, err := w.Do(context.Background(), input)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func vulnerability(id string) model.Vulnerability {
	return model.Vulnerability{ID: id, FindingID: "f1", GroupName: "harbor", Type: model.TypeLines,
		State: model.State{Status: model.StateVulnerable, Where: "src/a.go", Specific: "12"}}
}

// changes are what the event tells: v1 is new, v2 was removed after it was released.
func changes() []testevent.Change {
	added, err := vulnerability("v1").Item()
	if err != nil {
		panic(err)
	}
	masked := vulnerability("v2")
	masked.State.Status = model.StateMasked
	removed, err := masked.Item()
	if err != nil {
		panic(err)
	}
	return []testevent.Change{testevent.Insert(added), testevent.Remove(removed)}
}

func (w *world) record(made any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made = append(w.made, made)
}

// writes are the inputs of writing calls, and the requests of the endpoint.
func (w *world) writes() []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]any(nil), w.made...)
}

// items are all items of both tables, but for the address of the endpoint, which is
// another in each world.
func (w *world) items(t *testing.T) map[string]model.Item {
	items := map[string]model.Item{}
	for _, table := range []string{"integrates_vms", archiveTable} {
		out := w.do(t, &dynamodb.ScanInput{TableName: &table}).(*dynamodb.ScanOutput)
		for _, item := range out.Items {
			key, err := model.KeyOf(item)
			if err != nil {
				t.Fatal(err)
			}
			delete(item, "webhook_url")
			items[table+" "+key.PK+" "+key.SK] = item
		}
	}
	return items
}

// environment is that of a function.
func (w *world) environment() []string {
	return []string{
		"TABLE=integrates_vms", "ARCHIVE_TABLE=" + archiveTable,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=dummy", "AWS_SECRET_ACCESS_KEY=dummy", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_ENDPOINT_URL_DYNAMODB=" + w.dynamodb.URL,
	}
}

// getenv is the environment for a function in this process; the SDK reads the
// process's own.
func (w *world) getenv(t *testing.T) func(string) string {
	variables := map[string]string{}
	for _, pair := range w.environment() {
		name, value, _ := strings.Cut(pair, "=")
		variables[name] = value
		t.Setenv(name, value)
	}
	return func(name string) string { return variables[name] }
}
