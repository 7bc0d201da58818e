{{/*
What KEDA counts for a set, as JSON: lists of waiting jobs, one per priority, as kombu names them,
and the sorted set of claimed ones. Delayed jobs are left out: the scheduler moves those that are
due into a list within a second, and the others are no reason to keep a pod.
*/}}
{{- define "longshore.keda.figures" -}}
{{- $prefix := .root.Values.engine.keyPrefix -}}
{{- $figures := list -}}
{{- $claimed := .set.keda.countClaimed -}}
{{- range $index, $queue := .set.queues -}}
{{- $figures = append $figures (dict "name" (printf "q%d_p0" $index) "key" (printf "%s%s" $prefix $queue)) -}}
{{- range $step := list 3 6 9 -}}
{{- $figures = append $figures (dict "name" (printf "q%d_p%d" $index $step) "key" (printf "%s%s\u0006\u0016%d" $prefix $queue $step)) -}}
{{- end -}}
{{- if $claimed -}}
{{- $figures = append $figures (dict "name" (printf "q%d_claimed" $index) "key" (printf "%slongshore:leases:%s" $prefix $queue)) -}}
{{- end -}}
{{- end -}}
{{- toJson $figures -}}
{{- end -}}

{{/* Whether KEDA needs a secret to ask the broker. */}}
{{- define "longshore.keda.authenticates" -}}
{{- if or (include "longshore.broker.secret" .) .Values.broker.sentinel.existingSecret (and .Values.broker.tls.enabled .Values.broker.tls.caSecret) -}}true{{- end -}}
{{- end -}}

{{- define "longshore.keda.used" -}}
{{- range $name := splitList " " (include "longshore.setNames" .) -}}
{{- $set := include "longshore.set" (dict "root" $ "name" $name) | fromJson -}}
{{- if $set.keda.enabled }}true{{ end -}}
{{- end -}}
{{- end -}}
