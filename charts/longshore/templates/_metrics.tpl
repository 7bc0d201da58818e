{{/* Where workers and schedulers serve their metrics, if somebody asks for them. */}}
{{- define "longshore.metricsEnv" -}}
{{- with .Values.monitoring.podMonitor -}}
- { name: LONGSHORE_METRICS_PORT, value: {{ ternary .port 0 .enabled | int64 | quote }} }
- { name: LONGSHORE_METRICS_HOST, value: "0.0.0.0" }
{{- end }}
{{- end -}}

{{- define "longshore.metricsPorts" -}}
{{- with .Values.monitoring.podMonitor -}}
{{- if .enabled -}}
ports: [{ name: metrics, containerPort: {{ .port | int64 }} }]
{{- end }}
{{- end }}
{{- end -}}
