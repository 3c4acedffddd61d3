package engine

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// SelfTest checks the promises that quiescence rests on.
func SelfTest(ctx context.Context, a, b aws.Config) error {
	_, err := NewFence(ctx, a)
	return err
}
