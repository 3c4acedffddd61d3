// Command indicators is the Lambda function integrates_streams_indicators: the trigger
// indicators behind aws-lambda-go. Built statically it is the bootstrap of the
// runtime provided.al2023.
package main
