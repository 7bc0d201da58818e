{{/* What all services are told that is no secret. */}}
{{- define "longshore.config" -}}
LONGSHORE_KEY_PREFIX: {{ .Values.engine.keyPrefix | quote }}
LONGSHORE_LEASE_SECONDS: {{ .Values.engine.leaseSeconds | quote }}
LONGSHORE_MAX_DELIVERIES: {{ .Values.engine.maxDeliveries | int64 | quote }}
LONGSHORE_BROKER_DEADLINE_SECONDS: {{ .Values.engine.brokerDeadlineSeconds | quote }}
LONGSHORE_RESULT_TTL_SECONDS: {{ .Values.engine.resultTtlSeconds | int64 | quote }}
LONGSHORE_LOG_LEVEL: {{ .Values.log.level | quote }}
LONGSHORE_LOG_FORMAT: {{ .Values.log.format | quote }}
LONGSHORE_STORAGE: {{ .Values.storage.kind | quote }}
{{- if eq .Values.storage.kind "directory" }}
LONGSHORE_STORAGE_DIRECTORY: /data/files
{{- else }}
LONGSHORE_S3_BUCKET: {{ .Values.storage.s3.bucket | quote }}
LONGSHORE_S3_PREFIX: {{ .Values.storage.s3.prefix | quote }}
LONGSHORE_S3_REGION: {{ .Values.storage.s3.region | quote }}
LONGSHORE_S3_ENDPOINT_URL: {{ .Values.storage.s3.endpointUrl | quote }}
LONGSHORE_S3_TIMEOUT_SECONDS: {{ .Values.storage.s3.timeoutSeconds | quote }}
{{- end }}
{{- if not .Values.database.existingSecret }}
LONGSHORE_DATABASE_URL: sqlite:////data/longshore.sqlite3
{{- end }}
LONGSHORE_SMTP_HOST: {{ .Values.mail.host | quote }}
LONGSHORE_SMTP_PORT: {{ .Values.mail.port | int64 | quote }}
LONGSHORE_SMTP_SECURITY: {{ .Values.mail.security | quote }}
LONGSHORE_SMTP_TIMEOUT_SECONDS: {{ .Values.mail.timeoutSeconds | quote }}
LONGSHORE_MAIL_FROM: {{ .Values.mail.from | quote }}
LONGSHORE_UPLOAD_MAX_BYTES: {{ .Values.api.uploadMaxBytes | int64 | quote }}
LONGSHORE_BODY_MAX_BYTES: {{ .Values.api.bodyMaxBytes | int64 | quote }}
LONGSHORE_BREAKER_SECONDS: {{ .Values.api.breakerSeconds | quote }}
LONGSHORE_READY_DEADLINE_SECONDS: {{ .Values.api.readyDeadlineSeconds | quote }}
LONGSHORE_HEALTH_DEADLINE_SECONDS: {{ .Values.api.healthDeadlineSeconds | quote }}
LONGSHORE_DRAIN_SECONDS: {{ .Values.api.drainSeconds | int64 | quote }}
LONGSHORE_SCHEDULER_TIMEZONE: {{ .Values.scheduler.timezone | quote }}
{{- end -}}

{{/* The broker's URL without its password, which Kubernetes puts in from its variable. */}}
{{- define "longshore.brokerUrl" -}}
{{- $broker := .Values.broker -}}
{{- $secret := include "longshore.broker.secret" . -}}
{{- ternary "longshores" "longshore" $broker.tls.enabled }}://
{{- if $secret }}{{ include "longshore.broker.username" . }}:$(LONGSHORE_BROKER_PASSWORD)@{{ end }}
{{- include "longshore.broker.host" . }}:{{ $broker.port | int64 }}/{{ $broker.database | int64 }}
{{- if and $broker.tls.enabled $broker.tls.caSecret }}?ssl_ca_certs=/etc/longshore/broker/ca.crt{{ end }}
{{- end -}}

{{/* Variables from secrets, as a list. */}}
{{- define "longshore.secretEnv" -}}
{{- with include "longshore.broker.secret" . }}
- name: LONGSHORE_BROKER_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $.Values.broker.passwordKey }} } }
{{- end }}
- name: LONGSHORE_BROKER_URL
  value: {{ include "longshore.brokerUrl" . | quote }}
{{- include "longshore.databaseEnv" . }}
{{- with .Values.storage.s3 }}
{{- if and .existingSecret (eq $.Values.storage.kind "s3") }}
- name: LONGSHORE_S3_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .accessKeyIdKey }} } }
- name: LONGSHORE_S3_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .secretAccessKeyKey }} } }
{{- end }}
{{- end }}
{{- with .Values.mail }}
{{- if .existingSecret }}
- name: LONGSHORE_SMTP_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .usernameKey }} } }
- name: LONGSHORE_SMTP_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} } }
{{- end }}
{{- end }}
{{- end -}}

{{- define "longshore.databaseEnv" -}}
{{- with .Values.database }}
{{- if .existingSecret }}
- name: LONGSHORE_DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .urlKey }} } }
{{- end }}
{{- end }}
{{- end -}}

{{/* A component's own further variables: dict "values". */}}
{{- define "longshore.extraEnv" -}}
{{- range $name, $value := .values.env }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}
