package cli_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// TestUp has a whole local environment in one command: a database with tables and
// a fixture, and the triggers.
func TestUp(t *testing.T) {
	if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	l := &local{t: t, root: t.TempDir()}
	writeProject(t, l.root)
	var err error
	if l.runtime, err = os.MkdirTemp("", "sw"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(l.runtime) })
	port := freePort(t)
	p := l.start("up", "red_ones", "--engine", "container", "--port", fmt.Sprint(port), "--poll", "10ms")
	said := p.wait(1, `^AWS_ENDPOINT_URL_DYNAMODB=`)[0]
	values := regexp.MustCompile(`^AWS_ENDPOINT_URL_DYNAMODB=(\S+) AWS_REGION=(\S+) AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)$`).FindStringSubmatch(said)
	if values == nil || values[1] != fmt.Sprintf("http://127.0.0.1:%d", port) {
		t.Fatalf("it said %q, want the words for another program, with port %d", said, port)
	}
	p.wait(1, `count .*INSERT a`)         // of the fixture
	p.wait(1, `count .*INSERT count red`) // what it led to: the next record comes alone
	db := dynamodb.New(dynamodb.Options{
		Region: values[2], BaseEndpoint: aws.String(values[1]), Credentials: credentials.NewStaticCredentialsProvider(values[3], values[4], ""),
	})
	_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "b"}, "kind": &types.AttributeValueMemberS{Value: "red"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.wait(1, `count .*INSERT b`)
	p.wait(1, `count .*MODIFY count red`)
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "count red"}}})
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := out.Item["things"].(*types.AttributeValueMemberN); !ok || n.Value != "2" {
		t.Errorf("count of red is %v, want 2", out.Item["things"])
	}
	taken := l.command("up", "--engine", "container", "--port", fmt.Sprint(port))
	if text, err := taken.CombinedOutput(); taken.ProcessState.ExitCode() != 4 || !strings.Contains(string(text), fmt.Sprintf("--port %d: ", port)) {
		t.Errorf("on a port that is taken: %v, want exit code 4 and the flag named:\n%s", err, text)
	}
	if code := p.stop(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, p.errors.String())
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// writeProject writes a project of the things with one fixture and one scenario.
func writeProject(t *testing.T, root string) {
	t.Helper()
	writeFile(t, root, "fixtures/tables/things.json", `{"TableName": "things", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}}`)
	writeFile(t, root, "fixtures/red_ones.yaml", "items:\n  - put: {item: {id: a, kind: red}}\n")
	writeFile(t, root, "scenarios/counting/a_red_thing.yaml", "fixture: red_ones\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, kind: red}}\n")
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
