{{/*
Labels of an object: dict "root" $ "component" name, "set" for a worker set, and "more" labels, which win
over the common ones.
*/}}
{{- define "longshore.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{ include "longshore.selector" . }}
{{- with merge dict (.more | default dict) .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What selects the pods of a component; it never changes in the life of a release. */}}
{{- define "longshore.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .set }}
longshore.dev/worker-set: {{ . }}
{{- end }}
{{- end -}}

{{/*
Labels of a pod, with those of the component's "values": a new version of the chart alone must not replace
pods.
*/}}
{{- define "longshore.podLabels" -}}
{{ include "longshore.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- with merge dict (get (.values | default dict) "podLabels" | default dict) .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
