{{/* The image of a component: dict "root" $ "image" values. A digest wins over a tag. */}}
{{- define "longshore.image" -}}
{{- $repository := .image.repository -}}
{{- with .root.Values.image.registry }}{{ $repository = printf "%s/%s" . $repository }}{{ end -}}
{{- if .image.digest -}}
{{ $repository }}@{{ .image.digest }}
{{- else -}}
{{ $repository }}:{{ coalesce .image.tag .root.Values.image.tag .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The pod's half of Pod Security "restricted". */}}
{{- define "longshore.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* The container's half. */}}
{{- define "longshore.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "longshore.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What every pod of the set has: dict "root" $ "component" "set" "values", "account" of one with rights. */}}
{{- define "longshore.podCommon" -}}
{{- if .account }}
serviceAccountName: {{ .account }}
automountServiceAccountToken: true
{{- else }}
serviceAccountName: {{ include "longshore.serviceAccount" .root }}
automountServiceAccountToken: false
{{- end }}
enableServiceLinks: false
securityContext: {{- include "longshore.podSecurity" .root | nindent 2 }}
{{- include "longshore.pullSecrets" .root }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .root.Values.topologySpread.keys }}
topologySpreadConstraints:
  {{- $context := . }}
  {{- range .root.Values.topologySpread.keys }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    # Without this a new template would count the old pods that are about to go.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels: {{- include "longshore.selector" $context | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "longshore.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if include "longshore.storage.mounted" . }}
- { name: data, mountPath: /data }
{{- end }}
{{- if and .Values.broker.tls.enabled .Values.broker.tls.caSecret }}
- { name: broker-ca, mountPath: /etc/longshore/broker, readOnly: true }
{{- end }}
{{- end -}}

{{- define "longshore.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
{{- if include "longshore.storage.mounted" . }}
- name: data
  {{- with include "longshore.storage.claim" . }}
  persistentVolumeClaim: { claimName: {{ . }} }
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- if and .Values.broker.tls.enabled .Values.broker.tls.caSecret }}
- name: broker-ca
  secret:
    secretName: {{ .Values.broker.tls.caSecret }}
    items: [{ key: {{ .Values.broker.tls.caKey }}, path: ca.crt }]
{{- end }}
{{- end -}}

{{/* Annotations of a pod template: a change of configuration replaces the pods. */}}
{{- define "longshore.podAnnotations" -}}
checksum/config: {{ include "longshore.config" .root | sha256sum }}
{{- with .values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What goes before a command so that it runs on a copy that file sync writes to. */}}
{{- define "longshore.reload" -}}
{{- if .Values.development.reload -}}
- python
- -m
- longshore.reload
- /tmp/live
{{- end -}}
{{- end -}}
