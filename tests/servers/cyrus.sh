#!/bin/sh
# Unpacks Debian's Cyrus IMAP into .servers/cyrus of the checkout: installed it would remove Dovecot. Needs no privilege; there
# already: no network. Only the programs that tests/servers/cyrus.py starts are kept, and those of their libraries that Debian
# has not installed.
set -eu

programs="master imapd ctl_cyrusdb"
target="$(cd "$(dirname "$0")/../.." && pwd)/.servers/cyrus"
[ ! -e "$target/complete" ] || exit 0

rm -rf "$target"
mkdir -p "$target/deb" "$target/root" "$target/bin" "$target/lib"

# What an installation would add; it is never run, so nothing is removed or configured. cyrus-common scans for viruses, we do not.
needed() {
    apt-get -s install --no-install-recommends cyrus-imapd 2>/dev/null | awk '/^Inst (cyrus|lib)[^ ]* \(/ && !/ libclamav/ {print $2}'
}

update() {
    if [ "$(id -u)" -eq 0 ]; then
        apt-get -q update
    elif command -v sudo >/dev/null 2>&1; then
        sudo apt-get -q update
    else
        echo "vigie: neither root nor sudo; ask an administrator for: apt-get update" >&2
        exit 2
    fi
}

if [ -x /usr/lib/cyrus/bin/imapd ]; then # a machine on which Cyrus is installed
    for program in $programs; do
        cp "/usr/lib/cyrus/bin/$program" "$target/bin/"
    done
else
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "vigie: the tests need cyrus-imapd, unpacked into $target, and there is no apt-get to fetch it" >&2
        exit 2
    fi
    echo "vigie: unpacking for the tests: cyrus-imapd" >&2
    cd "$target/deb"
    [ -n "$(needed)" ] || update
    # As root apt warns that its own user may not write here. The lists may be older than what the mirror has.
    # shellcheck disable=SC2046 # a list of words
    apt-get -q download $(needed) || {
        update
        apt-get -q download $(needed)
    }
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
fi
rm -rf "$target/deb" "$target/root"
touch "$target/complete"
