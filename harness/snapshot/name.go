package snapshot

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxName is the longest name in bytes. With folder and suffix it stays below
// what Windows (260) and every common file system (255 a segment) can hold.
const maxName = 150

var segmentPattern = regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]*$`)

// CheckName returns an error that says what is wrong with name, nil if a snapshot
// may have it: segments of [a-z0-9_-] separated by slashes, usable as a file on
// every system and, being lower case, distinct on every system.
func CheckName(name string) error {
	if name == "" {
		return errors.New("snapshot name: it is empty")
	}
	if len(name) > maxName {
		return fmt.Errorf("snapshot name %q: %d bytes are more than %d: shorten it", name, len(name), maxName)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !segmentPattern.MatchString(segment) {
			return fmt.Errorf("snapshot name %q: segment %q: use a-z, 0-9, _ and -, not starting with -", name, segment)
		}
		if reserved(segment) {
			return fmt.Errorf("snapshot name %q: segment %q is a device on Windows: choose another", name, segment)
		}
	}
	return nil
}

// CheckNames checks every name and that none is there twice: two scenarios that
// share a snapshot would overwrite each other. All mistakes come back at once.
func CheckNames(names []string) error {
	var mistakes []error
	sorted := slices.Sorted(slices.Values(names))
	for i, name := range sorted {
		if i > 0 && sorted[i-1] == name {
			mistakes = append(mistakes, fmt.Errorf("snapshot name %q: used twice", name))
			continue
		}
		if err := CheckName(name); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	return errors.Join(mistakes...)
}

// reserved tells whether Windows takes segment for a device.
func reserved(segment string) bool {
	switch segment {
	case "con", "prn", "aux", "nul":
		return true
	}
	if len(segment) != 4 || (segment[:3] != "com" && segment[:3] != "lpt") {
		return false
	}
	return segment[3] >= '0' && segment[3] <= '9'
}
