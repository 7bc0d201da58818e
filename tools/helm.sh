#!/bin/sh
# Print the path of helm: HELM, or as go_tool.sh finds or builds it.
exec sh tools/go_tool.sh helm helm.sh/helm/v4/cmd/helm v4.2.4 "${HELM:-}"
