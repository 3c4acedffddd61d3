package cli

import (
	"errors"
	"fmt"

	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/serve"
)

type serveCommand struct {
	Address string `help:"Address to listen on; port 0 is one that is free." default:"127.0.0.1:8000" placeholder:"HOST:PORT"`
	Public  bool   `help:"Allow an address that other computers can reach: nobody is asked for a password."`
	Shared  bool   `help:"One database for all access keys, as -sharedDb of DynamoDB Local."`
}

// Run implements kong's command. It ends with a signal, as consume does.
func (c *serveCommand) Run(env *environment, _ *int) error {
	server, err := serve.Listen(env.ctx, serve.Options{Address: c.Address, Public: c.Public, Shared: c.Shared, Now: daemon.Now})
	if errors.Is(err, serve.ErrPublic) {
		return usage{fmt.Errorf("%w: choose a loopback address, or say --public", err)}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "the memory engine answers at %s; stop with Ctrl-C; nothing is kept\n", server.URL())
	return server.Serve(env.ctx)
}
