package main

import "github.com/stillwater-streams/stillwater/triggers/function"

func main() { function.MainJob() }
