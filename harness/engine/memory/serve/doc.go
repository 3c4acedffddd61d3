// Package serve is the memory engine as a server of its own: what `stillwater
// serve` runs, for SDK clients in other processes and other languages.
//
// [Listen] takes an address, [Server.Serve] answers until its context ends. As in
// DynamoDB Local each pair of access key and region is a database of its own.
//
// The guarantee: who has not said Public can be reached from this computer only;
// nobody is asked for a password, so anybody who reaches the server reads and
// writes everything.
//
// Start at [Listen].
package serve
