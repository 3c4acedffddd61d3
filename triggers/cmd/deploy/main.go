package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/stillwater-streams/stillwater/triggers"
	"github.com/stillwater-streams/stillwater/triggers/deploy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	templateOnly := flag.Bool("template-only", false, "write no zip files")
	architecture := flag.String("architecture", "arm64", "of the functions in the template: amd64 or arm64")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "deploy: name the folder to write to: go run ./triggers/cmd/deploy .bin/lambda")
		os.Exit(2)
	}
	if err := run(ctx, flag.Arg(0), *architecture, *templateOnly); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, architecture string, templateOnly bool) error {
	template, err := deploy.Template(triggers.Config(), deploy.Options{Architecture: architecture})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "template.json"), template, 0o644); err != nil {
		return err
	}
	if templateOnly {
		return nil
	}
	files, err := deploy.Archives(ctx, triggers.Config(), ".", dir, deploy.Architectures()...)
	for _, file := range files {
		fmt.Println(file)
	}
	return err
}
