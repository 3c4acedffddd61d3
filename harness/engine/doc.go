// Package engine is what answers the DynamoDB and DynamoDB Streams API in a test run.
//
// An [Engine] hands out databases. Each [Database] is fresh, empty and isolated: its own tables and its own counter of
// item mutations, so that scenarios run in parallel in one engine. A [Fence] reads that counter.
//
// The guarantee: [SelfTest] passes only where the counter is dense, records are readable at once and paging is complete.
// These three are what the verdict "settled" rests on. They are tested on every engine that starts and are never
// assumed from a version string.
//
// Start at [Engine], then at harness/engine/dynamodblocal for the container, at
// harness/engine/memory for the engine in the process, and at harness/engine/choose
// for the one that a user names.
package engine
