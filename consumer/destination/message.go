package destination

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Message is the body of an on-failure message, as Lambda sends it to SQS and
// SNS. Times are texts in Lambda's formats.
type Message struct {
	RequestContext  RequestContext   `json:"requestContext"`
	ResponseContext *ResponseContext `json:"responseContext,omitempty"` // nil with RecordAgeExceeded (F3)
	Version         string           `json:"version"`                   // "1.0"
	Timestamp       string           `json:"timestamp"`                 // milliseconds: "2024-09-19T10:00:00.123Z"
	Batch           BatchInfo        `json:"DDBStreamBatchInfo"`
}

// RequestContext says of which invocation and why a message speaks.
type RequestContext struct {
	RequestID   string         `json:"requestId"`
	FunctionARN string         `json:"functionArn"`
	Condition   core.Condition `json:"condition"`
	// ApproximateInvokeCount is the attempts since the last progress (F2).
	ApproximateInvokeCount int `json:"approximateInvokeCount"`
}

// ResponseContext says how the last invocation ended.
type ResponseContext struct {
	StatusCode      int    `json:"statusCode"`      // 200: the invocation itself worked
	ExecutedVersion string `json:"executedVersion"` // "$LATEST"
	// FunctionError is "Unhandled"; Lambda sends null, here nil, when the
	// retries were used up by batch item failures (F1).
	FunctionError *string `json:"functionError"`
}

// BatchInfo points to the records in their stream. Arrival times are whole
// seconds: "2024-09-19T10:00:00Z".
type BatchInfo struct {
	ShardID                         string `json:"shardId"`
	StartSequenceNumber             string `json:"startSequenceNumber"`
	EndSequenceNumber               string `json:"endSequenceNumber"`
	ApproximateArrivalOfFirstRecord string `json:"approximateArrivalOfFirstRecord"`
	ApproximateArrivalOfLastRecord  string `json:"approximateArrivalOfLastRecord"`
	BatchSize                       int    `json:"batchSize"`
	StreamARN                       string `json:"streamArn"`
}

// NewMessage makes the message about a batch that a lane gave up. It panics on
// one without records: there is no such batch.
func NewMessage(f Failure) Message {
	records := f.Deliver.Records
	if len(records) == 0 {
		panic("destination: NewMessage: no records: pass the core.Deliver that the lane's Next returned")
	}
	first, last := records[0], records[len(records)-1]
	m := Message{
		RequestContext: RequestContext{
			RequestID:              f.RequestID,
			FunctionARN:            f.FunctionARN,
			Condition:              f.Deliver.Condition,
			ApproximateInvokeCount: f.Deliver.Attempts,
		},
		Version:   "1.0",
		Timestamp: f.Now.UTC().Format("2006-01-02T15:04:05.000Z"),
		Batch: BatchInfo{
			ShardID:                         f.ShardID,
			StartSequenceNumber:             first.Sequence,
			EndSequenceNumber:               last.Sequence,
			ApproximateArrivalOfFirstRecord: wholeSeconds(first.Arrived),
			ApproximateArrivalOfLastRecord:  wholeSeconds(last.Arrived),
			BatchSize:                       len(records),
			StreamARN:                       f.StreamARN,
		},
	}
	if f.Deliver.Condition != core.RecordAgeExceeded {
		m.ResponseContext = &ResponseContext{StatusCode: 200, ExecutedVersion: "$LATEST"}
		if f.Deliver.Unhandled {
			unhandled := "Unhandled"
			m.ResponseContext.FunctionError = &unhandled
		}
	}
	return m
}

func wholeSeconds(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// body writes a message as Lambda does: compact, in the order of the fields, and
// without the escapes for HTML that json.Marshal puts in for "<", ">" and "&".
func body(message any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(message); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}
