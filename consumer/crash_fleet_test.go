package consumer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// narrowTables is how many tables have one shard.
const narrowTables = 8

// patience is how long anything may take.
const patience = time.Minute

// fleet is two worker processes and what they work on.
type fleet struct {
	t      *testing.T
	order  workerOrder
	script *streamscript.Endpoint
	tables *dynamodb.Client
	ledger *crashLedger

	pipe  *os.File // the end that workers write to
	slots [2]*process
	lives int

	chance *rand.Rand // whom to kill and when
	drawn  *rand.Rand // what to write

	stopWriting context.CancelFunc
	writing     sync.WaitGroup
}

// process is one life of a worker.
type process struct {
	life   string
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{} // closed when it has ended, with err
	err    error
	over   bool // it was to end
}

func newFleet(t *testing.T, e engine.Engine, failover, pause time.Duration) *fleet {
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	f := &fleet{t: t, script: streamscript.New(streamscript.Options{Now: time.Now}), tables: dynamodb.NewFromConfig(db.Config(nil))}
	f.order = workerOrder{
		Tables: endpointOf(db), Lanes: 3, Failover: failover,
		Poll: 50 * time.Millisecond, Pause: pause, Seed: uint64(time.Now().UnixNano()),
	}
	f.chance, f.drawn = rand.New(rand.NewPCG(f.order.Seed, 0)), rand.New(rand.NewPCG(f.order.Seed, 1))
	for i := range narrowTables {
		name := "counters" + strconv.Itoa(i)
		f.order.Names = append(f.order.Names, name)
		createCounters(t, f.tables, name)
	}
	f.script.Enable(wideTable, streamtypes.StreamViewTypeNewImage)
	for range 2 {
		for _, shard := range f.script.Shards(wideTable) {
			f.script.Split(shard)
		}
	}
	server := httptest.NewServer(f.script)
	t.Cleanup(server.Close)
	f.order.Scripted = endpoint{server.URL, "us-east-1", "scripted"}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f.pipe, f.ledger = writer, newCrashLedger(reader)
	t.Cleanup(f.abandon)
	return f
}

// begin starts the workers, and the writer.
func (f *fleet) begin() {
	for slot := range f.slots {
		f.start(slot)
	}
	ctx, stop := context.WithCancel(f.t.Context())
	f.stopWriting = stop
	f.writing.Go(func() { f.write(ctx) })
}

// start starts the next life of a worker.
func (f *fleet) start(slot int) {
	f.t.Helper()
	f.lives++
	order := f.order
	order.Seed += uint64(f.lives)
	order.Life = string(rune('a'+slot)) + strconv.Itoa(f.lives)
	text, err := json.Marshal(order)
	if err != nil {
		f.t.Fatal(err)
	}
	p := &process{life: order.Life, cmd: exec.Command(os.Args[0], "-test.run=^TestWorkerProcesses$", "-test.timeout=0"), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), workerVariable+"="+string(text))
	p.cmd.ExtraFiles = []*os.File{f.pipe}
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if _, err := p.cmd.StdinPipe(); err != nil { // while it is open the worker lives
		f.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.slots[slot] = p
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
}

func (f *fleet) life(slot int) string { return f.slots[slot].life }

// end ends a worker by a signal, and nothing else may have ended it.
func (f *fleet) end(slot int, signal syscall.Signal) {
	f.t.Helper()
	p := f.slots[slot]
	f.alive(p)
	if err := p.cmd.Process.Signal(signal); err != nil {
		f.t.Fatalf("%v to worker %s: %v", signal, p.life, err)
	}
	guard := time.NewTimer(patience)
	defer guard.Stop()
	select {
	case <-p.ended:
	case <-guard.C:
		f.t.Fatalf("worker %s did not end within %v of %v", p.life, patience, signal)
	}
	p.over = true
	if signal != syscall.SIGKILL && p.err != nil || signal == syscall.SIGKILL && !killed(p) {
		f.t.Fatalf("worker %s ended otherwise than by %v: %v\n%s", p.life, signal, p.err, p.output.String())
	}
}

