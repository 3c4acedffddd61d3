package daemon

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// Defaults of [Options]: the database of a DynamoDB Local that was started
// without -sharedDb is that of an access key and a region.
const (
	DefaultRegion    = "us-east-1"
	DefaultAccessKey = "local"
)

// answerTimeout is how long the endpoint may take to begin an answer. DynamoDB
// Local takes milliseconds; one that is stopped must not hold up everything.
const answerTimeout = 10 * time.Second

// checkEndpoint refuses what is not the URL of a local endpoint.
func checkEndpoint(flag, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, fmt.Errorf("%s: missing: give the endpoint of a DynamoDB Local, such as http://127.0.0.1:8000", flag)
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s %q: not a URL such as http://127.0.0.1:8000", flag, text)
	case isAWS(u.Hostname()):
		return nil, fmt.Errorf("%s %s: a host of AWS: this is the daemon for local development; in an account, triggers run on Lambda, or with consumer.Run", flag, text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, fmt.Errorf("%s %q: only scheme, host and port: keys have flags of their own", flag, text)
	}
	return u, nil
}

// isAWS tells the hosts of AWS, in all of its partitions as the SDK lists them.
func isAWS(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, domain := range []string{
		"amazonaws.com", "api.aws", "amazonaws.com.cn", "amazonwebservices.com.cn", "amazonaws.eu", "amazonwebservices.eu",
		"c2s.ic.gov", "aws.ic.gov", "sc2s.sgov.gov", "aws.scloud", "cloud.adc-e.uk", "cloud-aws.adc-e.uk", "hci.ic.gov",
	} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// checkAccessKey holds a key to what DynamoDB Local takes.
func checkAccessKey(key string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(key) {
		return fmt.Errorf("--access-key %q: DynamoDB Local takes letters and digits only", key)
	}
	return nil
}

// fence is a transport that reaches one host. Whatever endpoint a handler gives
// its clients, and wherever an answer redirects, nothing else is sent.
type fence struct {
	host string
	next *http.Transport
}

var errFenced = errors.New("no way out: handlers under stillwater consume reach the endpoint it was given, and nothing else")

// RoundTrip implements http.RoundTripper.
func (f *fence) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.EqualFold(r.URL.Host, f.host) {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, fmt.Errorf("%s: %w", r.URL.Host, errFenced)
	}
	return f.next.RoundTrip(r)
}

// newFence reaches the host of a URL, without a proxy.
func newFence(u *url.URL) *fence {
	return &fence{host: u.Host, next: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: answerTimeout}).DialContext,
		MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
		ResponseHeaderTimeout: answerTimeout, TLSHandshakeTimeout: answerTimeout,
	}}
}

// config is what clients of the endpoint are made of.
func (f *fence) config(endpoint, region, accessKey, secretKey string) aws.Config {
	client := &http.Client{Transport: f, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	config := engine.NewDatabase(endpoint, region, accessKey, nil).Config(client)
	config.Credentials = credentials.NewStaticCredentialsProvider(accessKey, secretKey, "")
	return config
}
