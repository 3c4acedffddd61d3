// Package scenarios is the acceptance suite of the worked domain, integrates:
// the YAML files beside this one, the named mutations in package mutations, and
// the project that ties them to the triggers.
//
// Its guarantee: every YAML file here is one spec, run against DynamoDB Local
// and held against the file of the same name under snapshots/.
//
// Start with a YAML file; [Project] shows what another team would write for its
// own domain.
package scenarios
