package main

import (
	"os"

	"github.com/stillwater-streams/stillwater/harness/cli"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/scenarios"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Team{
		Project: scenarios.Project, Engine: choose.Start, Image: choose.Image, Examine: choose.Examine,
	}))
}
