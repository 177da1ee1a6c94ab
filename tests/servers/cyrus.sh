#!/bin/sh
# Unpacks Debian's Cyrus IMAP into .servers/cyrus of the checkout: installed it would remove Dovecot. Needs no privilege; there
# already: no network. Only the programs that tests/servers/cyrus.py starts are kept, and those of their libraries that Debian
# has not installed.
set -eu

programs="master imapd idled ctl_cyrusdb"
target="$(cd "$(dirname "$0")/../.." && pwd)/.servers/cyrus"
[ ! -e "$target/complete" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "vigie: the tests need cyrus-imapd, unpacked into $target, and there is no apt-get to fetch it" >&2
    exit 2
fi
echo "vigie: unpacking for the tests: cyrus-imapd" >&2
# What an installation would add; never run, so that nothing is removed or configured. cyrus-common scans for viruses, we do not.
needed() {
    apt-get -s install --no-install-recommends cyrus-imapd 2>/dev/null | awk '/^Inst (cyrus|lib)[^ ]* \(/ && !/ libclamav/ {print $2}'
}
packages=$(needed)
case "$packages" in
*cyrus-imapd*) ;;
*)
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    $as_root apt-get -q update
    packages=$(needed)
    ;;
esac
rm -rf "$target"
mkdir -p "$target/deb" "$target/root" "$target/bin" "$target/lib"
cd "$target/deb"
# As root apt warns that its own user may not write here; the files come all the same.
# shellcheck disable=SC2086 # a list of words
apt-get -q download $packages
for file in *.deb; do
    dpkg -x "$file" "$target/root"
done
libraries=$(find "$target/root" -name '*.so*' -exec dirname {} + | sort -u | paste -sd :)
for program in $programs; do
    cp "$target/root/usr/lib/cyrus/bin/$program" "$target/bin/"
    LD_LIBRARY_PATH="$libraries" ldd "$target/bin/$program"
done | awk -v root="$target/root" 'index($3, root) == 1 {print $3}' | sort -u | while read -r library; do
    cp -L "$library" "$target/lib/"
done
rm -rf "$target/deb" "$target/root"
touch "$target/complete"
