package lease_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// wire speaks to DynamoDB Local without the SDK: what it sends and shows is the
// JSON of the protocol, so that a golden is compared with nothing in between.
type wire struct {
	t  *testing.T
	db *engine.Database
}

// call makes one call and decodes the answer, which must be no error.
func (w wire) call(operation, body string, into any) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.db.Endpoint, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	// DynamoDB Local chooses the database by it and verifies no signature.
	request.Header.Set("Authorization", fmt.Sprintf(
		"AWS4-HMAC-SHA256 Credential=%s/20240919/%s/dynamodb/aws4_request, SignedHeaders=host, Signature=none",
		w.db.AccessKey, w.db.Region))
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s %v: %s", operation, response.Status, err, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		w.t.Fatalf("%s: %v: %s", operation, err, answer)
	}
}

// put writes a row in DynamoDB's JSON.
func (w wire) put(table, row string) {
	w.t.Helper()
	w.call("PutItem", fmt.Sprintf(`{"TableName":%q,"Item":%s}`, table, row), &struct{}{})
}

// attributes of a row, each in DynamoDB's JSON.
type attributes map[string]any

// get reads a row.
func (w wire) get(table, key string) attributes {
	w.t.Helper()
	var answer struct{ Item attributes }
	w.call("GetItem", fmt.Sprintf(`{"TableName":%q,"Key":{"leaseKey":{"S":%q}},"ConsistentRead":true}`, table, key), &answer)
	return answer.Item
}

// rowFile reads a row of testdata, as text and by attribute.
func rowFile(t *testing.T, name string) (string, attributes) {
	t.Helper()
	row, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(row), parseRow(t, string(row))
}

func parseRow(t *testing.T, text string) attributes {
	t.Helper()
	var row attributes
	if err := json.Unmarshal([]byte(text), &row); err != nil {
		t.Fatal(err)
	}
	return row
}

// but returns the row with some attributes changed; nil takes one away.
func (a attributes) but(changes attributes) attributes {
	changed := attributes{}
	for _, source := range []attributes{a, changes} {
		for name, value := range source {
			if changed[name] = value; value == nil {
				delete(changed, name)
			}
		}
	}
	return changed
}

func str(s string) any { return map[string]any{"S": s} }
func num(s string) any { return map[string]any{"N": s} }

func (w wire) same(when string, want, got attributes) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("row %s (-want +got):\n%s", when, diff)
	}
}
