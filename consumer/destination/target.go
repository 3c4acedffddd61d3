package destination

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Kind is the service that a [Target] belongs to.
type Kind string

// The services that a batch can be given up to (P12, without Kafka).
const (
	SQS Kind = "sqs"
	SNS Kind = "sns"
	S3  Kind = "s3"
)

// Target is what the text of on_failure names. [ParseTarget] makes it; the zero
// Target names nothing.
type Target struct {
	Kind Kind
	// Name is that of the queue, the topic or the bucket.
	Name string
	// Region and Account are what an ARN or the URL of a queue says; "" where it
	// says nothing, and the configuration of the client decides.
	Region, Account string

	text     string
	endpoint string // of a queue given by its URL: "https://sqs.us-east-1.amazonaws.com"
}

// String is the text that was parsed.
func (t Target) String() string { return t.text }

// accepted ends every refusal: what on_failure may be.
const accepted = `on_failure takes the name, URL or ARN of a standard SQS queue, the ARN of a standard SNS topic ` +
	`("arn:aws:sns:us-east-1:123456789012:topic") or of an S3 bucket ("arn:aws:s3:::bucket")`

// ParseTarget reads the text of on_failure: the name of a queue, 1 to 80
// letters, digits, - and _; its URL; or the ARN of a queue, a topic or a bucket.
// FIFO queues and topics are refused as Lambda refuses them, and so is every
// other kind of destination, by its name. An error says what would do.
func ParseTarget(text string) (Target, error) {
	parse := parseName
	switch {
	case strings.HasPrefix(text, "arn:"):
		parse = parseARN
	case strings.Contains(text, "://"):
		parse = parseURL
	}
	t, err := parse(text)
	if err != nil {
		return Target{}, fmt.Errorf("on-failure destination: %q: %w", text, err)
	}
	t.text = text
	return t, nil
}

func parseName(text string) (Target, error) {
	if text == "" {
		return Target{}, errors.New("empty: " + accepted)
	}
	return Target{Kind: SQS, Name: text}, checkName(SQS, text)
}

// parseARN reads "arn:partition:service:region:account:resource".
func parseARN(text string) (Target, error) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 6 {
		return Target{}, errors.New("not a whole ARN: " + accepted)
	}
	service, region, account, name := parts[2], parts[3], parts[4], parts[5]
	t := Target{Kind: Kind(service), Name: name, Region: region, Account: account}
	switch t.Kind {
	case SQS, SNS:
		if region == "" || !isAccount(account) {
			return Target{}, errors.New(`its ARN needs a region and an account of 12 digits: "arn:aws:` + service + `:us-east-1:123456789012:` + name + `"`)
		}
	case S3:
		if region != "" || account != "" {
			return Target{}, errors.New(`the ARN of a bucket has no region and no account: "arn:aws:s3:::` + name + `"`)
		}
	default:
		return Target{}, refuse(service)
	}
	return t, checkName(t.Kind, name)
}

// refuse says why there is nothing for a service that other destinations have.
func refuse(service string) error {
	switch service {
	case "kafka":
		return errors.New("a Kafka topic, which Lambda takes but this consumer does not: " + accepted)
	case "events":
		return errors.New("an EventBridge bus, which Lambda takes for asynchronous invocations only, not for a stream: " + accepted)
	case "lambda":
		return errors.New("a Lambda function, which Lambda takes for asynchronous invocations only, not for a stream: " + accepted)
	}
	return fmt.Errorf("service %q: %s", service, accepted)
}

// parseURL reads the URL of a queue, "https://sqs.us-east-1.amazonaws.com/123456789012/queue".
// Any host will do, since queues are also reached through endpoints of a VPC and
// of emulators; without TLS only this machine.
func parseURL(text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Target{}, errors.New("not a URL: " + accepted)
	}
	switch {
	case u.Scheme == "kafka":
		return Target{}, refuse("kafka")
	case u.Scheme != "https" && u.Scheme != "http":
		return Target{}, fmt.Errorf("scheme %q: %s", u.Scheme, accepted)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return Target{}, errors.New("http is for a queue on this machine: use https, or the queue's name and AWS_ENDPOINT_URL_SQS")
	}
	account, name, ok := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if !ok || u.Host == "" || !isAccount(account) || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return Target{}, errors.New(`not the URL of a queue, "https://sqs.us-east-1.amazonaws.com/123456789012/queue": copy what GetQueueUrl answers`)
	}
	t := Target{Kind: SQS, Name: name, Account: account, Region: hostRegion(u.Hostname()), endpoint: u.Scheme + "://" + u.Host}
	return t, checkName(SQS, name)
}

// hostRegion is the region in the host of SQS or of one of its VPC endpoints
// ("vpce-1.sqs.us-east-1.vpce.amazonaws.com"); "" in any other.
func hostRegion(host string) string {
	m := regexp.MustCompile(`(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws|api)\.`).FindStringSubmatch(host)
	if m == nil {
		return ""
	}
	return m[1]
}

// local tells whether the URL of a queue is one of this machine.
func (t Target) local() bool {
	u, err := url.Parse(t.endpoint)
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func isAccount(text string) bool {
	return regexp.MustCompile(`^[0-9]{12}$`).MatchString(text)
}

// checkName holds a name to what its service takes.
func checkName(kind Kind, name string) error {
	if kind != S3 && strings.HasSuffix(name, ".fifo") {
		return errors.New("a FIFO queue or topic: Lambda takes standard ones only")
	}
	pattern, takes := `^[A-Za-z0-9_-]{1,80}$`, "a queue's name has 1 to 80 letters, digits, - and _"
	switch kind {
	case SNS:
		pattern, takes = `^[A-Za-z0-9_-]{1,256}$`, "a topic's name has 1 to 256 letters, digits, - and _"
	case S3:
		pattern, takes = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`, "a bucket's name has 3 to 63 lower-case letters, digits, . and -, and no path follows it"
	}
	if !regexp.MustCompile(pattern).MatchString(name) {
		return fmt.Errorf("name %q: %s; %s", name, takes, accepted)
	}
	return nil
}
