// Package consumer is Lambda's event source mapping for DynamoDB streams, on the
// leases of the Kinesis Client Library: it reads streams, batches and filters
// their records, calls Lambda handlers with them, and retries, splits, gives up
// and checkpoints as Lambda does. It is importable alone and knows nothing of
// tests.
//
// The guarantee: every record of a stream is handed to the handler at least once,
// or turned away by the filters, or given up as the mapping says and reported,
// records of one item in order, whatever shards, workers and iterators do
// meanwhile; and a handler that works here gets the bytes and the signature rules
// that it gets in Lambda, so it can be deployed unchanged.
//
// [Consumer.Run] does it all, in one process or in several that share the shards.
// Its parts are there for those who drive it themselves, as a test harness does:
// [Shards] finds the shards of a stream, a [Reader] reads one of them, [NewRecords]
// and [Event] build the JSON that Lambda would send, a [Function] calls a handler
// with it. What decides is the pure state machine in consumer/core. Beside it,
// consumer/mapping parses triggers.json, consumer/filter matches records,
// consumer/lease keeps the leases, consumer/destination takes what is given up,
// consumer/telemetry makes metrics and logs of what happens.
//
// Start with [New] and [Options]; for the rules in their order with consumer/core.
//
// # Conformance
//
// Rows of the Lambda reference that the project keeps; TestConformance shows each
// through Run.
//
//	P1   batch size                                     done
//	P2   batching window                                done
//	P3   6 MB of payload                                done
//	P4   starting position                              done
//	P5   parallelization factor                         done; AWS does not say how items are spread over lanes: a hash of ours
//	P6   maximum retry attempts                         different: a file that does not say gets 2, not -1, for a test that retries for a day hangs; -1 is honoured
//	P7   maximum record age                             done
//	P8   bisect                                         done
//	P9   function response types                        done
//	P10  tumbling window length                         done
//	P11  filters                                        done, up to 10; advice above the quota of 5
//	P12  on-failure destinations                        different: a Kafka topic is refused
//	P13  metrics                                        done
//	P14  provisioned pollers                            done: refused
//	P15  enabled                                        done
//	E1   values in the event                            done
//	E2   no record without a change                     done, by the engine
//	E3   a stream's view type and ARN                   done
//	E4   event against API                              done
//	D1   at least once                                  done
//	D2   order                                          done
//	D3   polling rate                                   done; configurable
//	D4   a failed batch blocks its lane                 done
//	D5   back-off                                       done; AWS does not say how long: constants of ours, see consumer/core
//	D6   bisect                                         done
//	D7   retry count starts anew                        done
//	D8   dropped without destination                    done
//	D9   late results                                   done
//	F1   function error                                 done
//	F2   invoke count                                   done
//	F3   no response context with an age                done
//	F4   condition                                      done
//	F5   S3 payload                                     done
//	F6   S3 key                                         done
//	F7   positions, not records                         done
//	R1   empty responses                                done
//	R2   bad identifiers                                done
//	R3   exceptions                                     done
//	R4   lowest sequence number                         done
//	R5   responses that are not asked for               done
//	L1   alternatives and conjunctions                  done
//	L2   filtered records                               done
//	L3   duplicate keys                                 done
//	L4   numeric on N                                   done
//	L5   missing type descriptor                        done
//	L6   time of creation                               done
//	L7   keys beside dynamodb                           done
//	L8   exists                                         done
//	W1   members of the event                           done
//	W2   state                                          different: a window that a worker loses begins again elsewhere, with a fresh state
//	W3   boundaries and closing                         done
//	W4   end of a shard                                 done
//	M1   iterator age                                   done
//	M2   event counts                                   done
//	M3   every record is one of them                    done
//	K1   lease row                                      done
//	K2   life of a lease                                done
//	K3   failover                                       done; configurable
//	K4   who assigns leases                             different: workers take and steal for themselves, there is no leader
//	K5   failures are retried, not skipped              done
//	K6   disabled streams                               done
//	K7   tables                                         different: the lease table and its index alone, neither coordinator state nor worker metrics
//	K8   lease items                                    done; goldens in consumer/lease
//	K9   counters                                       done
//	K11  region of ARNs                                 done
//
// Retrying until the record expires (P6 with -1): after 24 hours the batch goes to
// the on-failure destination, condition RecordAgeExceeded. Whether Lambda sends a
// message then is not documented; that its condition would be this one is inferred
// from F3. A queue or topic message holds positions only (F7), and what they point
// to has been trimmed by then: [mapping.Advise] says so, and names the remedies, a
// maximum record age below 24 hours or a bucket.
//
// K10 is a table of the KCL's figures; make bench prints ours beside them. Section 9
// of the reference: Lambda does not see a loop through a stream, neither does Run;
// [Consumer.Pause] is what a guard needs, and stillwater consume has one.
//
// A panic in the handler is a function error and ends its execution environment,
// as in Lambda; one in a goroutine that a handler started ends the process.
package consumer
