{{/*
What the alerts of a queue's service level compare: which part of its jobs started in time, how much
faster than it may the rest is used up, and how old the next job is beside its limit.
*/}}
{{- define "longshore.slo" -}}
{{- $slo := .Values.monitoring.slo -}}
{{- range $queue, $seconds := $slo.startWithinSeconds }}
- record: queue:longshore_oldest_age:slo_ratio
  expr: max by (namespace, queue) (longshore_queue_oldest_age_seconds{queue={{ $queue | quote }}}) / {{ $seconds | int64 }}
  labels: { queue: {{ $queue | quote }} }
{{- range $window := list "5m" "30m" "1h" "2h" "6h" "1d" "3d" }}
- record: queue:longshore_jobs_in_time:ratio_rate{{ $window }}
  expr: |
    sum by (namespace, queue) (rate(longshore_job_wait_seconds_bucket{queue={{ $queue | quote }}, le=~"{{ $seconds | int64 }}([.]0)?"}[{{ $window }}]))
    / (sum by (namespace, queue) (rate(longshore_job_wait_seconds_count{queue={{ $queue | quote }}}[{{ $window }}])) > 0)
  labels: { queue: {{ $queue | quote }} }
- record: queue:longshore_start_budget_burn:ratio_rate{{ $window }}
  expr: (1 - queue:longshore_jobs_in_time:ratio_rate{{ $window }}{queue={{ $queue | quote }}}) / (1 - {{ $slo.objective }})
  labels: { queue: {{ $queue | quote }} }
{{- end }}
{{- end }}
{{- end -}}
