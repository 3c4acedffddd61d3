package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// answer is what DynamoDB Local said to one request; a tamperer may change it and tells whether it did.
type answer struct {
	operation string // "PutItem", "GetRecords", …
	status    int
	body      map[string]any
}

type tamperer func(*answer) bool

// proxy stands between a test and DynamoDB Local, and lies.
type proxy struct {
	url string

	mu      sync.Mutex
	how     tamperer
	touched int
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	forward := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: p.modify,
	}
	server := httptest.NewServer(forward)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// config is a database's configuration with the proxy in front.
func (p *proxy) config(db *engine.Database) aws.Config {
	cfg := db.Config(nil)
	cfg.BaseEndpoint = aws.String(p.url)
	return cfg
}

func (p *proxy) tamper(how tamperer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.how, p.touched = how, 0
}

func (p *proxy) tampered() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.touched
}

func (p *proxy) modify(resp *http.Response) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.how == nil {
		return nil
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	_, operation, _ := strings.Cut(resp.Request.Header.Get("X-Amz-Target"), ".")
	a := &answer{operation: operation, status: resp.StatusCode}
	if err := json.Unmarshal(data, &a.body); err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	if p.how(a) {
		p.touched++
		if data, err = json.Marshal(a.body); err != nil {
			return err
		}
		resp.StatusCode = a.status
		resp.Header.Del("X-Amz-Crc32")
		resp.Header.Set("Content-Length", strconv.Itoa(len(data)))
		resp.ContentLength = int64(len(data))
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

func (a *answer) records() []any {
	records, _ := a.body["Records"].([]any)
	return records
}

// skipNumber adds one to every sequence number from the nth record on, as if something had been written.
func skipNumber(n int) tamperer {
	seen := map[string]int{}
	return func(a *answer) bool {
		changed := false
		for _, r := range a.records() {
			record := r.(map[string]any)["dynamodb"].(map[string]any)
			text := record["SequenceNumber"].(string)
			if _, known := seen[text]; !known {
				seen[text] = len(seen)
			}
			if seen[text] < n {
				continue
			}
			number, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				panic(err)
			}
			record["SequenceNumber"] = fmt.Sprintf("%021d", number+1)
			changed = true
		}
		return changed
	}
}

// delay answers the first read after the nth write with nothing; the records come with the read after it.
func delay(n int) tamperer {
	writes, hold := 0, false
	return func(a *answer) bool {
		switch a.operation {
		case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems":
			writes++
			hold = writes == n
		case "GetRecords":
			if hold && len(a.records()) > 0 {
				hold = false
				// The iterator stays where it was as far as the caller can tell: an empty page, and another one to ask for.
				a.body["Records"] = []any{}
				return true
			}
		}
		return false
	}
}

// hidePage drops the records of the nth page of at least least records.
func hidePage(n, least int) tamperer {
	pages := 0
	return func(a *answer) bool {
		if a.operation != "GetRecords" || len(a.records()) < least {
			return false
		}
		if pages++; pages != n {
			return false
		}
		a.body["Records"] = []any{}
		return true
	}
}

// hideAfterFull drops the page that follows a full one.
func hideAfterFull() tamperer {
	full := false
	return func(a *answer) bool {
		if a.operation != "GetRecords" {
			return false
		}
		was := full
		full = len(a.records()) == 40
		if was {
			a.body["Records"] = []any{}
		}
		return was
	}
}

// shorten drops the last record of a full page.
func shorten() tamperer {
	return func(a *answer) bool {
		if len(a.records()) != 40 {
			return false
		}
		a.body["Records"] = a.records()[:39]
		return true
	}
}

// endEarly says after a full page that the shard is read out.
func endEarly() tamperer {
	return func(a *answer) bool {
		if len(a.records()) != 40 {
			return false
		}
		delete(a.body, "NextShardIterator")
		return true
	}
}

// expireOnce answers one read as the service does after 15 minutes.
func expireOnce() tamperer {
	done := false
	return func(a *answer) bool {
		if done || a.operation != "GetRecords" {
			return false
		}
		done = true
		a.status = http.StatusBadRequest
		a.body = map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException", "message": ""}
		return true
	}
}
