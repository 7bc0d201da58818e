{{/* What all services are told that is no secret. */}}
{{- define "longshore.config" -}}
LONGSHORE_KEY_PREFIX: {{ .Values.engine.keyPrefix | quote }}
LONGSHORE_LEASE_SECONDS: {{ .Values.engine.leaseSeconds | quote }}
LONGSHORE_MAX_DELIVERIES: {{ .Values.engine.maxDeliveries | int64 | quote }}
LONGSHORE_BROKER_DEADLINE_SECONDS: {{ .Values.engine.brokerDeadlineSeconds | quote }}
LONGSHORE_RESULT_TTL_SECONDS: {{ .Values.engine.resultTtlSeconds | int64 | quote }}
{{- with .Values.engine.deadLetters }}
LONGSHORE_DEAD_LETTER_TTL_SECONDS: {{ .ttlSeconds | int64 | quote }}
LONGSHORE_DEAD_LETTER_LIMIT: {{ .limit | int64 | quote }}
{{- end }}
{{- with .Values.alerts }}
LONGSHORE_ALERT_MAIL_TO: {{ join "," .mailTo | quote }}
LONGSHORE_ALERT_WINDOW_SECONDS: {{ .windowSeconds | quote }}
LONGSHORE_ALERT_TIMEOUT_SECONDS: {{ .webhook.timeoutSeconds | quote }}
{{- end }}
{{- with .Values.tracing }}
{{- if .endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .endpoint | quote }}
OTEL_TRACES_SAMPLER: parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG: {{ .share | quote }}
{{- end }}
{{- end }}
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
{{- with .Values.api.auth }}
LONGSHORE_AUTH: {{ .mode | quote }}
LONGSHORE_TENANCY: {{ .tenancy | quote }}
LONGSHORE_PUBLIC_PATHS: {{ join "," .publicPaths | quote }}
LONGSHORE_AUTH_CACHE_SECONDS: {{ .cacheSeconds | quote }}
LONGSHORE_AUTH_STALE_SECONDS: {{ .staleSeconds | quote }}
LONGSHORE_OIDC_ISSUER: {{ .oidc.issuer | quote }}
LONGSHORE_OIDC_AUDIENCE: {{ .oidc.audience | quote }}
LONGSHORE_OIDC_JWKS_URL: {{ .oidc.jwksUrl | quote }}
LONGSHORE_OIDC_ALGORITHMS: {{ join "," .oidc.algorithms | quote }}
LONGSHORE_OIDC_SCOPE_CLAIM: {{ .oidc.scopeClaim | quote }}
LONGSHORE_OIDC_NAME_CLAIM: {{ .oidc.nameClaim | quote }}
{{- end }}
{{- with .Values.api.ratePerSecond }}
LONGSHORE_RATE_PER_SECOND: {{ . | quote }}
{{- end }}
{{- with .Values.api.maxWaitingJobs }}
LONGSHORE_MAX_WAITING_JOBS: {{ . | int64 | quote }}
{{- end }}
LONGSHORE_UPLOAD_MAX_BYTES: {{ .Values.api.uploadMaxBytes | int64 | quote }}
LONGSHORE_BODY_MAX_BYTES: {{ .Values.api.bodyMaxBytes | int64 | quote }}
LONGSHORE_BREAKER_SECONDS: {{ .Values.api.breakerSeconds | quote }}
LONGSHORE_READY_DEADLINE_SECONDS: {{ .Values.api.readyDeadlineSeconds | quote }}
LONGSHORE_HEALTH_DEADLINE_SECONDS: {{ .Values.api.healthDeadlineSeconds | quote }}
LONGSHORE_DRAIN_SECONDS: {{ .Values.api.drainSeconds | int64 | quote }}
LONGSHORE_SCHEDULER_TIMEZONE: {{ .Values.scheduler.timezone | quote }}
LONGSHORE_SCHEDULER_OUTBOX: {{ .Values.scheduler.outbox.enabled | quote }}
LONGSHORE_SCHEDULER_OUTBOX_SECONDS: {{ .Values.scheduler.outbox.everySeconds | quote }}
{{- end -}}

