#!/bin/sh
# Chromium without the two pages that newer versions load for the address bar of every window, which take longer than
# most of what is tested. Of several --disable-features only the last one counts, and playwright has its own.
for argument; do
  shift
  case $argument in
    --disable-features=*) argument=$argument,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
  esac
  set -- "$@" "$argument"
done
exec "${CHROMIUM:-/usr/bin/chromium}" "$@"
