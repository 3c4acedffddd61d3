// Command webhook is the Lambda function integrates_streams_webhook: the trigger
// webhook behind aws-lambda-go. Built statically it is the bootstrap of the
// runtime provided.al2023.
package main
