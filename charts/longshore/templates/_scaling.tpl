{{/*
How many pods a Deployment asks for: dict "root" "name" "autoscaled" "replicas" "scaler".
An autoscaler owns the number once there is one. But a field that Helm drops falls back to one pod,
so an upgrade writes down the number that it finds: nobody is scaled in by switching.
*/}}
{{- define "longshore.replicas" -}}
{{- $name := printf "%s-%s" (include "longshore.fullname" .root) .name -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace $name -}}
{{- $found := dig "spec" "replicas" -1 $live | int64 -}}
{{- if not .autoscaled -}}
{{- if and (ge $found 0) (include "longshore.scaledBefore" .) -}}
{{ max $found (.replicas | int64) }}
{{- else -}}
{{ .replicas | int64 }}
{{- end -}}
{{- else if ge $found 0 -}}
{{ $found }}
{{- end -}}
{{- end -}}

{{/* Whether an autoscaler of this release has owned the Deployment until now. */}}
{{- define "longshore.scaledBefore" -}}
{{- $name := printf "%s-%s" (include "longshore.fullname" .root) .name -}}
{{- $api := ternary "keda.sh/v1alpha1" "autoscaling/v2" (eq .scaler "ScaledObject") -}}
{{- if .root.Capabilities.APIVersions.Has $api -}}
{{- if lookup $api .scaler .root.Release.Namespace $name -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* A disruption budget: dict "root" "component" "set" "name" "values". */}}
{{- define "longshore.pdb" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "longshore.fullname" .root }}-{{ .name }}
  labels: {{- include "longshore.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.pdb.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "longshore.selector" . | nindent 6 }}
{{- end -}}
