package consumer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
)

func metrics() []behaviour {
	return []behaviour{
		{"M1", "the iterator age is that of the last record, at hand-over; none while idle", func(t *testing.T, w *world) {
			w.mapping.MaximumRetryAttempts = 1
			w.handle = fails(1)
			w.put(1)
			pass(time.Minute)
			w.put(1)
			r := w.start(w.options())
			r.settled()
			pass(time.Hour)
			r.stop()
			var ages []time.Duration
			for _, f := range facts[consumer.InvocationStarted](w) {
				ages = append(ages, f.IteratorAge)
			}
			if diff := cmp.Diff([]time.Duration{0, time.Second}, ages); diff != "" {
				t.Errorf("ages (-want +got):\n%s", diff)
			}
		}},
		{"M2", "polls, invocations, failures, drops and deliveries are counted", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 1, "maximum_retry_attempts": 1, "filters": [{"dynamodb":{"Keys":{"pk":{"S":["a"]}}}}]`)
			w.handle = poison("2")
			for _, pk := range []string{"a", "b", "a"} {
				w.endpoint.Put("vms", keyed(pk))
			}
			w.runs()
			polled, filtered, invoked, failed := 0, 0, 0, 0
			for _, f := range facts[consumer.Polled](w) {
				polled, filtered = polled+f.Records, filtered+f.Filtered
			}
			for _, f := range facts[consumer.InvocationEnded](w) {
				invoked += len(f.Records)
				if f.Failure != "" {
					failed += len(f.Records)
				}
			}
			got := []int{polled, filtered, invoked, failed, len(facts[consumer.Dropped](w)), len(facts[consumer.Delivered](w))}
			if diff := cmp.Diff([]int{3, 1, 3, 2, 1, 0}, got); diff != "" {
				t.Errorf("polled, filtered, invoked, failed, dropped, delivered (-want +got):\n%s", diff)
			}
		}},
		{"M3", "every polled record is one of filtered, processed, dropped and delivered", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 3, "on_failure": "dlq", "bisect_batch_on_function_error": true, "maximum_retry_attempts": 1, "filters": [{"dynamodb":{"Keys":{"pk":{"S":[{"anything-but":"b"}]}}}}]`)
			w.handle = poison("5")
			for _, pk := range strings.Split("a b c a b c a b c", " ") {
				w.endpoint.Put("vms", keyed(pk))
			}
			w.runs()
			ended := map[string]int{}
			for _, f := range facts[consumer.Polled](w) {
				ended["polled"] += f.Records
				ended["filtered"] += f.Filtered
			}
			for _, f := range facts[consumer.Processed](w) {
				ended["processed"] += len(f.Records)
			}
			for _, f := range facts[consumer.Delivered](w) {
				ended["delivered"] += len(f.Lost.Records)
			}
			if diff := cmp.Diff(map[string]int{"polled": 9, "filtered": 3, "processed": 5, "delivered": 1}, ended); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}},
	}
}
