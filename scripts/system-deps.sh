#!/bin/sh
# What the tests can use beyond Python: a Chromium, for the tests that look at a page, and a font
# with Chinese characters, for the brief as PDF.
set -eu
wanted=""
browser=""
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        browser=$(command -v "$name")
        break
    fi
done
if [ -z "$browser" ]; then wanted="chromium fonts-liberation"; fi
font=""
if command -v fc-list >/dev/null 2>&1; then font=$(fc-list :lang=zh-cn family | head -n 1); fi
if [ -z "$font" ]; then wanted="$wanted fonts-wqy-microhei"; fi
if [ -z "$wanted" ]; then
    echo "A browser for the tests is here: $browser; a font with Chinese characters too: $font."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "There is no apt-get here: install Chromium and a font with Chinese characters (such as" >&2
    echo "WenQuanYi Micro Hei or Noto Sans CJK) the way your system does it." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Installing $wanted needs root: run \`sudo make system-deps\`." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o Acquire::Retries=3 update
# shellcheck disable=SC2086 # a list of packages
apt-get -qq -y -o Acquire::Retries=3 install --no-install-recommends $wanted >/dev/null
echo "Installed: $wanted."
if [ -z "$browser" ]; then chromium --version --no-sandbox 2>/dev/null; fi
