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

{{/* Period, timeout and threshold of each probe, where the values name none: an answer over the socket
takes milliseconds, Celery's command loads the app and asks through the broker. */}}
{{- define "longshore.worker.timings" -}}
socket: { startup: [5, 10, 60], liveness: [15, 10, 4], readiness: [10, 5, 2] }
inspect-ping: { startup: [30, 60, 20], liveness: [60, 45, 5], readiness: [60, 45, 3] }
{{- end -}}

{{/* A probe: dict "kind" startup, liveness or readiness, "question" live or ready, "name", "set". */}}
{{- define "longshore.worker.probe" -}}
{{- $own := get .set.probes .kind -}}
{{- $usual := get (get (include "longshore.worker.timings" . | fromYaml) .set.probes.mode) .kind -}}
{{- $timeout := $own.timeoutSeconds | default (index $usual 1) | int64 -}}
exec:
  {{- if eq .set.probes.mode "socket" }}
  # -I -S: no site packages, or the answer would cost more than the work.
  command: [python, -I, -S, /etc/longshore/probe/probe.py, {{ .question }}, /tmp/longshore.probe, {{ add (.set.hardLimitSeconds | int64) (.set.probes.wedgedMarginSeconds | int64) | quote }}]
  {{- else }}
  # Celery's own ping of this very worker; whose it is stands in the container's environment.
  command: [python, /etc/longshore/probe/probe.py, inspect, {{ .set.app }}, {{ .name }}, {{ sub $timeout 5 | max 1 | quote }}]
  {{- end }}
periodSeconds: {{ $own.periodSeconds | default (index $usual 0) | int64 }}
timeoutSeconds: {{ $timeout }}
failureThreshold: {{ $own.failureThreshold | default (index $usual 2) | int64 }}
{{- end -}}

{{- define "longshore.worker.probes" -}}
startupProbe: {{- include "longshore.worker.probe" (merge (dict "kind" "startup" "question" "live") .) | nindent 2 }}
livenessProbe:
  {{- include "longshore.worker.probe" (merge (dict "kind" "liveness" "question" "live") .) | nindent 2 }}
  # A hung worker finishes nothing: it need not wait out the grace.
  terminationGracePeriodSeconds: {{ .set.probes.livenessGraceSeconds | int64 }}
readinessProbe: {{- include "longshore.worker.probe" (merge (dict "kind" "readiness" "question" "ready") .) | nindent 2 }}
{{- end -}}
