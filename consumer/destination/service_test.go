package destination_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// arrival is one request as a service of AWS gets it.
type arrival struct {
	method, path string
	header       http.Header
	body         string
}

// service is an endpoint on the loopback that keeps what arrives and answers the
// same to all.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	got    []arrival
	status int
	header map[string]string
	body   string
}

func startService(t *testing.T, status int, body string, header map[string]string) *service {
	s := &service{status: status, body: body, header: header}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	s.got = append(s.got, arrival{r.Method, r.URL.Path, r.Header, string(body)})
	s.mu.Unlock()
	for name, value := range s.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.body)
}

func (s *service) arrivals() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

func (s *service) config() aws.Config {
	cfg := once(sqslocal.New(sqslocal.Options{}).Config())
	cfg.BaseEndpoint, cfg.HTTPClient = aws.String(s.URL), s.Client()
	return cfg
}
