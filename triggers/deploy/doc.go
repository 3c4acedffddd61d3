// Package deploy makes what is deployed: the static bootstrap of every trigger, and
// the AWS SAM template that runs them, from triggers.json.
//
// It promises that the two agree with triggers.json: each trigger in it has its
// function, its mapping with all the parameters that are given there, its log group
// and its alarms, and none is there without.
//
// Start with [Template]; [Build] makes a bootstrap. The command in
// triggers/cmd/deploy writes both.
package deploy
