{{/*
What must hold between values, or a job could be cut short or lost: checked at every render.
Each refusal names the values and what to write instead.
*/}}
{{- define "longshore.contract" -}}
{{- include "longshore.contract.broker" . -}}
{{- include "longshore.contract.data" . -}}
{{- include "longshore.contract.api" . -}}
{{- include "longshore.contract.tenancy" . -}}
{{- include "longshore.contract.network" . -}}
{{- include "longshore.contract.labels" . -}}
{{- if and .Values.development.reload (ne .Values.environment "dev") -}}
{{- fail (printf "longshore: environment is %s but development.reload would have services run what can be written to; set development.reload=false" .Values.environment) -}}
{{- end -}}
{{- if eq .Values.environment "prod" }}{{ include "longshore.contract.prod" . }}{{ end -}}
{{- $names := include "longshore.setNames" . -}}
{{- if not $names }}{{ fail "longshore: no worker set is enabled, so no job would ever run; enable one under workers" }}{{ end -}}
{{- range $name := splitList " " $names -}}
{{- $set := include "longshore.set" (dict "root" $ "name" $name) | fromJson -}}
{{- include "longshore.contract.drain" (dict "name" $name "set" $set) -}}
{{- if $set.keda.enabled }}{{ include "longshore.contract.keda" (dict "root" $ "name" $name "set" $set) }}{{ end -}}
{{- include "longshore.contract.marks" (dict "path" (printf "workers.%s" $name) "values" $set) -}}
{{- include "longshore.contract.env" (dict "root" $ "path" (printf "workers.%s.env" $name) "env" $set.env "own" (include "longshore.worker.env" (dict "root" $ "values" $set))) -}}
{{- end -}}
{{- include "longshore.contract.env" (dict "root" $ "path" "api.env" "env" .Values.api.env "own" (include "longshore.api.env" .)) -}}
{{- include "longshore.contract.env" (dict "root" $ "path" "scheduler.env" "env" .Values.scheduler.env "own" (include "longshore.scheduler.env" .)) -}}
{{- end -}}

