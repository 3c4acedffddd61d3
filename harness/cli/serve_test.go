package cli_test

import (
	"os"
	"regexp"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness"
)

// TestServe uses the memory engine from another process.
func TestServe(t *testing.T) {
	l := &local{t: t, root: t.TempDir(), runtime: os.TempDir()}
	writeProject(t, l.root)
	p := l.start("serve", "--address", "127.0.0.1:0")
	url := regexp.MustCompile(`http://\S+[0-9]`).FindString(p.wait(1, "answers at http://")[0])
	db := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	tables, err := harness.LoadTables(l.root + "/fixtures/tables")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.CreateTable(t.Context(), tables[0]); err != nil {
		t.Fatal(err)
	}
	out, err := db.ListTables(t.Context(), nil)
	if err != nil || len(out.TableNames) != 1 {
		t.Errorf("tables: %v, %v", out, err)
	}
	if code := p.stop(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, p.errors.String())
	}
}
