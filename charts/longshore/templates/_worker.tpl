{{/* A worker set with its defaults, as JSON: dict "root" "name". */}}
{{- define "longshore.set" -}}
{{- $own := get .root.Values.workers .name | default dict -}}
{{- mergeOverwrite (deepCopy .root.Values.workerDefaults) (deepCopy $own) | toJson -}}
{{- end -}}

{{/* Names of the sets that are on, separated by spaces. */}}
{{- define "longshore.setNames" -}}
{{- $names := list -}}
{{- range $name := keys .Values.workers | sortAlpha -}}
{{- $set := include "longshore.set" (dict "root" $ "name" $name) | fromJson -}}
{{- if $set.enabled }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- join " " $names -}}
{{- end -}}

{{/* T + m: what a drain may take, in seconds. */}}
{{- define "longshore.set.drain" -}}
{{ add (.hardLimitSeconds | int64) (.drainMarginSeconds | int64) }}
{{- end -}}

{{/* G of a set, in seconds. */}}
{{- define "longshore.set.grace" -}}
{{- if kindIs "invalid" .terminationGracePeriodSeconds -}}
{{ include "longshore.set.drain" . }}
{{- else -}}
{{ .terminationGracePeriodSeconds | int64 }}
{{- end -}}
{{- end -}}

{{/* When the worker ends its drain by itself: after T, before G. */}}
{{- define "longshore.set.watchdog" -}}
{{ sub (include "longshore.set.grace" . | int64) (div (.drainMarginSeconds | int64) 2) }}
{{- end -}}

{{- define "longshore.set.cooldown" -}}
{{- if kindIs "invalid" .keda.cooldownSeconds -}}
{{ include "longshore.set.grace" . }}
{{- else -}}
{{ .keda.cooldownSeconds | int64 }}
{{- end -}}
{{- end -}}

{{- define "longshore.api.drain" -}}
{{ add (.Values.api.preStopSeconds | int64) (.Values.api.drainSeconds | int64) 10 }}
{{- end -}}

{{- define "longshore.api.grace" -}}
{{- if kindIs "invalid" .Values.api.terminationGracePeriodSeconds -}}
{{ include "longshore.api.drain" . }}
{{- else -}}
{{ .Values.api.terminationGracePeriodSeconds | int64 }}
{{- end -}}
{{- end -}}

{{- define "longshore.worker.arguments" -}}
{{- with include "longshore.reload" .root }}{{ . }}
{{ end -}}
- celery
- --app={{ .set.app }}
- worker
- --hostname={{ .name }}@$(POD_NAME)
- --queues={{ join "," .set.queues }}
- --concurrency={{ .set.concurrency | int64 }}
- --pool={{ .set.pool }}
- --time-limit={{ .set.hardLimitSeconds | int64 }}
{{- with .set.maxJobsPerChild | int64 }}
- --max-tasks-per-child={{ . }}
{{- end }}
{{- with .set.maxMemoryPerChildKiB | int64 }}
- --max-memory-per-child={{ . }}
{{- end }}
# Chatter between workers that nothing here needs; it grows with the square of their number.
- --without-gossip
- --without-mingle
{{- end -}}

{{/* Celery's own ping of this very worker; what is asked is in the container's environment. */}}
{{- define "longshore.worker.inspectPing" -}}
exec:
  command: [python, /app/probe.py, inspect, {{ .app }}, {{ .name }}, {{ sub (.probe.timeoutSeconds | int64) 5 | max 1 | quote }}]
periodSeconds: {{ .probe.periodSeconds | int64 }}
timeoutSeconds: {{ .probe.timeoutSeconds | int64 }}
failureThreshold: {{ .probe.failureThreshold | int64 }}
{{- end -}}

{{/* The local question: dict "question" live or ready, "set", "probe". */}}
{{- define "longshore.worker.ask" -}}
exec:
  # -I -S: no site packages, or the answer would cost more than the work.
  command: [python, -I, -S, /app/probe.py, {{ .question }}, /tmp/longshore.probe, {{ add (.set.hardLimitSeconds | int64) (.set.probes.wedgedMarginSeconds | int64) | quote }}]
periodSeconds: {{ .probe.periodSeconds | int64 }}
timeoutSeconds: {{ .probe.timeoutSeconds | int64 }}
failureThreshold: {{ .probe.failureThreshold | int64 }}
{{- end -}}

{{- define "longshore.worker.probes" -}}
{{- $probes := .set.probes -}}
startupProbe: {{- include "longshore.worker.inspectPing" (dict "name" .name "app" .set.app "probe" $probes.startup) | nindent 2 }}
livenessProbe:
  {{- if eq $probes.mode "socket" }}
  {{- include "longshore.worker.ask" (dict "question" "live" "set" .set "probe" $probes.liveness) | nindent 2 }}
  {{- else }}
  {{- include "longshore.worker.inspectPing" (dict "name" .name "app" .set.app "probe" $probes.liveness) | nindent 2 }}
  {{- end }}
  # A hung worker finishes nothing: it need not wait out the grace.
  terminationGracePeriodSeconds: {{ $probes.livenessGraceSeconds | int64 }}
readinessProbe:
  {{- if eq $probes.mode "socket" }}
  {{- include "longshore.worker.ask" (dict "question" "ready" "set" .set "probe" $probes.readiness) | nindent 2 }}
  {{- else }}
  {{- include "longshore.worker.inspectPing" (dict "name" .name "app" .set.app "probe" $probes.readiness) | nindent 2 }}
  {{- end }}
{{- end -}}
