package destination_test

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/destination"
)

const bucketARN = "arn:aws:s3:::failures"

func bucket(t *testing.T, s *service, random io.Reader) destination.Destination {
	t.Helper()
	return parse(t, bucketARN).Destination(s.config(), destination.Options{Random: random})
}

func startS3(t *testing.T) *service {
	return startService(t, 200, "", map[string]string{"ETag": `"d41d8cd98f00b204e9800998ecf8427e"`})
}

// TestF5ToS3: the objects that a real SDK client puts: the message, and after it
// the event as a text.
func TestF5ToS3(t *testing.T) {
	s := startS3(t)
	d := bucket(t, s, nil)
	for _, g := range goldens() {
		if err := d.Send(t.Context(), g.failure); err != nil {
			t.Fatal(err)
		}
	}
	got := s.arrivals()
	if len(got) != len(goldens()) {
		t.Fatalf("%d requests, want %d", len(got), len(goldens()))
	}
	for i, g := range goldens() {
		want := strings.TrimSuffix(g.body, "}") + `,"payload":` + g.payload + `}`
		if diff := cmp.Diff(want, got[i].body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", g.name, diff)
		}
		if got[i].method != "PUT" || got[i].header.Get("Content-Type") != "application/json" {
			t.Errorf("%s of %q", got[i].method, got[i].header.Get("Content-Type"))
		}
	}
}

// TestF5PayloadIsTheEvent: the very bytes that the function was invoked with.
func TestF5PayloadIsTheEvent(t *testing.T) {
	s := startS3(t)
	f := reported()
	if err := bucket(t, s, nil).Send(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	var object struct{ Payload string }
	if err := json.Unmarshal([]byte(s.arrivals()[0].body), &object); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(consumer.Event(f.Deliver.Records)), object.Payload); diff != "" {
		t.Errorf("payload (-event +payload):\n%s", diff)
	}
}

// TestF6Key: mapping, shard, day, time and a random UUID.
func TestF6Key(t *testing.T) {
	const mapping = "0d6c2f4e-8a4b-4f0e-9d53-4f6f5e3a9b11"
	s := startS3(t)
	f := unseen()
	f.MappingUUID = mapping
	seeded := func() io.Reader { return rand.NewChaCha8([32]byte{1}) }
	d := bucket(t, s, seeded())
	for _, d := range []destination.Destination{d, d, bucket(t, s, seeded())} {
		if err := d.Send(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	const head = "/failures/aws/lambda/" + mapping + "/shardId-1/2024/09/19/2024-09-19T10.00.03-"
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	var keys []string
	for _, a := range s.arrivals() {
		id, ok := strings.CutPrefix(a.path, head)
		if !ok || !uuid.MatchString(id) {
			t.Errorf("path %s, want %s and a UUID", a.path, head)
		}
		keys = append(keys, a.path)
	}
	if keys[0] == keys[1] {
		t.Error("two objects with one key")
	}
	if keys[0] != keys[2] {
		t.Errorf("the same source of chance gives %s, then %s", keys[0], keys[2])
	}
}

// TestF6KeyOfAMappingWithoutUUID: it follows from function and stream.
func TestF6KeyOfAMappingWithoutUUID(t *testing.T) {
	s := startS3(t)
	d := bucket(t, s, nil)
	again, other := unseen(), unseen()
	other.FunctionARN += "2"
	for _, f := range []destination.Failure{unseen(), again, other} {
		if err := d.Send(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	var mappings []string
	for _, a := range s.arrivals() {
		m := regexp.MustCompile(`^/failures/aws/lambda/([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})/shardId-1/`).FindStringSubmatch(a.path)
		if m == nil {
			t.Fatalf("path %s names no mapping", a.path)
		}
		mappings = append(mappings, m[1])
	}
	if mappings[0] != mappings[1] || mappings[0] == mappings[2] {
		t.Errorf("mappings %v: want the first two equal, the third another", mappings)
	}
}

func TestBucketFails(t *testing.T) {
	refused := func(code string) string {
		return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>no</Message></Error>`
	}
	etag := map[string]string{"ETag": `"0"`}
	broken := errors.New("no chance left")
	for _, tt := range []struct {
		name   string
		status int
		answer string
		header map[string]string
		random io.Reader
		want   string
	}{
		{"no such bucket", 404, refused("NoSuchBucket"), nil, nil, "create it, or correct its name, account and region"},
		{"access denied", 403, refused("AccessDenied"), nil, nil, "the credentials need the permission s3:PutObject"},
		{"another region", 400, refused("AuthorizationHeaderMalformed"), nil, nil, "it is in another region"},
		{"a key of nobody", 403, refused("InvalidAccessKeyId"), nil, nil, "the credentials are not valid there"},
		{"slow down", 503, refused("SlowDown"), nil, nil, "send it again"},
		{"not S3", 200, "", nil, nil, "does not come from S3"},
		{"no randomness", 200, "", etag, iotest.ErrReader(broken), "random source: no chance left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startService(t, tt.status, tt.answer, tt.header)
			err := bucket(t, s, tt.random).Send(t.Context(), unseen())
			if err == nil || !strings.HasPrefix(err.Error(), "on-failure destination: "+bucketARN+": ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want it to contain %q", err, tt.want)
			}
		})
	}
}

// TestBucketRefusesABodyThatIsNoJSON: it is no record of Lambda's.
func TestBucketRefusesABodyThatIsNoJSON(t *testing.T) {
	s := startS3(t)
	f := unseen()
	f.Deliver.Records[0].Body = json.RawMessage(`{`)
	if err := bucket(t, s, nil).Send(t.Context(), f); err == nil || len(s.arrivals()) != 0 {
		t.Errorf("error %v, %d objects put", err, len(s.arrivals()))
	}
}
