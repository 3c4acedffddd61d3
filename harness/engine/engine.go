package engine

import "context"

// Engine answers the DynamoDB and Streams API. Its methods may be called from several goroutines.
type Engine interface {
	// Name tells the kind of engine, as users write it: "dynamodblocal".
	Name() string

	// Open gives a database that nobody has used before. Close it when its scenario is over.
	Open(ctx context.Context) (*Database, error)

	// Close ends the engine and removes all it made, open databases included. Closing twice is fine.
	Close(ctx context.Context) error
}
