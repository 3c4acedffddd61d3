package wire

import (
	"net/http"
	"strings"
)

// callerOf reads the credential scope, KEY/DATE/REGION/SERVICE/aws4_request, from
// the header or the query parameters of a signed request.
func callerOf(r *http.Request) (Caller, error) {
	scope := r.URL.Query().Get("X-Amz-Credential")
	if header := r.Header.Get("Authorization"); header != "" {
		_, scope, _ = strings.Cut(header, "Credential=")
		scope, _, _ = strings.Cut(scope, ",")
	}
	parts := strings.Split(strings.TrimSpace(scope), "/")
	switch {
	case scope == "":
		return Caller{}, failure("MissingAuthenticationToken",
			"Request must contain either a valid (registered) AWS access key ID or X.509 certificate.")
	case len(parts) != 5 || parts[0] == "" || parts[2] == "":
		return Caller{}, failure("IncompleteSignature",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", scope)
	}
	return Caller{AccessKey: parts[0], Region: parts[2]}, nil
}