func killed(p *process) bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// alive fails the test if a worker has ended by itself.
func (f *fleet) alive(p *process) {
	f.t.Helper()
	select {
	case <-p.ended:
		f.t.Fatalf("worker %s ended by itself: %v\n%s", p.life, p.err, p.output.String())
	default:
	}
}

// surprise is closed when the worker ends, unless it was to.
func (p *process) surprise() <-chan struct{} {
	if p.over {
		return nil
	}
	return p.ended
}

// watch lets time pass, while the workers must live.
func (f *fleet) watch(d time.Duration) {
	f.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-f.slots[0].surprise():
		f.alive(f.slots[0])
	case <-f.slots[1].surprise():
		f.alive(f.slots[1])
	}
}

// await waits until something holds; it is looked at after every report.
func (f *fleet) await(what string, holds func() bool) {
	f.t.Helper()
	guard := time.NewTimer(patience)
	defer guard.Stop()
	for {
		more := f.ledger.more()
		if holds() {
			return
		}
		select {
		case <-more:
		case <-f.slots[0].surprise():
			f.alive(f.slots[0])
		case <-f.slots[1].surprise():
			f.alive(f.slots[1])
		case <-guard.C:
			f.t.Fatalf("%s: not within %v; not delivered: %s; not checkpointed: %s", what, patience, f.ledger.behind(), f.unsaved())
		}
	}
}

// finish ends the writing, waits until every record is delivered and
// checkpointed, and ends the workers.
func (f *fleet) finish() {
	f.t.Helper()
	f.stopWriting()
	f.writing.Wait()
	f.await("every record to be delivered", func() bool { return f.ledger.behind() == "" })
	f.await("every record to be checkpointed", func() bool { return f.unsaved() == "" })
	for slot := range f.slots {
		f.end(slot, syscall.SIGTERM)
	}
	_ = f.pipe.Close()
	<-f.ledger.ended // no process has the pipe any more
	if f.ledger.err != nil {
		f.t.Errorf("reports: %v", f.ledger.err)
	}
}

// unsaved names a lease that does not stand behind all records of its shard.
func (f *fleet) unsaved() string {
	last := f.ledger.lastOfShards()
	return f.find(func(table string, row lease.Lease) bool {
		sequence, delivered := last[table+"/"+row.Key]
		return !row.Ended() && delivered && bare(row.Checkpoint) != strconv.FormatInt(sequence, 10)
	})
}

// elsewhere names a lease that this life of a worker does not hold.
func (f *fleet) elsewhere(life string) string {
	return f.find(func(_ string, row lease.Lease) bool {
		return !row.Ended() && !strings.HasPrefix(row.Holder(), life+"-")
	})
}

// find describes the first lease of which something holds, "" if there is none.
func (f *fleet) find(holds func(table string, row lease.Lease) bool) string {
	f.t.Helper()
	for _, table := range append([]string{wideTable}, f.order.Names...) {
		rows, err := lease.NewDynamoDB(f.tables, consumer.LeaseTable(countMapping(table, 1))).List(f.t.Context())
		if err != nil {
			f.t.Fatal(err)
		}
		for _, row := range rows {
			if holds(table, row) {
				return fmt.Sprintf("lease of %s: %+v", table, row)
			}
		}
	}
	return ""
}

// abandon ends whatever still runs, after a test that failed.
func (f *fleet) abandon() {
	if f.stopWriting != nil {
		f.stopWriting()
	}
	f.writing.Wait()
	for _, p := range f.slots {
		if p != nil {
			_ = p.cmd.Process.Kill() // an error: it has ended
			<-p.ended
		}
	}
	_ = f.pipe.Close()
	<-f.ledger.ended
}
