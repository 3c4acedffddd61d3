package sqslocal

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The attributes of a queue that can be set.
const (
	delay       = "DelaySeconds"
	maximumSize = "MaximumMessageSize"
	retention   = "MessageRetentionPeriod"
	waitTime    = "ReceiveMessageWaitTimeSeconds"
	visibility  = "VisibilityTimeout"
)

// settings are the attributes of a queue by name: bytes for maximumSize, seconds
// for all else.
type settings map[string]int

// defaults are those of SQS.
func defaults() settings {
	return settings{delay: 0, maximumSize: 1 << 20, retention: 345_600, waitTime: 0, visibility: 30}
}

// limits are the least and the greatest value of each.
func limits() map[string][2]int {
	return map[string][2]int{
		delay: {0, 900}, maximumSize: {1024, 1 << 20}, retention: {60, 1_209_600}, waitTime: {0, 20}, visibility: {0, 43_200},
	}
}

// of is an attribute in seconds as a duration.
func (s settings) of(name string) time.Duration { return time.Duration(s[name]) * time.Second }

// with returns the settings changed as a request says.
func (s settings) with(attributes map[string]string) (settings, error) {
	changed := maps.Clone(s)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		limit, known := limits()[name]
		if !known {
			return nil, refusal{shape: "InvalidAttributeName", message: fmt.Sprintf("Unknown Attribute %s: this endpoint has %s.",
				name, strings.Join(slices.Sorted(maps.Keys(limits())), ", "))}
		}
		n, err := strconv.Atoi(attributes[name])
		if err != nil || n < limit[0] || n > limit[1] {
			return nil, refusal{shape: "InvalidAttributeValue", message: fmt.Sprintf("Invalid value for the parameter %s: %q, must be %d to %d.",
				name, attributes[name], limit[0], limit[1])}
		}
		changed[name] = n
	}
	return changed, nil
}

// attributes answers GetQueueAttributes: all that is asked for by name.
func (e *Endpoint) attributes(q *queue, names []string) (map[string]string, error) {
	now := e.options.Now()
	visible, inFlight, delayed := q.count(now)
	all := map[string]string{
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(delayed),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(inFlight),
		"CreatedTimestamp":                      strconv.FormatInt(q.created.Unix(), 10),
		"LastModifiedTimestamp":                 strconv.FormatInt(q.created.Unix(), 10),
		"QueueArn":                              "arn:aws:sqs:" + e.options.Region + ":" + e.options.Account + ":" + q.name,
	}
	for name, value := range q.settings {
		all[name] = strconv.Itoa(value)
	}
	if slices.Contains(names, "All") {
		return all, nil
	}
	asked := map[string]string{}
	for _, name := range names {
		value, known := all[name]
		if !known {
			return nil, refusal{shape: "InvalidAttributeName", message: "Unknown Attribute " + name + "."}
		}
		asked[name] = value
	}
	return asked, nil
}

// checkName holds the name of a queue to SQS's rule.
func checkName(name string) error {
	switch {
	case strings.HasSuffix(name, ".fifo"):
		return unsupported("FIFO queues are not supported by this endpoint.")
	case !regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`).MatchString(name):
		return invalid("QueueName", name, "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	return nil
}
