//go:build tools

// Package engine names the command that set-up builds, so that go.mod and go.sum pin all it needs.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
