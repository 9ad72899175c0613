//go:build tools

// Package languagehost names the command that set-up builds, so that go.mod and go.sum pin all it needs.
package languagehost

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
