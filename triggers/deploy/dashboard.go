package deploy

import "encoding/json"

// addDashboard adds the dashboard by which batch_size is tuned: how many run at once,
// how late records are handled, and what fails.
func (t *template) addDashboard(triggers []trigger) {
	var widgets []any
	for i, w := range []struct{ title, metric, statistic string }{
		{"Concurrent executions", "ConcurrentExecutions", "Maximum"},
		{"Processing delay (ms, half of the batches)", "IteratorAge", "p50"},
		{"Iterator age (ms, the worst)", "IteratorAge", "Maximum"},
		{"Errors", "Errors", "Sum"},
		{"Throttles", "Throttles", "Sum"},
		{"Duration (ms, 99 of 100)", "Duration", "p99"},
	} {
		var metrics []any
		for _, trigger := range triggers {
			metrics = append(metrics, []any{"AWS/Lambda", w.metric, "FunctionName", t.name(trigger.name), object{"stat": w.statistic, "label": trigger.name}})
		}
		widgets = append(widgets, object{
			"type": "metric", "width": 12, "height": 6, "x": i % 2 * 12, "y": i / 2 * 6,
			"properties": object{"title": w.title, "view": "timeSeries", "period": 60, "region": "${AWS::Region}", "metrics": metrics},
		})
	}
	// Texts and numbers only: it cannot fail.
	body, _ := json.Marshal(object{"widgets": widgets})
	t.resources["Dashboard"] = object{"Type": "AWS::CloudWatch::Dashboard", "Properties": object{
		"DashboardName": "integrates-streams", "DashboardBody": sub(string(body)),
	}}
}
