#!/bin/sh
# Installs the Debian packages that the tests need and that are missing. Nothing missing: no network, no privilege.
set -eu

wanted="chromium chromium-headless-shell dovecot-imapd dovecot-lmtpd knot opendkim opendkim-tools openssl php-cgi php-cli php-curl postfix roundcube-core roundcube-sqlite3 rspamd tesseract-ocr tesseract-ocr-fra thunderbird util-linux"

missing=""
for package in $wanted; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "vigie: the tests need these programs, and there is no apt-get to install them: $missing" >&2
    exit 2
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "vigie: neither root nor sudo; ask an administrator for: apt-get install --no-install-recommends $missing" >&2
        exit 2
    fi
    as_root="sudo"
fi

echo "vigie: installing for the tests: $missing" >&2
# policy-rc.d is not touched: what Debian starts on its own ports does not disturb us, the tests use free ones. Postfix asks
# how it is to deliver mail, and gets no configuration: without a main.cf it does not even start. Where another mail server is
# installed, Debian would remove it for Postfix: a machine's mail is worth more than our tests, hence --no-remove.
case " $missing " in
*" postfix "*)
    echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections
    ;;
esac
# Roundcube gets no database and changes no web server's configuration: the tests lay out one of their own. It wants some form of
# PHP for a web server; php-cgi is the one that brings neither Apache nor a service.
case " $missing " in
*" roundcube-core "*)
    printf '%s\n' "roundcube-core roundcube/dbconfig-install boolean false" \
        "roundcube-core roundcube/reconfigure-webserver multiselect" | $as_root debconf-set-selections
    ;;
esac
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-remove -o DPkg::Lock::Timeout=300 "$@"
}
# The lists may be fresh enough already: the update is tried only when the installation fails without it.
# shellcheck disable=SC2086 # $missing is a list of words
apt install --no-install-recommends $missing || {
    apt update
    apt install --no-install-recommends $missing
}
