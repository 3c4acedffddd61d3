package destination

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// S3API is what a [Bucket] needs of S3. A *s3.Client has it.
type S3API interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

var _ S3API = (*s3.Client)(nil)

// Bucket writes one object per failure into a bucket of S3: the [Message] and
// with it, in "payload", the whole event, so nothing has to be read back from
// the stream (F5). The content type is application/json; Lambda's is unknown [?].
type Bucket struct {
	api    S3API
	target Target

	mu     sync.Mutex // guards random
	random io.Reader
}

var _ Destination = (*Bucket)(nil)

// NewBucket returns the bucket that the target names. It panics on a target that
// is no bucket.
func NewBucket(api S3API, t Target, o Options) *Bucket {
	t.mustBe(S3)
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return &Bucket{api: api, target: t, random: o.Random}
}

// object is the body of an object: a message and the event that failed.
type object struct {
	Message
	// Payload is the JSON of the event as a text, not as an object (F5).
	Payload string `json:"payload"`
}

// Send implements [Destination]: nil when S3 has answered with the ETag of the
// object. A second Send of the same failure writes a second object.
func (d *Bucket) Send(ctx context.Context, f Failure) error {
	payload, err := event(f.Deliver.Records)
	if err != nil {
		return d.target.failed(err)
	}
	text, err := body(object{NewMessage(f), payload})
	if err != nil {
		return d.target.failed(err)
	}
	key, err := d.key(f)
	if err != nil {
		return d.target.failed(err)
	}
	out, err := d.api.PutObject(ctx, &s3.PutObjectInput{
		Bucket:      aws.String(d.target.Name),
		Key:         aws.String(key),
		Body:        strings.NewReader(text),
		ContentType: aws.String("application/json"),
	})
	if err == nil && aws.ToString(out.ETag) == "" {
		err = errors.New("the answer to PutObject holds no ETag: it does not come from S3")
	}
	return d.target.failed(err)
}

// event is the payload of the invocation that failed. An error means a record
// whose body is no JSON, which consumer.RecordJSON never makes.
func event(records []core.Record) (string, error) {
	var e struct{ Records []json.RawMessage }
	for _, r := range records {
		e.Records = append(e.Records, r.Body)
	}
	text, err := body(e)
	if err != nil {
		return "", fmt.Errorf("event of records %s to %s: %w", records[0].Sequence, records[len(records)-1].Sequence, err)
	}
	return text, nil
}

// key is where the object goes:
// aws/lambda/<mapping>/<shard>/2024/09/19/2024-09-19T10.00.03-<random UUID> (F6).
func (d *Bucket) key(f Failure) (string, error) {
	var random [16]byte
	d.mu.Lock()
	_, err := io.ReadFull(d.random, random[:])
	d.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("random source: %w", err)
	}
	at := f.Now.UTC().Format("2006/01/02/2006-01-02T15.04.05")
	return fmt.Sprintf("aws/lambda/%s/%s/%s-%s", f.mapping(), f.ShardID, at, uuid(random, 4)), nil
}

// uuid writes 16 bytes as a UUID of the given version.
func uuid(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
