package gate

import "context"

// Call lets the actor's task do something that is answered in this process, as it
// would make an AWS call: it stops at the gate, work is done when it is let through,
// and it stands in the trace under op, which says what it is ("SubmitJob"), and key,
// what it is about. work is told whose call it is. It must not call the gate, and
// nothing that it does may write to the database.
func (a *Actor) Call(ctx context.Context, op, key string, work func(*Task) error) error {
	c := newCall(a.taskOf(ctx), op, subject{key: key})
	if err := a.gate.enter(ctx, c); err != nil {
		return err
	}
	err := work(c.task)
	c.returned(err)
	a.gate.leave(ctx, c)
	return err
}
