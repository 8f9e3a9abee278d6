#!/bin/sh
# What the tests can use beyond Python: a Chromium, for the tests that look at a page.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "A browser for the tests is here: $(command -v "$name")."
        exit 0
    fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "There is no apt-get here: install Chromium the way your system does it." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Installing Chromium needs root: run \`sudo make system-deps\`." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o Acquire::Retries=3 update
apt-get -qq -y -o Acquire::Retries=3 install --no-install-recommends chromium fonts-liberation >/dev/null
version=$(chromium --version --no-sandbox 2>/dev/null)
echo "Installed $version."
