package destination

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
)

// mustBe panics unless the target is of the kind that a constructor needs.
func (t Target) mustBe(kind Kind) {
	if t.Kind != kind {
		panic(fmt.Sprintf("destination: target %q is not of %s: use Target.Destination", t.text, kind))
	}
}

// failed adds to an error which destination it was, and what to do; nil stays nil.
func (t Target) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("on-failure destination: %s: %w: %s", t.text, err, t.hint(err))
}

// hint says what to do about an error. It knows the codes of the three services
// that a configuration can cause; all else is worth another try.
func (t Target) hint(err error) string {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "whether it arrived is not known: send it again"
	}
	var api smithy.APIError
	code := ""
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	switch code {
	case "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NotFound", "NoSuchBucket":
		return "create it, or correct its name, account and region"
	case "PermanentRedirect", "MovedPermanently", "AuthorizationHeaderMalformed":
		return "it is in another region: configure that one"
	case "AccessDenied", "AccessDeniedException", "AuthorizationError":
		return "the credentials need the permission " + t.permission()
	case "InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException":
		return "the credentials are not valid there: renew them, or configure others"
	}
	return "send it again; if that does not help, check endpoint, region and credentials"
}

func (t Target) permission() string {
	switch t.Kind {
	case SNS:
		return "sns:Publish"
	case S3:
		return "s3:PutObject"
	}
	return "sqs:SendMessage, and sqs:GetQueueUrl unless on_failure is a URL"
}
