package sink

import (
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// errorCode is the code of every answer: unknown to all retryers, so that a client
// asks once.
const errorCode = "NoWayOut"

// maxBody is how much of a request is read to find its operation. Only the query
// protocol has it in the body, and there it comes first.
const maxBody = 1 << 16

// call is what a request says about itself.
type call struct {
	service, operation string
	refuse             func(w http.ResponseWriter, message string)
}

// read recognises a request by the protocol it speaks. AWS has five; whatever is
// none of them is taken for REST with JSON.
func read(r *http.Request) call {
	service := signedFor(r.Header.Get("Authorization"))
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "": // AWS JSON: "DynamoDB_20120810.GetItem"
		return call{service, target[strings.LastIndexByte(target, '.')+1:], refuseJSON}
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor": // /service/S/operation/O
		return call{service, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], refuseCBOR}
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return call{service, queryAction(r.Body), refuseXML}
	case speaksXML(service):
		return call{service, r.Method + " " + r.URL.Path, refuseXML}
	}
	return call{service, r.Method + " " + r.URL.Path, refuseJSON}
}

// signedFor is the service in a signature's scope:
// "AWS4-HMAC-SHA256 Credential=KEY/20240919/us-east-1/dynamodb/aws4_request, …".
func signedFor(authorization string) string {
	_, scope, _ := strings.Cut(authorization, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) < 4 {
		return ""
	}
	return parts[len(parts)-2]
}

// queryAction is the operation in a form ("Action=GetCallerIdentity&Version=…").
func queryAction(body io.Reader) string {
	raw, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return ""
	}
	form, _ := url.ParseQuery(string(raw)) // cut off or odd: what could be read counts
	return form.Get("Action")
}

func speaksXML(service string) bool {
	return strings.HasPrefix(service, "s3") || service == "route53" || service == "cloudfront"
}

func refuseJSON(w http.ResponseWriter, message string) {
	body, err := json.Marshal(map[string]string{"__type": errorCode, "message": message})
	if err != nil {
		body = nil // cannot be: two strings
	}
	w.Header().Set("X-Amzn-Errortype", errorCode)
	send(w, "application/x-amz-json-1.0", body)
}

func refuseCBOR(w http.ResponseWriter, message string) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	send(w, "application/cbor", cbor.Encode(cbor.Map{
		"__type":  cbor.String(errorCode),
		"message": cbor.String(message),
	}))
}

// refuseXML puts code and message wherever one of the XML protocols looks: S3 at
// the root, query and the other REST services in Error, EC2 in Errors/Error.
func refuseXML(w http.ResponseWriter, message string) {
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(message)
	detail := "<Code>" + errorCode + "</Code><Message>" + text + "</Message>"
	inner := "<Error>" + detail + "</Error>"
	send(w, "text/xml", []byte("<ErrorResponse>"+detail+inner+"<Errors>"+inner+"</Errors></ErrorResponse>"))
}

func send(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	// The DynamoDB client warns when this checksum is missing.
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(body) // a client that is gone need not hear it
}
