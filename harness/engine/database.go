package engine

import (
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Attempts and pause of the SDK's own retries. Short, because the endpoint is on this computer; and without jitter,
// because a repeated run must make the same calls.
const (
	sdkAttempts = 3
	sdkPause    = 20 * time.Millisecond
)

// secretKey is a dummy: engines do not verify signatures, yet the SDK insists on signing.
const secretKey = "stillwater"

// Database is one isolated set of tables with one counter of item mutations.
type Database struct {
	Endpoint  string // URL, e.g. http://127.0.0.1:32768
	Region    string
	AccessKey string // letters and digits only: DynamoDB Local refuses anything else

	transport *http.Transport   // for Config(nil); its connections end with the database
	answer    func(*aws.Config) // nil: requests go to the endpoint
	controls  any
	release   func()
	once      sync.Once
}

// NewDatabase is for engines. release, which may be nil, is called once when the database is closed.
func NewDatabase(endpoint, region, accessKey string, release func()) *Database {
	return &Database{
		Endpoint:  endpoint,
		Region:    region,
		AccessKey: accessKey,
		transport: &http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64}, // Proxy stays nil: no proxy for this computer
		release:   release,
	}
}

// AnswerBy is for engines that answer without requests: answer adds to each
// configuration what does. controls are what [Database.Controls] gives.
func (d *Database) AnswerBy(answer func(*aws.Config), controls any) {
	d.answer, d.controls = answer, controls
}

// Controls is what the engine lets itself be told beyond the API, to split a shard
// for instance: ask it by an interface of the methods that you need. Nil for
// engines that take nothing.
func (d *Database) Controls() any { return d.controls }

// Config is what SDK clients of this database are made of: static dummy credentials, the region, the endpoint and
// retries without jitter. Nothing is read from the environment or from files. A nil client stands for a plain one whose
// idle connections end with the database.
func (d *Database) Config(client aws.HTTPClient) aws.Config {
	if client == nil {
		client = &http.Client{Transport: d.transport}
	}
	config := aws.Config{
		Region:       d.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(d.AccessKey, secretKey, ""),
		BaseEndpoint: aws.String(d.Endpoint),
		HTTPClient:   client,
		Retryer:      newRetryer,
	}
	if d.answer != nil {
		d.answer(&config)
	}
	return config
}

// Close gives the database back to its engine. Its tables may live on until the engine ends, but nobody gets to see
// them. Closing twice is fine.
func (d *Database) Close() {
	d.once.Do(func() {
		d.transport.CloseIdleConnections()
		if d.release != nil {
			d.release()
		}
	})
}

func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = sdkAttempts
		o.RateLimiter = ratelimit.None // a client-side quota would make a call's fate depend on earlier ones
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return sdkPause, nil })
	})
}
