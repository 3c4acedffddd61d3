package sqslocal

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queue is the state of one queue: pure, the time comes from outside.
type queue struct {
	name     string
	settings settings
	created  time.Time
	messages []*message // in the order sent
}

// message is one in a queue. It is delayed while it was never received and is
// not visible yet, in flight while it was received and is not visible yet.
type message struct {
	id, body   string
	attributes map[string]attribute
	sent       time.Time
	visible    time.Time // from here on it can be received
	received   time.Time // the first time
	receives   int
}

// kept drops what is older than the retention and returns the rest.
func (q *queue) kept(now time.Time) []*message {
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		return !now.Before(m.sent.Add(q.settings.of(retention)))
	})
	return q.messages
}

// receive takes at most n visible messages and hides them until the timeout.
func (q *queue) receive(now time.Time, n int, timeout time.Duration) []*message {
	var taken []*message
	for _, m := range q.kept(now) {
		if len(taken) == n {
			break
		}
		if now.Before(m.visible) {
			continue
		}
		if m.receives == 0 {
			m.received = now
		}
		m.receives++
		m.visible = now.Add(timeout)
		taken = append(taken, m)
	}
	return taken
}

// nextVisible is how long it takes until a hidden message can be received; 0 if
// there is none.
func (q *queue) nextVisible(now time.Time) time.Duration {
	var next time.Duration
	for _, m := range q.messages {
		if d := m.visible.Sub(now); d > 0 && (next == 0 || d < next) {
			next = d
		}
	}
	return next
}

// count gives the numbers of visible, hidden and delayed messages.
func (q *queue) count(now time.Time) (visible, inFlight, delayed int) {
	for _, m := range q.kept(now) {
		switch {
		case !now.Before(m.visible):
			visible++
		case m.receives > 0:
			inFlight++
		default:
			delayed++
		}
	}
	return visible, inFlight, delayed
}

// handle is the receipt handle of the latest receive: queue, message, and how
// often it was received until then.
func (q *queue) handle(m *message) string {
	return base64.StdEncoding.EncodeToString([]byte(q.name + " " + m.id + " " + strconv.Itoa(m.receives)))
}

// delete deletes the message of a receipt handle. As in SQS a handle that a
// later receive has replaced deletes nothing, a message that is gone is no
// mistake; false means that the handle is not one of this queue.
func (q *queue) delete(handle string) bool {
	text, err := base64.StdEncoding.DecodeString(handle)
	parts := strings.Split(string(text), " ")
	if err != nil || len(parts) != 3 || parts[0] != q.name {
		return false
	}
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return q.handle(m) == handle })
	return true
}
