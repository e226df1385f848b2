#!/usr/bin/env bash
# What the browser suite needs beside the Python packages: a Chromium, and axe-core (npm) in a folder that git ignores.
# Does nothing that was done before.
set -euo pipefail
cd "$(dirname "$0")"
AXE=4.14.1

if ! command -v chromium chromium-browser google-chrome >/dev/null && [ -z "${COURSE_CHROMIUM:-}" ]; then
    SUDO=$([ "$(id -u)" = 0 ] || echo sudo)
    $SUDO apt-get update -qq
    $SUDO apt-get install -y --no-install-recommends chromium fonts-dejavu-core
fi
if ! grep -qs "\"version\": \"$AXE\"" node_modules/axe-core/package.json; then
    npm install --prefix . --no-save --no-package-lock --no-audit --no-fund "axe-core@$AXE"
fi
