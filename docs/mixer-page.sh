#!/bin/sh
# Takes docs/mixer-page.png: the demo's drums on the mixer page while they play, under a JACK server of its own.
# Usage: docs/mixer-page.sh DIVISI-HOST FOLDER-OF-BUNDLES OUTPUT
# Needs jackd2, ecasound, chromium, chromium-driver and curl.
set -eu
host=$1 bundles=$(realpath "$2") output=$3
recording=$(dirname "$0")/../Tests/Recordings/break
export LV2_PATH="$bundles" JACK_DEFAULT_SERVER="divisi-picture-$$" JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
work=$(mktemp -d)
children=
finish() {
  for child in $children; do kill "$child" 2>/dev/null && wait "$child" || true; done
  rm -rf "$work"
}
trap finish EXIT

jackd -S -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 44100 -p 4096 >"$work/jackd" 2>&1 &
children=$!
jack_wait -w -t 10 >/dev/null 2>&1
"$host" --preset drums --score "$recording/score.mid" --wait --web 0 \
  --set gain_snare=-6 --set gain_hihat=3.5 --set pan_hihat=-0.3 --set mute_toms=1 </dev/null >"$work/host" 2>&1 &
children="$! $children"
until grep -qs 'mixer page at' "$work/host"; do
  kill -0 "${children%% *}" || { cat "$work/host" >&2; exit 1; }
  sleep 0.1
done
address=$(sed -n 's/.*mixer page at \(http[^ ]*\).*/\1/p' "$work/host")
chromedriver --port=0 >"$work/driver" 2>&1 &
children="$! $children"
until grep -qs 'successfully on port' "$work/driver"; do
  kill -0 "${children%% *}" || { cat "$work/driver" >&2; exit 1; }
  sleep 0.1
done
driver=http://127.0.0.1:$(sed -n 's/.*successfully on port \([0-9]*\).*/\1/p' "$work/driver")
session=$driver/session/$(curl -s "$driver/session" -d '{"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args":
  ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,920", "--user-data-dir='"$work"'/browser"]}}}}' |
  sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
curl -s "$session/url" -d '{"url": "'"$address"'"}' >/dev/null
# The player starts the transport, and the plugin with it. Then long enough for the page's first
# message to be gone.
ecasound -q -i "$recording/mix.flac" -o jack,divisi-drums -G:jack,player,send </dev/null >"$work/player" 2>&1 &
children="$! $children"
sleep 11
curl -s "$session/screenshot" | sed 's/.*"value":"\([^"]*\)".*/\1/' | base64 -d >"$output"
curl -s -X DELETE "$session" >/dev/null
