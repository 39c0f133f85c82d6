#!/usr/bin/env bash
# Build MediaMTX from its Go module, once, into the user's cache; prints the path of the program.
#
#   tools/servers/get-mediamtx.sh [FOLDER]
#
# Go and npm take their registries from the environment. A cold build takes about four minutes on
# two cores, a warm one seconds; where the program is there, nothing happens.
set -euo pipefail

readonly VERSION=v1.20.1
readonly MODULE=github.com/bluenviron/mediamtx
readonly MIN_GO_MINOR=26

target=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/sentinel/mediamtx-${VERSION#v}}
program=$target/mediamtx

say() { printf '%s\n' "$*" >&2; }

refuse() {
    say "get-mediamtx: $*"
    exit 1
}

is_built() { [[ -x $program && $("$program" --version 2>/dev/null) == "$VERSION" ]]; }

check_tools() {
    command -v go >/dev/null || refuse "Go 1.$MIN_GO_MINOR or newer is needed and was not found."
    local minor
    minor=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    ((${minor:-0} >= MIN_GO_MINOR)) \
        || refuse "Go 1.$MIN_GO_MINOR or newer is needed; this is $(go env GOVERSION)."
    command -v npm >/dev/null || refuse "npm is needed for the player in MediaMTX's own page (make env brings it)."
    command -v flock >/dev/null || refuse "flock is needed: apt-get install util-linux."
}

# The module lacks two files that its release process makes: VERSION, and hls.js of a fixed version.
add_generated_files() {
    local source=$1 hls_version
    hls_version=$(tr -d ' \nv' <"$source/internal/servers/hls/hlsjsdownloader/VERSION")
    npm pack --silent "hls.js@$hls_version" >/dev/null
    tar -xzf hls.js-*.tgz package/dist/hls.min.js
    install -m 644 package/dist/hls.min.js "vendor/$MODULE/internal/servers/hls/hls.min.js"
    printf %s "$VERSION" >"vendor/$MODULE/internal/core/VERSION"
}

build() {
    local source
    go mod init sentinel.invalid/mediamtx 2>/dev/null
    source=$(go mod download -json "$MODULE@$VERSION" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
    [[ -n $source ]] || refuse "the Go module $MODULE@$VERSION could not be had."
    # The checksum database vouches for MediaMTX, and its go.sum for every dependency.
    install -m 644 "$source/go.sum" go.sum
    go get -tool "$MODULE@$VERSION" 2>get.log || { cat get.log >&2 && exit 1; }
    # -e: the files to embed are still missing.
    go mod vendor -e 2>vendor.log || { cat vendor.log >&2 && exit 1; }
    add_generated_files "$source"
    CGO_ENABLED=0 go build -mod=vendor -trimpath -ldflags '-s -w' -o "$program.new" "$MODULE"
    mv "$program.new" "$program"
}

main() {
    mkdir -p "$target"
    target=$(cd "$target" && pwd)
    program=$target/mediamtx
    if ! is_built; then
        check_tools
        exec 9>"$target/.lock"
        flock 9
        if ! is_built; then
            say "Building MediaMTX $VERSION from its Go module (about four minutes the first time)"
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            (cd "$work" && build)
            is_built || refuse "the program that was built does not start."
        fi
    fi
    printf '%s\n' "$program"
}

main
