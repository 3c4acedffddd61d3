package consumer

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
)

// handlerFrames names the frames of a panic that is being recovered from the
// place of the panic down to the handler, without those of the runtime above
// and of the caller below. Files go by their base name: the rest of a path is
// the business of the machine that built it.
func handlerFrames() []string {
	var frames []runtime.Frame
	pcs := make([]uintptr, 64)
	more := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		frame, ok := more.Next()
		frames = append(frames, frame)
		if !ok {
			break
		}
	}
	first := slices.IndexFunc(frames, isHandlers)
	if first < 0 {
		return nil
	}
	for !isHandlers(frames[len(frames)-1]) {
		frames = frames[:len(frames)-1]
	}
	var stack []string
	for _, f := range frames[first:] {
		stack = append(stack, fmt.Sprintf("%s (%s:%d)", f.Function, path.Base(f.File), f.Line))
	}
	return stack
}

// isHandlers tells a frame that may be the handler's own from one of the
// machinery that calls it. Between the first and the last of the handler's own
// frames all are kept: it may use any of these itself.
func isHandlers(f runtime.Frame) bool {
	for _, machinery := range []string{
		"runtime.",
		"reflect.",
		"github.com/aws/aws-lambda-go/lambda.",
		"github.com/stillwater-streams/stillwater/consumer.",
	} {
		if strings.HasPrefix(f.Function, machinery) {
			return false
		}
	}
	return true
}
