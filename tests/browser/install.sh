#!/usr/bin/env bash
# What the browser suite needs beside the Python packages: a Chromium, and axe-core (npm) in a folder that git ignores.
# Does nothing that was done before. What cannot be had ends in one sentence: exit code 1 where CI=true, else 77 (skipped).
set -uo pipefail
cd "$(dirname "$0")" || exit 1
AXE=4.14.1

have_chromium() {
    for name in "${COURSE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

have_axe() {
    grep -qs "\"version\": \"$AXE\"" node_modules/axe-core/package.json && [ -s node_modules/axe-core/axe.min.js ]
}

lacking() {
    echo "$1"
    if [ "${CI:-}" = true ]; then exit 1; fi
    exit 77
}

if ! have_chromium && command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo="sudo -n"; fi
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get -o Acquire::Retries=3 update -qq
    $sudo apt-get -o Acquire::Retries=3 install -qq -y --no-install-recommends chromium fonts-dejavu-core
fi
have_chromium || lacking "There is no Chromium here, and apt could not install it. Install one, or name one in COURSE_CHROMIUM."

if ! have_axe && command -v npm >/dev/null; then
    npm install --prefix . --no-save --no-package-lock --no-audit --no-fund --loglevel=error "axe-core@$AXE"
fi
have_axe || lacking "There is no axe-core here. Install Node.js with npm, then run: bash tests/browser/install.sh"