{{- define "longshore.contract.broker" -}}
{{- if eq .Values.broker.kind "rabbitmq" -}}
{{- fail "longshore: broker.kind is rabbitmq, which this chart cannot run: its probes, its scaling and its rollout ask Redis; set broker.kind=redis, or deploy the images by yourself (docs/brokers.md)" -}}
{{- end -}}
{{- if and .Values.valkey.enabled .Values.broker.host -}}
{{- fail (printf "longshore: broker.host is %q but valkey.enabled is true; set valkey.enabled=false to use the external server, or empty broker.host" .Values.broker.host) -}}
{{- end -}}
{{- if not (or .Values.valkey.enabled (include "longshore.broker.external" .)) -}}
{{- fail "longshore: there is no broker; set broker.host to a Redis or Valkey, broker.sentinel.hosts to its sentinels, or valkey.enabled=true" -}}
{{- end -}}
{{- include "longshore.contract.sentinel" . -}}
{{- if and .Values.valkey.enabled .Values.broker.tls.enabled -}}
{{- fail "longshore: broker.tls.enabled is true but the chart's own Valkey speaks no TLS; set broker.host and valkey.enabled=false, or broker.tls.enabled=false" -}}
{{- end -}}
{{- if and .Values.valkey.enabled .Values.broker.username (ne .Values.broker.username "longshore") -}}
{{- fail "longshore: broker.username does not fit the chart's own Valkey, whose user is longshore; empty it" -}}
{{- end -}}
{{- if and .Values.valkey.enabled (ne (.Values.broker.port | int64) 6379) -}}
{{- fail "longshore: broker.port does not fit the chart's own Valkey; leave it at 6379" -}}
{{- end -}}
{{- if and (include "longshore.broker.external" .) .Values.broker.username (not .Values.broker.existingSecret) -}}
{{- fail "longshore: broker.username is set without a password; name the secret that holds it in broker.existingSecret" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.sentinel" -}}
{{- $sentinel := .Values.broker.sentinel -}}
{{- if and $sentinel.hosts (or .Values.broker.host .Values.valkey.enabled) -}}
{{- fail "longshore: broker.sentinel.hosts are asked which server is the primary, so no other may be named; empty broker.host and set valkey.enabled=false" -}}
{{- end -}}
{{- if and $sentinel.hosts (not $sentinel.master) -}}
{{- fail "longshore: broker.sentinel.hosts is set but broker.sentinel.master is empty; name the primary as the sentinels know it" -}}
{{- end -}}
{{- if and (or $sentinel.master $sentinel.username $sentinel.existingSecret) (not $sentinel.hosts) -}}
{{- fail "longshore: broker.sentinel is set without hosts; list the sentinels in broker.sentinel.hosts" -}}
{{- end -}}
{{- if and $sentinel.username (not $sentinel.existingSecret) -}}
{{- fail "longshore: broker.sentinel.username is set without a password; name the secret that holds it in broker.sentinel.existingSecret" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.data" -}}
{{- if and .Values.migrations.hook (not .Values.database.existingSecret) -}}
{{- fail "longshore: migrations.hook needs a database that exists before the release; set database.existingSecret, or migrations.hook=false" -}}
{{- end -}}
{{- if and (eq .Values.storage.kind "s3") (not .Values.storage.s3.bucket) -}}
{{- fail "longshore: storage.kind is s3 but storage.s3.bucket is empty; name the bucket" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.api" -}}
{{- $needed := include "longshore.api.drain" . | int64 -}}
{{- $given := include "longshore.api.grace" . | int64 -}}
{{- if lt $given $needed -}}
{{- fail (printf "longshore: api.terminationGracePeriodSeconds is %d but preStopSeconds + drainSeconds + 10 is %d: requests would be cut off; leave it empty, or set at least %d" $given $needed $needed) -}}
{{- end -}}
{{- if and .Values.api.hpa.enabled (gt (.Values.api.hpa.minReplicas | int64) (.Values.api.hpa.maxReplicas | int64)) -}}
{{- fail "longshore: api.hpa.minReplicas is more than api.hpa.maxReplicas; lower one or raise the other" -}}
{{- end -}}
{{- range $path := list "/livez" "/readyz" -}}
{{- if not (has $path $.Values.api.auth.publicPaths) -}}
{{- fail (printf "longshore: api.auth.publicPaths lacks %s, which the kubelet asks without a key: no pod of the api would become ready; add it" $path) -}}
{{- end -}}
{{- end -}}
{{- with .Values.api.auth.oidc -}}
{{- if and (or .issuer .audience .jwksUrl) (not (and .issuer .audience .jwksUrl)) -}}
{{- fail "longshore: api.auth.oidc needs issuer, audience and jwksUrl together; set all three, or none" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.api.ingress.enabled (not .Values.api.ingress.hosts) -}}
{{- fail "longshore: api.ingress.enabled without hosts would answer for every name; list api.ingress.hosts" -}}
{{- end -}}
{{- if and .Values.api.httpRoute.enabled (not .Values.api.httpRoute.parentRefs) -}}
{{- fail "longshore: api.httpRoute.enabled without a gateway; list api.httpRoute.parentRefs" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.tenancy" -}}
{{- if and (eq .Values.api.auth.tenancy "client") (ne .Values.api.auth.mode "required") -}}
{{- fail "longshore: api.auth.tenancy is client but api.auth.mode is off: nobody would be recognised; set api.auth.mode=required" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.network" -}}
{{- if and .Values.networkPolicy.enabled .Values.networkPolicy.restrictEgress (not .Values.networkPolicy.extraEgress) (include "longshore.broker.external" .) -}}
{{- fail "longshore: networkPolicy.restrictEgress would cut the pods off from the broker; open it in networkPolicy.extraEgress" -}}
{{- end -}}
{{- end -}}

{{/* Pods are selected by the chart's own labels: no other value may stand in their place. */}}
{{- define "longshore.contract.labels" -}}
{{- include "longshore.contract.unclaimed" (dict "path" "commonLabels" "labels" .Values.commonLabels) -}}
{{- range $name, $monitor := pick .Values.monitoring "serviceMonitor" "podMonitor" "prometheusRule" "dashboards" -}}
{{- include "longshore.contract.unclaimed" (dict "path" (printf "monitoring.%s.labels" $name) "labels" $monitor.labels) -}}
{{- end -}}
{{- include "longshore.contract.marks" (dict "path" "api" "values" .Values.api) -}}
{{- include "longshore.contract.marks" (dict "path" "scheduler" "values" .Values.scheduler) -}}
{{- end -}}

{{/* Labels and annotations of a component's pods: dict "path" "values". */}}
{{- define "longshore.contract.marks" -}}
{{- include "longshore.contract.unclaimed" (dict "path" (printf "%s.podLabels" .path) "labels" .values.podLabels) -}}
{{- if hasKey (.values.podAnnotations | default dict) "checksum/config" -}}
{{- fail (printf "longshore: %s.podAnnotations.checksum/config is an annotation that the chart sets; leave it out" .path) -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.unclaimed" -}}
{{- $path := .path -}}
{{- range $name, $_ := .labels -}}
{{- if has $name (list "helm.sh/chart" "longshore.dev/worker-set" "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by") -}}
{{- fail (printf "longshore: %s.%s is a label that the chart sets, and selects pods by; leave it out, or give it another name" $path $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.prod" -}}
{{- if ne .Values.api.auth.mode "required" -}}
{{- fail "longshore: environment is prod but api.auth.mode is off: whoever reaches the api could do everything; set api.auth.mode=required" -}}
{{- end -}}
{{- if .Values.valkey.enabled -}}
{{- fail "longshore: environment is prod but the broker would be the chart's single Valkey; set valkey.enabled=false and broker.host" -}}
{{- end -}}
{{- if not .Values.broker.existingSecret -}}
{{- fail "longshore: environment is prod but the broker is asked without a password; name its secret in broker.existingSecret" -}}
{{- end -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "longshore: environment is prod but the database is SQLite; name the secret with its URL in database.existingSecret" -}}
{{- end -}}
{{- if and (eq .Values.storage.kind "directory") (ne .Values.storage.accessMode "ReadWriteMany") -}}
{{- fail "longshore: environment is prod but files are on a volume of one node; set storage.kind=s3, or storage.accessMode=ReadWriteMany" -}}
{{- end -}}
{{- if and (eq .Values.storage.kind "directory") (not (include "longshore.storage.claim" .)) -}}
{{- fail "longshore: environment is prod but files would end with their pod; set storage.size, storage.existingClaim or storage.kind=s3" -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.drain" -}}
{{- $needed := include "longshore.set.drain" .set | int64 -}}
{{- $given := include "longshore.set.grace" .set | int64 -}}
{{- if lt $given $needed -}}
{{- fail (printf "longshore: workers.%s.terminationGracePeriodSeconds is %d but hardLimitSeconds + drainMarginSeconds is %d + %d = %d: a drain would cut jobs short; leave it empty, set at least %d, or lower hardLimitSeconds" .name $given (.set.hardLimitSeconds | int64) (.set.drainMarginSeconds | int64) $needed $needed) -}}
{{- end -}}
{{- if ge (.set.probes.livenessGraceSeconds | int64) $given -}}
{{- fail (printf "longshore: workers.%s.probes.livenessGraceSeconds is not less than the grace of %d s: a hung worker would wait it out; lower it" .name $given) -}}
{{- end -}}
{{- end -}}

{{- define "longshore.contract.keda" -}}
{{- $keda := .set.keda -}}
{{- $grace := include "longshore.set.grace" .set | int64 -}}
{{- $cooldown := include "longshore.set.cooldown" .set | int64 -}}
{{- if lt $cooldown $grace -}}
{{- fail (printf "longshore: workers.%s.keda.cooldownSeconds is %d but the grace is %d s: pods would be scaled in before the last drain is over; leave it empty, or set at least %d" .name $cooldown $grace $grace) -}}
{{- end -}}
{{- if gt ($keda.minReplicas | int64) ($keda.maxReplicas | int64) -}}
{{- fail (printf "longshore: workers.%s.keda.minReplicas is %d but maxReplicas is %d; lower one or raise the other" .name ($keda.minReplicas | int64) ($keda.maxReplicas | int64)) -}}
{{- end -}}
{{- if and $keda.fallback.enabled (lt ($keda.fallback.replicas | int64) 1) -}}
{{- fail (printf "longshore: workers.%s.keda.fallback.replicas is 0: a broker that does not answer would end every worker; set at least 1, or fallback.enabled=false" .name) -}}
{{- end -}}
{{- if and (eq ($keda.minReplicas | int64) 0) (not $keda.countClaimed) -}}
{{- fail (printf "longshore: workers.%s.keda.minReplicas is 0 but countClaimed is false: running jobs would be scaled away as soon as none waits; set countClaimed=true, or minReplicas to at least 1" .name) -}}
{{- end -}}
{{- if and (eq ($keda.minReplicas | int64) 0) (not .root.Values.scheduler.enabled) -}}
{{- fail (printf "longshore: workers.%s.keda.minReplicas is 0 but scheduler.enabled is false: nobody would move delayed jobs that are due into a queue; enable the scheduler, or set minReplicas to at least 1" .name) -}}
{{- end -}}
{{- end -}}

{{/*
A name twice in a container's environment is refused by a server-side apply: dict "path" "env" and "own",
the list that the chart renders.
*/}}
{{- define "longshore.contract.env" -}}
{{- $path := .path -}}
{{- $own := concat (keys (include "longshore.config" .root | fromYaml)) (list "LONGSHORE_PAYLOAD_KEYS" "LONGSHORE_BROKER_PASSWORD" "LONGSHORE_SENTINEL_PASSWORD" "LONGSHORE_DATABASE_URL" "LONGSHORE_SCHEDULER_DELETION_COST" "LONGSHORE_SCHEDULER_POD_SELECTOR") -}}
{{- range .own | fromYamlArray }}{{ $own = append $own .name }}{{ end -}}
{{- range $name, $_ := .env -}}
{{- if has $name $own -}}
{{- fail (printf "longshore: %s.%s is a variable that the chart sets; use the chart's own value for it" $path $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
