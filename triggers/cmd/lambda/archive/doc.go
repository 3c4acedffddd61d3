// Command archive is the Lambda function integrates_streams_archive: the trigger
// archive behind aws-lambda-go. Built statically it is the bootstrap of the
// runtime provided.al2023.
package main
