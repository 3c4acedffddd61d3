// Package dynamodblocal is the engine that runs DynamoDB Local in a container.
//
// [Start] obtains the image ([EnsureImage]: present, pulled, or built from AWS's Maven artifact), sweeps what killed runs
// left behind, starts one container and tests the promises that quiescence rests on. [Engine.Open] hands out databases
// of that container; after 150 of them it moves on to a fresh container, because a database costs DynamoDB Local four
// threads for ever.
//
// The guarantee: nothing is left behind. A container goes away with [Engine.Close]; with the process, however it ends
// (panic, os.Exit, signal), by a guard that waits for the process's end; and, if the guard was killed as well, at the
// next Start on this computer. A container whose owner may be alive is never touched.
//
// Containers are published on 127.0.0.1 only. No environment variable needs to be set. Those of testcontainers and
// Docker (DOCKER_HOST, TESTCONTAINERS_HOST_OVERRIDE, TESTCONTAINERS_RYUK_DISABLED, …) are honoured.
package dynamodblocal
