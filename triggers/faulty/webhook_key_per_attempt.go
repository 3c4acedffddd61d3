package faulty

import (
	"fmt"
	"net/http"
)

// webhookKeyPerAttempt leaves a receiver no way to drop what it has heard already.
func webhookKeyPerAttempt() Bug {
	return Bug{
		Name: "webhook_key_per_attempt", Trigger: "webhook",
		Wrong:   "It makes a new idempotency key for every attempt.",
		Symptom: Symptom{Differs, `requests .*key: .*, not `},
		New: func(e Environment) any {
			keys := &freshKeys{RoundTripper: e.HTTP.Transport}
			e.HTTP = &http.Client{Transport: keys}
			return notifier(e).Handle
		},
	}
}

type freshKeys struct {
	http.RoundTripper
	n int
}

func (k *freshKeys) RoundTrip(r *http.Request) (*http.Response, error) {
	k.n++
	r = r.Clone(r.Context())
	r.Header.Set("Idempotency-Key", fmt.Sprintf("%032x", k.n))
	return k.RoundTripper.RoundTrip(r)
}
