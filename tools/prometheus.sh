#!/bin/sh
# Print the folder of promtool and prometheus: that of PROMTOOL, of the one on the PATH, or one where
# Go has built both. Prints nothing where there is neither: tests that need it are then skipped, and
# say so. With "check": say why there is neither, or nothing.
set -eu
if [ "${1:-}" = check ]; then
    [ -n "$(sh "$0")" ] || echo "no promtool on the PATH, and no Go that could build it"
    exit 0
fi
version=v0.313.5 # which is Prometheus 3.13.5
module=github.com/prometheus/prometheus
home=$PWD/.longshore/tools/prometheus-$version
for candidate in "${PROMTOOL:-promtool}" "$home/promtool"; do
    if "$candidate" --version >/dev/null 2>&1; then
        dirname "$(command -v "$candidate")"
        exit 0
    fi
done
command -v go >/dev/null || exit 0
echo "longshore: building prometheus $version into $home" >&2
mkdir -p "$home"
failed() {
    echo "longshore: prometheus could not be built, see $home/build.log" >&2
    exit 0
}
# In its own module, whose replace directives go install refuses; without what finds targets in
# clouds, which is most of the code, and without its pages.
source=$(go mod download -json "$module@$version" 2>"$home/build.log" |
    sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
[ -n "$source" ] || failed
for program in prometheus promtool; do
    GOWORK=off CGO_ENABLED=0 go -C "$source" build -mod=readonly -tags remove_all_sd,enable_dns_sd -o "$home/$program" \
        "./cmd/$program" >>"$home/build.log" 2>&1 || failed
done
echo "$home"
