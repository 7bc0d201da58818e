#!/bin/sh
# Print the path of kube-score: KUBE_SCORE, or as go_tool.sh finds or builds it.
exec sh tools/go_tool.sh kube-score github.com/zegl/kube-score/cmd/kube-score v1.20.0 "${KUBE_SCORE:-}"
