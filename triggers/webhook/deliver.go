package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	// firstWait is the time after the first attempt, in which an endpoint may come
	// back; each further one is twice as long.
	firstWait = 200 * time.Millisecond
	// maxAnswer is how much of an answer is read, so that the connection serves
	// again; nothing of it is used.
	maxAnswer = 64 << 10
)

// deliver sends a notification until it is accepted, refused, or attempts and
// time are used up. unreachable says that the endpoint cannot take anything right
// now, whatever is sent.
func (t *Trigger) deliver(ctx context.Context, endpoint string, n Notification) (unreachable bool, err error) {
	if err := check(endpoint); err != nil {
		return true, err
	}
	body, err := json.Marshal(n)
	if err != nil {
		return false, err
	}
	pause := firstWait
	for attempt := 1; ; attempt++ {
		again, err := t.send(ctx, endpoint, n.IdempotencyKey, body)
		if !again {
			return false, err
		}
		if attempt == t.attempts {
			return true, fmt.Errorf("%w (%d attempts)", err, attempt)
		}
		if interrupted := t.wait(ctx, pause); interrupted != nil {
			return true, fmt.Errorf("%w (%d attempts, then no time was left)", err, attempt)
		}
		pause *= 2
	}
}

// send makes one attempt. again says that another may succeed.
func (t *Trigger) send(ctx context.Context, endpoint, key string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return false, withoutURL(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	request.Header.Set("User-Agent", "integrates-streams-webhook")
	answer, err := t.http.Do(request)
	if err != nil {
		return true, withoutURL(err)
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	status := answer.StatusCode
	switch {
	case status >= 200 && status < 300:
		// Accepted: what is lost of the answer does not matter.
		return false, nil
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500:
		return true, errors.Join(fmt.Errorf("answered %s", answer.Status), err)
	case status >= 300 && status < 400:
		return false, fmt.Errorf("answered %s: redirects are not followed: set webhook_url to where it leads", answer.Status)
	}
	return false, fmt.Errorf("answered %s: it does not take this notification", answer.Status)
}

func check(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil {
		return fmt.Errorf("webhook_url: %w", withoutURL(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New("webhook_url: not an http or https address: correct it in the group")
	}
	return nil
}

// withoutURL keeps an endpoint's address, whose path is often its only secret,
// out of logs and reports.
func withoutURL(err error) error {
	var located *url.Error
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}
