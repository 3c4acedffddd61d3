// Package image is the recipe of a DynamoDB Local image for computers that reach no image registry.
//
// It fetches AWS's official artifact and its dependencies from Maven Central, links a small Java runtime and copies the
// system libraries that the runtime needs: the result has the paths, the user and the entrypoint of the official image.
// AWS's licence allows neither the software nor the image to be passed on, and asks for an AWS account in good standing:
// both are made by the computer that uses them and stay there.
//
// The guarantee: every file from Maven Central is compared with a pinned SHA-256, and nothing is written outside the
// given directory (but for Maven's own cache).
//
// Start at [Build]; dynamodblocal.EnsureImage is what decides whether it is needed.
package image
