package daemon_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// envAlive has the endpoint of a database for TestAlive, the access key in
// envAliveKey.
const (
	envAlive    = "STILLWATER_TEST_ALIVE"
	envAliveKey = "STILLWATER_TEST_ALIVE_KEY"
)

// testAlive runs TestAlive in a process of its own: it leaves that shut.
func testAlive(t *testing.T, w *world) {
	w.create("things")
	w.put("things", "a")
	cmd := exec.Command(os.Args[0], "-test.run=^TestAlive$")
	cmd.Env = append(os.Environ(), envAlive+"="+w.address, envAliveKey+"="+w.at.AccessKey)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAlive leaves a goroutine behind that a handler started. With the real
// credentials it could reach a real account, so the process does not get them back.
func TestAlive(t *testing.T) {
	address := os.Getenv(envAlive)
	if address == "" {
		t.Skip("run by TestOnDynamoDBLocal, in a process of its own")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
	w := &world{t: t, address: address, at: engine.NewDatabase(address, "us-east-1", os.Getenv(envAliveKey), nil)}
	d := w.start(daemon.Options{}, onto("leaver", "things", func(context.Context, *dynamodb.Client, events.DynamoDBEventRecord) error {
		go func() { select {} }()
		return nil
	}))
	d.wait(t, 1, "a", ran("leaver", "INSERT a", daemon.OutcomeOK))
	if err := d.stop(); !errors.Is(err, daemon.ErrAlive) {
		t.Errorf("stopped with %v", err)
	}
	if key := os.Getenv("AWS_ACCESS_KEY_ID"); key == "AKIAREAL" {
		t.Error("the process has its real credentials back")
	}
}
