package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer/destination"
)

func text(into *string, pattern string) func(node) []objection {
	return func(n node) []objection {
		v, ok := n.value.(string)
		if !ok || !regexp.MustCompile(pattern).MatchString(v) {
			return []objection{{at: n.at}}
		}
		*into = v
		return nil
	}
}

func boolean(into *bool) func(node) []objection {
	return func(n node) []objection {
		v, ok := n.value.(bool)
		if !ok {
			return []objection{{at: n.at}}
		}
		*into = v
		return nil
	}
}

// only takes an array that may hold one value, and notes whether it does. others
// are values that Lambda knows and a stream of DynamoDB does not have, with the
// reason.
func only(value string, into *bool, others map[string]string) func(node) []objection {
	return func(n node) []objection {
		list, ok := n.value.([]node)
		if !ok {
			return []objection{{at: n.at}}
		}
		var objections []objection
		for i, element := range list {
			o := objection{at: element.at, part: part(i)}
			v, isText := element.value.(string)
			switch reason, known := others[v]; {
			case isText && v == value && !*into:
				*into = true
				continue
			case isText && v == value:
				o.why = fmt.Sprintf("%q is there twice", v)
			case known:
				o.why = fmt.Sprintf("%q %s", v, reason)
			default:
				o.why = fmt.Sprintf("must be %q, not %s", value, shorten(element.text))
			}
			objections = append(objections, o)
		}
		return objections
	}
}

func startingPosition(m *Mapping) field {
	return field{
		key: "starting_position", lambda: "StartingPosition", accepts: `"` + TrimHorizon + `" or "` + Latest + `"`,
		preset: func() { m.StartingPosition = DefaultStartingPosition },
		set: func(n node) []objection {
			v, isText := n.value.(string)
			switch {
			case isText && (v == TrimHorizon || v == Latest):
				m.StartingPosition = v
				return nil
			case isText && v == "AT_TIMESTAMP":
				return []objection{{
					at:     n.at,
					why:    `must be "TRIM_HORIZON" or "LATEST": "AT_TIMESTAMP" is for Kinesis and Kafka, Lambda does not have it for DynamoDB streams`,
					lambda: "Unsupported starting position for arn type",
				}}
			case isText:
				return []objection{{at: n.at, lambda: fmt.Sprintf(
					"Value '%s' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]", v)}}
			}
			return []objection{{at: n.at}}
		},
	}
}

func onFailure(m *Mapping) func(node) []objection {
	return func(n node) []objection {
		v, ok := n.value.(string)
		if !ok {
			return []objection{{at: n.at}}
		}
		if _, err := destination.ParseTarget(v); err != nil {
			if cause := errors.Unwrap(err); cause != nil {
				err = cause // the rest says again what the mistake is about
			}
			return []objection{{at: n.at, why: fmt.Sprintf("%s: %v", shorten(n.text), err)}}
		}
		m.OnFailure = v
		return nil
	}
}

func lowerFirst(name string) string {
	return strings.ToLower(name[:1]) + name[1:]
}
