package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// unknown is what to say of a key that an object does not have: why it is not
// there, which one is meant, or all there are. what names the object, keys are
// its own, and lambda gives Lambda's names of them.
func unknown(key, what string, keys []string, lambda map[string]string) string {
	if why, known := refusedKeys()[plain(key)]; known && len(lambda) > 0 {
		return fmt.Sprintf("key %q: %s", key, why)
	}
	for _, k := range keys {
		if plain(key) == plain(k) || lambda[k] != "" && plain(key) == plain(lambda[k]) {
			return fmt.Sprintf("unknown key %q: it is called %s here", key, k)
		}
	}
	if near := closest(key, keys); near != "" {
		return fmt.Sprintf("unknown key %q: did you mean %s?", key, near)
	}
	return fmt.Sprintf("unknown key %q: %s may have %s", key, what, strings.Join(keys, ", "))
}

// plain is a name without what the ways to spell it differ in: BatchSize,
// batchSize, batch-size and batch_size are "batchsize".
func plain(key string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
}

// refusedKeys are parameters of Lambda that a mapping of a stream of DynamoDB
// does not have, by their plain names, with what to do instead.
func refusedKeys() map[string]string {
	refused := map[string]string{
		"provisionedpollerconfig": "Lambda has provisioned pollers for SQS, MSK and self-managed Kafka, not for DynamoDB streams: " +
			"remove it, parallelization_factor is what makes a shard faster " +
			"(Lambda: Unsupported 'provisionedPollerConfig' parameter for given event source mapping type.)",
		"scalingconfig": "Lambda limits the concurrency of a mapping for SQS only: remove it, reserved_concurrency limits that of the function",
		"startingpositiontimestamp": "it goes with AT_TIMESTAMP, which Lambda does not have for DynamoDB streams: remove it " +
			"(Lambda: Timestamp only valid with StartingPosition AT_TIMESTAMP)",
		"onsuccess":    "Lambda has no destination for success of a stream: remove it, a handler can write to one itself",
		"functionname": "the function is called function_prefix and the trigger's name: remove it, or rename the trigger",
		"kmskeyarn":    "it encrypts filters inside AWS and has nothing to do with this consumer: keep it where you deploy",
	}
	for _, source := range []string{
		"topics", "queues", "selfManagedEventSource", "selfManagedKafkaEventSourceConfig",
		"amazonManagedKafkaEventSourceConfig", "documentDBEventSourceConfig", "sourceAccessConfigurations",
	} {
		refused[plain(source)] = "it is for another event source than a DynamoDB stream: remove it"
	}
	return refused
}

// closest is the key with the fewest typing slips, "" when even that one has more
// than two and a third of its letters. Ties go to the first in the alphabet.
func closest(name string, keys []string) string {
	best, fewest := "", 0
	for _, k := range slices.Sorted(slices.Values(keys)) {
		slips := distance(strings.ToLower(name), k)
		if slips <= max(2, len(k)/3) && (best == "" || slips < fewest) {
			best, fewest = k, slips
		}
	}
	return best
}

// distance counts the letters that are too many, missing or wrong (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1) // of the letters of x so far to each beginning of y
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			wrong := 1
			if x[i] == y[j] {
				wrong = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+wrong)
		}
	}
	return row[len(y)]
}
