// Package lease keeps who works on which shard, and how far each shard is dealt
// with: the leases of the Kinesis Client Library (KCL), in memory or in a
// DynamoDB table that a KCL 3 can read and that a stopped KCL may have left
// behind (rows K1 to K9 of the Lambda reference).
//
// The guarantee: of all workers on all machines, at most one can write to a
// lease. Every write is conditional on the row being as the writer knows it; a
// worker that lost its lease, however long it slept, gets [ErrLost], and a
// checkpoint never goes back.
//
// Start with [Store]; [NewMemory] and [NewDynamoDB] make one. An [Observer]
// decides from lists of leases which to take, to steal and to hand over.
// [Missing] and [Deletable] say which rows a stream needs.
//
// # How workers share leases
//
// The counter of a row is its lock. The holder raises it with every [Store.Renew]
// and every checkpoint; a lease whose counter does not move for the failover
// time, on the clock of the worker that looks, has expired, and whoever calls
// [Store.Take] with the counter it saw becomes its holder. No time is stored, so
// clocks need not agree; they only have to run at about the same speed.
//
// Each worker process, every few seconds:
//
//   - renews what it holds, at least three times within the failover time, and
//     stops working on a lease that it could not renew for that long, or at once
//     on [ErrLost];
//   - lists the leases, asks [Observer.Plan], and does what the plan says.
//
// A lease is stolen gracefully. The thief calls [Store.Assign]: Owner becomes the
// thief and CheckpointOwner the worker that holds it; the counter stays, so the
// holder is not disturbed. It learns of it from the lease that its next Renew or
// Checkpoint returns, finishes the batch in hand, checkpoints, and calls
// [Store.HandOver]. Only then, or after a time limit by force, does the thief
// Take the lease and begin.
//
// Three rules for callers. The names of workers are unique over all processes
// that ever run, with something random in them: a name is all that tells two
// holders apart. Calls for one lease come one after the other, each with the
// lease that the last one returned. And only [Lease.Holder] renews, checkpoints,
// ends, hands over or releases.
//
// # When an answer is lost
//
// The SDK repeats a request whose answer did not arrive, though the first one may
// have been carried out; the second then fails on its condition, and looks like a
// lost lease. So a failed condition is decided by the row that is there. A row
// that is just what the write makes was written by it. A row one step further
// whose holder is still the same was written by an earlier call of that holder
// whose outcome it never learnt, because nobody else can raise the counter by
// one and leave the holder; the write is then repeated from there. Everything
// else is ErrLost. A call that ends in any other error may or may not have been
// carried out: go on with the lease that it returned.
//
// # The rows
//
// A row is what KCL 3.1.1 writes (K8); attributes that are not named here are
// left alone, whatever they are.
//
//	leaseKey                        S   the shard id; hash key of the table
//	leaseOwner                      S   absent: nobody
//	leaseCounter                    N
//	checkpoint                      S   sequence number, TRIM_HORIZON, LATEST or SHARD_END
//	checkpointSubSequenceNumber     N   0
//	ownerSwitchesSinceCheckpoint    N   how often the holder changed since the last checkpoint
//	startingHashKey, endingHashKey  S   "0" and "1": streams of DynamoDB have no hash ranges
//	parentShardId, childShardIds    SS  absent when empty
//	checkpointOwner                 S   the old holder while a hand-over goes on
//	pendingCheckpoint*                  a KCL's prepared checkpoint: removed by ours, as by a KCL's
//	stillwaterLanes                 M   ours, only with a parallelization factor above 1:
//	                                    {"checkpoint": S, "positions": L of S}
//	stillwaterStart                 S   ours, only beside LATEST: when the mapping began, RFC 3339
//
// stillwaterLanes holds the place of each lane of the shard and the checkpoint it
// was written with. Beside another checkpoint it counts for nothing: so it is
// safe that a KCL, which does not know it, moves the checkpoint on, or that a
// person sets it back. A row with an entityType other than LEASE is none: KCL 3.5
// keeps its worker metrics and coordinator state in the same table.
//
// A KCL and this package are meant to use a table one after the other. Together
// they would not write over each other, but never agree on who works on what.
//
// The table is on demand and has the index LeaseOwnerToLeaseKeyIndex (K7), through
// which a KCL 3 finds its leases; this package reads by consistent scans and does
// not need it. It needs the permissions dynamodb:DescribeTable, CreateTable and
// UpdateTable (once), Scan, GetItem, PutItem, UpdateItem and DeleteItem.
package lease
