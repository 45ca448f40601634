#!/bin/sh
# Installs the packages of `make deb` into a Debian 12 of their own, without Swift, uses them and removes them:
# Tests/Packages/install.sh FOLDER-OF-PACKAGES RECORDINGS. For root, since it changes its root.
set -eu
packages=$1
recordings=$2
root=$(mktemp -d)
chmod 755 "$root"
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT

debootstrap --variant=minbase bookworm "$root" > /dev/null
mount --bind /proc "$root/proc"
cp -r "$recordings" "$root/recordings"
mkdir "$root/packages"
cp "$packages"/*.deb "$root/packages/"

# Runs a command in there; the last argument is a script.
within() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive sh -euc "$@"
}

# The same for somebody who may write at home only, and is there.
at_home() {
  chroot --userspec=player:player "$root" env -i PATH=/usr/bin:/bin HOME=/home/player sh -euc "cd; $1"
}

# What the programs print is compared with a pattern: NAME COMMAND PATTERN [WHO RUNS IT].
expect() {
  found=$("${4:-within}" "$2" 2>&1) || { echo "$1: expected exit code 0; $found" >&2; exit 1; }
  echo "$found" | grep -q "$3" || { echo "$1: expected '$3', found '$found'" >&2; exit 1; }
  echo "$1: $(echo "$found" | grep "$3" | head -1)"
}

within 'apt-get update -qq; apt-get install -y -qq --no-install-recommends jalv lilv-utils jackd2' > /dev/null 2>&1
within 'useradd --create-home player'
within 'find / -xdev -not -path "/proc/*" -not -path "/var/*" -not -path "/root/*" -not -path "/home/*" -not -path "/etc/ld.so.cache" | sort > /root/before'
within 'apt-get install -y -qq --no-install-recommends /packages/*.deb' > /dev/null 2>&1

expect 'no Swift' 'command -v swift || echo none' none
piano='/recordings/polonaise/mix.flac --score /recordings/polonaise/score.mid'
expect 'piano' "divisi separate $piano --preset hands --references /recordings/polonaise -o stems" 'mean.*SDR *1[34]\.' at_home
beat='/recordings/break/mix.flac --score /recordings/break/score.mid'
expect 'drums' "divisi separate $beat --preset drums --references /recordings/break --filename '{parent}/{part}' -o stems" 'mean.*SDR *2[67]\.' at_home
expect 'alignment' "divisi align $piano -o aligned.mid && ls" 'aligned.mid' at_home
expect 'kit' "divisi kit $beat -o kit > /dev/null && ls kit" '\.sfz' at_home
expect 'plugins' 'lv2ls' 'urn:divisi:drums-mix'
expect 'doctor' 'divisi doctor' 'ok *plugin *version .* in /usr/lib/lv2' at_home
expect 'host' "divisi-host render $piano --plugin urn:divisi:hands --preset hands -o played" '4 files' at_home
expect 'studio' 'divisi-studio --version' '[0-9]'
expect 'jalv' 'export JACK_DEFAULT_SERVER=packages JACK_NO_AUDIO_RESERVATION=1
  jackd -r -n packages -d dummy > /dev/null 2>&1 & server=$!
  jack_wait --wait --timeout 300 > /dev/null; sleep 1 | jalv urn:divisi:hands 2>&1; kill $server' 'JACK Name: *Divisi Hands'
expect 'workflows' 'cd /usr/share/divisi/workflows; test -x slurm/submit.py && test -s snakemake/Snakefile && echo there' there
expect 'manual' 'test -s /usr/share/man/man1/divisi.1.gz && echo there' there

# Removed, nothing of it is left; libraries that came with it are asked for by nobody else.
within 'apt-get purge -y -qq --autoremove divisi divisi-lv2 divisi-host divisi-studio libdivisi0 libdivisi-dev' > /dev/null 2>&1
within 'find / -xdev -not -path "/proc/*" -not -path "/var/*" -not -path "/root/*" -not -path "/home/*" -not -path "/etc/ld.so.cache" | sort > /root/after'
left=$(within 'comm -13 /root/before /root/after | grep -i divisi || true' | grep -v stardivision || true)
[ -z "$left" ] || { echo "expected nothing after a purge, found: $left" >&2; exit 1; }
echo 'purged: nothing is left'
