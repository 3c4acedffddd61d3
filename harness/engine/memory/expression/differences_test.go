package expression_test

import (
	"regexp"
	"strings"
)

// difference is one in which DynamoDB Local is known not to be DynamoDB, or in
// which its answer is left to chance.
type difference struct {
	name string
	// because says where this is known from: "measured" is our measurement of
	// DynamoDB Local 3.3.1; Alternator's are the tests of ScyllaDB's Alternator and
	// dynalite's those of dynalite, which both ran against the service.
	because string
	// local and ours are patterns of the two outcomes. $1 in ours is what the
	// first group of local matched.
	local, ours string
	when        func(trial) bool // nil: always
}

// differences is the whole list: in everything else both must agree to the
// letter.
func differences() []difference {
	const (
		runtime = `^(The document path provided in the update expression is invalid for update|` +
			`The provided expression refers to an attribute that does not exist in the item|` +
			`An operand in the update expression has an incorrect data type|.*38 digits|Number .*flow.*)$`
		bound = `AttributeValue: {\w+:[^}]*}`
	)
	return []difference{{
		name:    "which path another one is in the way of",
		because: "measured: of three paths or more DynamoDB Local often names one that is in nobody's way",
		local:   `^(Invalid \w+: Two document paths (?:overlap|conflict) with each other; must remove or rewrite one of these paths; path one: \[.*\]), path two: .*$`,
		ours:    `^$1, path two: \[.*\]$`,
	}, {
		name: "which of several mistakes of an update is reported",
		because: "measured: where several actions fail on an item, DynamoDB Local takes the last one by the hash codes of their attributes, " +
			"and it computes functions before other operands; here all paths come first, then the operands in the order of the text",
		local: runtime,
		ours:  runtime,
		when:  func(t trial) bool { return t.several() },
	}, {
		name:    "binary bounds",
		because: "measured: DynamoDB Local prints a Java object",
		local:   `^(.*; lower bound operand: )` + bound + `, upper bound operand: ` + bound + `$`,
		ours:    `^$1` + bound + `, upper bound operand: ` + bound + `$`,
	}, {
		name:    "two reserved words",
		because: "the documentation lists CONVERT and SIZE; measured: DynamoDB Local does not know them",
		local:   `.`,
		ours:    `Attribute name is a reserved keyword; reserved keyword: (?i:size|convert)$`,
	}, {
		name:    "a value behind a dot",
		because: "measured: DynamoDB Local reads a.:v as a path, and fails on it with \"Internal server error\" if nothing else is wrong",
		local:   `.`,
		ours:    `Syntax error; token: ":\w+", near: "\.\s*:`,
	}, {
		name:    "half a character",
		because: "measured: DynamoDB Local counts in UTF-16 units, and half a character cannot be sent",
		local:   `^(Invalid \w+: Syntax error; token: )"\x{FFFD}"`,
		ours:    `^$1"[\x{10000}-\x{10FFFF}]"`,
	}, {
		name:    "order of the descriptors",
		because: "dynalite's have this order; DynamoDB Local lists a hash set, and in one message descriptors that DynamoDB does not have",
		local:   `^(.*: Invalid attribute type name found; type: .*, valid types: ){.*}$`,
		ours:    `^$1{B,NULL,SS,BOOL,L,BS,N,NS,S,M}$`,
	}, {
		name:    "kinds of a path",
		because: "as above",
		local:   `^(.*: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ){.*}$`,
		ours:    `^$1{B,NULL,SS,BOOL,L,BS,N,NS,S,M}$`,
	}, {
		name:    "order of unused names and values",
		because: "measured: DynamoDB Local lists a hash set",
		local:   `^(Value provided in \w+ unused in expressions: keys: ){.*}$`,
		ours:    `^$1{.*}$`,
	}, {
		name:    "the missing key attribute",
		because: "dynalite's name it; DynamoDB Local does not",
		local:   `^Query condition missed key schema element$`,
		ours:    `^Query condition missed key schema element: \w+$`,
	}, {
		name:    "no number",
		because: "dynalite's and Alternator's have the service's words",
		local:   `^(ExpressionAttributeValues contains invalid value: |)A value provided cannot be converted into a number`,
		ours:    `^$1The parameter cannot be converted to a numeric value`,
	}, {
		name:    "a number of more than 38 digits",
		because: "Alternator's have the service's words",
		local:   `^(ExpressionAttributeValues contains invalid value: |)DynamoDB only supports precision up to 38 digits`,
		ours:    `^$1Attempting to store more than 38 significant digits in a Number`,
	}, {
		name:    "a string twice in a set",
		because: "dynalite's end with a full stop",
		local:   `^(One or more parameter values were invalid: Input collection \[.*\] contains duplicates)$`,
		ours:    `^$1\.$`,
	}, {
		name:    "the weight of an expression",
		because: "measured: DynamoDB Local counts the values with the expression, 1 MB together; the documentation allows 2 MB of values and knows no such sum",
		local:   `^Invalid \w+: Expression size has exceeded the maximum allowed size;$`,
		ours:    `^items:`,
	}, {
		name:    "a sum of more than 38 digits",
		because: "Alternator's test_number.py has the service's words",
		local:   `^DynamoDB only supports precision up to 38 digits$`,
		ours:    `^Number overflow. Attempting to store a number with magnitude larger than supported range$`,
	}, {
		name:    "what an update does to the key",
		because: "dynalite's refuse it before the item is read; DynamoDB Local after the condition was met",
		local:   `^(the condition failed|Key attributes must be scalars; .*)$`,
		ours:    `(Cannot update attribute \w+. This attribute is part of the key|^Key attributes must be scalars; .*)$`,
	}, {
		name:    "the key of an item",
		because: "dynalite's have the service's words",
		local: `^(One of the required keys was not given a value|One or more parameter values were invalid: Type mismatch for key|` +
			`Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes|Invalid attribute value type)`,
		ours: `^One or more parameter values were invalid: (Missing the key \w+ in the item|Type mismatch for key \w+ expected: \w+ actual: \w+|` +
			`Size of hashkey has exceeded the maximum size limit of2048 bytes|Aggregated size of all range keys has exceeded the size limit of 1024 bytes)$`,
	}, {
		name:    "a legacy operator that does not exist",
		because: "dynalite's have the service's words, its generic ones for a value that its model forbids",
		local:   `^(Comparison type does not exist in DynamoDB|.*Member must satisfy enum value set.*)$`,
		ours:    `^1 validation error detected: Value .* failed to satisfy constraint: Member must (not be null|satisfy enum value set: .*)$`,
	}, {
		name:    "a legacy operator that keys do not have",
		because: "dynalite's have the same words for all of them; DynamoDB Local other ones for NULL and NOT_NULL, and it fails on NE",
		local:   `^(Only scalar types can be used as (Hash|Range) Key values|error: .*InternalFailure.*)$`,
		ours:    `^Attempted conditional constraint is not an indexable operation$`,
	}, {
		name:    "an attribute to get twice",
		because: "dynalite's have the service's words",
		local:   `^Cannot have two attributes with the same name$`,
		ours:    `^One or more parameter values were invalid: Duplicate value in attribute name: \w+$`,
	}, {
		name:    "an update without an action",
		because: "the documentation says that it is PUT; measured: DynamoDB Local does nothing",
		local:   `^items:`,
		ours:    `^items:`,
		when:    func(t trial) bool { return t.withoutAction() },
	}, {
		name:    "an operator for several conditions that does not exist",
		because: "the service checks it by its model; measured: DynamoDB Local fails",
		local:   `^error: .*InternalFailure`,
		ours:    `^1 validation error detected: Value .* at 'conditionalOperator'`,
	}}
}

// explain returns the difference that explains two outcomes, or nil.
func explain(t trial, local, ours outcome) *difference {
	for _, d := range differences() {
		groups := regexp.MustCompile(`(?s)` + d.local).FindStringSubmatch(string(local))
		if groups == nil || d.when != nil && !d.when(t) {
			continue
		}
		pattern := d.ours
		if len(groups) > 1 {
			pattern = strings.ReplaceAll(pattern, "$1", regexp.QuoteMeta(groups[1]))
		}
		if regexp.MustCompile(`(?s)` + pattern).MatchString(string(ours)) {
			return &d
		}
	}
	return nil
}
