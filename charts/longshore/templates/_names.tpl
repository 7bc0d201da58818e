{{- define "longshore.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "longshore.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ include "longshore.fullname" . }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "longshore.broker.host" -}}
{{- if .Values.broker.host -}}
{{ .Values.broker.host }}
{{- else -}}
{{ include "longshore.fullname" . }}-valkey.{{ .Release.Namespace }}.svc
{{- end -}}
{{- end -}}

{{/* Where the broker, or each of its sentinels, is asked. */}}
{{- define "longshore.broker.addresses" -}}
{{- if .Values.broker.sentinel.hosts -}}
{{- $addresses := list -}}
{{- range .Values.broker.sentinel.hosts -}}
{{- $addresses = append $addresses (ternary . (printf "%s:26379" .) (regexMatch ":[0-9]+$" .)) -}}
{{- end -}}
{{ join "," $addresses }}
{{- else -}}
{{- $host := include "longshore.broker.host" . -}}
{{ ternary (printf "[%s]" $host) $host (and (contains ":" $host) (not (hasPrefix "[" $host))) }}:{{ .Values.broker.port | int64 }}
{{- end -}}
{{- end -}}

{{/* Whether the broker is outside of the chart. */}}
{{- define "longshore.broker.external" -}}
{{- if or .Values.broker.host .Values.broker.sentinel.hosts -}}true{{- end -}}
{{- end -}}

{{- define "longshore.broker.secret" -}}
{{- if .Values.broker.existingSecret -}}
{{ .Values.broker.existingSecret }}
{{- else if .Values.valkey.enabled -}}
{{ include "longshore.fullname" . }}-valkey
{{- end -}}
{{- end -}}

{{- define "longshore.broker.username" -}}
{{- if .Values.broker.username -}}
{{ .Values.broker.username }}
{{- else if .Values.valkey.enabled -}}
longshore
{{- end -}}
{{- end -}}

{{- define "longshore.storage.claim" -}}
{{- if .Values.storage.existingClaim -}}
{{ .Values.storage.existingClaim }}
{{- else if .Values.storage.size -}}
{{ include "longshore.fullname" . }}-data
{{- end -}}
{{- end -}}

{{/* Whether any pod keeps data on a volume: files, or SQLite. */}}
{{- define "longshore.storage.mounted" -}}
{{- if or (eq .Values.storage.kind "directory") (not .Values.database.existingSecret) -}}true{{- end -}}
{{- end -}}

{{/* A quantity of memory of Kubernetes, such as 512Mi, in bytes. */}}
{{- define "longshore.bytes" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $unit := regexFind "[A-Za-z]*$" (toString .) -}}
{{- if not (hasKey $units $unit) -}}
{{- fail (printf "longshore: %q is no quantity of memory; give a number with Ki, Mi or Gi behind it" (toString .)) -}}
{{- end -}}
{{- mulf (trimSuffix $unit (toString .) | float64) (get $units $unit) | floor | int64 -}}
{{- end }}

{{/* What the data of the chart's Valkey may take: room is left within its limit. */}}
{{- define "longshore.valkey.maxmemory" -}}
{{- $limit := dig "limits" "memory" "" .Values.valkey.resources -}}
{{- if ne (toString .Values.valkey.maxmemory) "" -}}
{{- .Values.valkey.maxmemory -}}
{{- else if $limit -}}
{{- div (mul (include "longshore.bytes" $limit | int64) 3) 5 -}}
{{- end -}}
{{- end }}
