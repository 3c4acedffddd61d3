package scenarios

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/scenarios/mutations"
	"github.com/stillwater-streams/stillwater/triggers"
	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

// archiveTable is where the archive trigger keeps what is removed: a table of
// fixtures/tables.
const archiveTable = "integrates_archive"

// Project is the domain integrates for the harness. root is the folder that
// holds scenarios/, snapshots/ and fixtures/.
func Project(root string) (harness.Project, error) {
	tables, err := harness.LoadTables(filepath.Join(root, "fixtures", "tables"))
	if err != nil {
		return harness.Project{}, err
	}
	subjects, err := subjects()
	if err != nil {
		return harness.Project{}, err
	}
	return harness.Project{
		Root: root, Tables: tables, Triggers: subjects,
		Mutations: mutations.All(), Seeds: mutations.Seeds(),
		Scrub: []snapshot.Scrubber{{Name: "key", Pattern: regexp.MustCompile(`\b[0-9a-f]{32}\b`)}},
		Views: []harness.View{{
			Name: "indicators", Doc: "the indicators of every finding", At: "unreliable_indicators", Of: indicatorsOf,
		}},
		Observe: []string{"indicators", "changes"},
	}, nil
}

// handlers builds each trigger of triggers.json from an execution environment.
func handlers(m mapping.Mapping) map[string]func(harness.Environment) (any, error) {
	return map[string]func(harness.Environment) (any, error){
		"triggers.indicators.Handle": func(e harness.Environment) (any, error) {
			trigger := indicators.New(indicators.Options{
				DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: m.Table, Now: e.Now, Log: e.Log,
				Job: recompute.ByName(job{e.Submit, m.Table}),
			})
			return trigger.Handle, nil
		},
		"triggers.archive.Handle": func(e harness.Environment) (any, error) {
			trigger := archive.New(archive.Options{DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: archiveTable, Log: e.Log})
			return trigger.Handle, nil
		},
		"triggers.webhook.Handle": func(e harness.Environment) (any, error) {
			trigger := webhook.New(webhook.Options{
				DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: m.Table, HTTP: e.HTTP, Wait: e.Wait, Log: e.Log,
			})
			return trigger.Handle, nil
		},
	}
}

// subjects are the triggers of triggers.json with their handlers.
func subjects() ([]harness.Trigger, error) {
	mappings, err := mapping.Parse("triggers/triggers.json", triggers.Config())
	if err != nil {
		return nil, err
	}
	var list []harness.Trigger
	for _, m := range mappings {
		build, ok := handlers(m)[m.Handler]
		if !ok {
			return nil, fmt.Errorf("triggers/triggers.json: trigger %s: no handler %q here: add it to handlers in scenarios/project.go", m.Trigger, m.Handler)
		}
		list = append(list, harness.Trigger{Mapping: m, New: build})
	}
	return list, nil
}

// indicatorsOf shows the indicators of an item that is a finding, not of its copy in
// the archive.
func indicatorsOf(table string, item map[string]types.AttributeValue) (label string, value types.AttributeValue, ok bool) {
	pk, isText := item["pk"].(*types.AttributeValueMemberS)
	sk, hasRange := item["sk"].(*types.AttributeValueMemberS)
	if table == archiveTable || !isText || !hasRange || !strings.HasPrefix(pk.Value, "FIN#") || !strings.HasPrefix(sk.Value, "GROUP#") {
		return "", nil, false
	}
	return pk.Value, item["unreliable_indicators"], true
}