{{/* The broker's URL without its password, which Kubernetes puts in from its variable. */}}
{{- define "longshore.brokerUrl" -}}
{{- $broker := .Values.broker -}}
{{- $secret := include "longshore.broker.secret" . -}}
{{- ternary "longshores" "longshore" $broker.tls.enabled }}{{ if $broker.sentinel.hosts }}+sentinel{{ end }}://
{{- if $secret }}{{ include "longshore.broker.username" . }}:$(LONGSHORE_BROKER_PASSWORD)@{{ end }}
{{- include "longshore.broker.addresses" . }}/{{ $broker.database | int64 }}
{{- include "longshore.brokerQuery" . }}
{{- end -}}

{{- define "longshore.brokerQuery" -}}
{{- $options := list -}}
{{- with .Values.broker.sentinel -}}
{{- if .hosts }}{{ $options = append $options (printf "master=%s" .master) }}{{ end -}}
{{- with .username }}{{ $options = append $options (printf "sentinel_username=%s" .) }}{{ end -}}
{{- if .existingSecret }}{{ $options = append $options "sentinel_password=$(LONGSHORE_SENTINEL_PASSWORD)" }}{{ end -}}
{{- end -}}
{{- with .Values.broker.tls -}}
{{- if and .enabled .caSecret }}{{ $options = append $options "ssl_ca_certs=/etc/longshore/broker/ca.crt" }}{{ end -}}
{{- end -}}
{{- if $options }}?{{ join "&" $options }}{{ end -}}
{{- end -}}

{{/* Variables from secrets, as a list. */}}
{{- define "longshore.secretEnv" -}}
{{- with include "longshore.broker.secret" . }}
- name: LONGSHORE_BROKER_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $.Values.broker.passwordKey }} } }
{{- end }}
{{- with .Values.broker.sentinel }}
{{- if .existingSecret }}
- name: LONGSHORE_SENTINEL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} } }
{{- end }}
{{- end }}
- name: LONGSHORE_BROKER_URL
  value: {{ include "longshore.brokerUrl" . | quote }}
{{- include "longshore.databaseEnv" . }}
{{- with .Values.payload }}
{{- if .existingSecret }}
- name: LONGSHORE_PAYLOAD_KEYS
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .keysKey }} } }
{{- end }}
{{- end }}
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
{{- with .Values.alerts.webhook }}
{{- if .existingSecret }}
- name: LONGSHORE_ALERT_WEBHOOK_URL
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .urlKey }} } }
{{- if .signingKey }}
- name: LONGSHORE_ALERT_WEBHOOK_SECRET
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .signingKey }} } }
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.tracing }}
{{- if and .endpoint .existingSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .headersKey }} } }
{{- end }}
{{- end }}
{{- with .Values.sentry }}
{{- if .existingSecret }}
- name: LONGSHORE_SENTRY_DSN
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .dsnKey }} } }
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

{{/* What the chart sets in a container besides longshore.config: lists, which the contract reads as well. */}}
{{- define "longshore.api.env" }}
- { name: LONGSHORE_HOST, value: 0.0.0.0 }
- { name: LONGSHORE_PORT, value: "8000" }
{{- include "longshore.secretEnv" . }}
{{- end -}}

{{/* Of a worker set: dict "root" $ "values" the set. */}}
{{- define "longshore.worker.env" }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: LONGSHORE_PROBE_SOCKET, value: /tmp/longshore.probe }
{{ include "longshore.metricsEnv" .root }}
- { name: LONGSHORE_WORKER_DRAIN_SECONDS, value: {{ include "longshore.set.watchdog" .values | quote }} }
- { name: LONGSHORE_WORKER_PREFETCH, value: {{ .values.prefetch | int64 | quote }} }
{{- include "longshore.secretEnv" .root }}
{{- end -}}

{{- define "longshore.scheduler.env" }}
- { name: LONGSHORE_SCHEDULER_TICK_FILE, value: /tmp/longshore.tick }
{{ include "longshore.metricsEnv" . }}
{{- if .Values.scheduler.deletionCost.enabled }}
- { name: LONGSHORE_SCHEDULER_DELETION_COST, value: "true" }
- name: LONGSHORE_SCHEDULER_POD_SELECTOR
  value: app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/component=worker
{{- end }}
{{- include "longshore.secretEnv" . }}
{{- end -}}

{{/* A component's own further variables: dict "values". */}}
{{- define "longshore.extraEnv" -}}
{{- range $name, $value := .values.env }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}
