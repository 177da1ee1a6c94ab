"""The attributes of HTML, SVG and VML in which a target stands, and what has to happen for it to be visited (C-32).

`anchor`, `form`, `frame`, `object`, `script` and `ping` send the reader or his data somewhere; `image` and `style` are merely loaded.
"""

from __future__ import annotations

SOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "a": (("href", "anchor"), ("xlink:href", "anchor"), ("ping", "ping")),
    "area": (("href", "anchor"), ("ping", "ping")),
    "form": (("action", "form"), ("action-xhr", "form")),
    "button": (("formaction", "form"),),
    "input": (("formaction", "form"), ("src", "image")),
    "isindex": (("action", "form"),),
    "img": (("src", "image"), ("lowsrc", "image"), ("dynsrc", "image"), ("srcset", "image"), ("longdesc", "image")),
    "image": (("src", "image"), ("href", "image"), ("xlink:href", "image")),
    "source": (("src", "image"), ("srcset", "image")),
    "video": (("src", "image"), ("poster", "image")),
    "audio": (("src", "image"),),
    "track": (("src", "image"),),
    "iframe": (("src", "frame"), ("srcdoc", "srcdoc")),
    "frame": (("src", "frame"),),
    "portal": (("src", "frame"),),
    "fencedframe": (("src", "frame"),),
    "layer": (("src", "frame"),),
    "ilayer": (("src", "frame"),),
    "animate": (("to", "anchor"), ("from", "anchor"), ("values", "anchor")),
    "set": (("to", "anchor"),),
    "param": (("value", "object"),),
    "embed": (("src", "object"),),
    "object": (("data", "object"), ("codebase", "object")),
    "applet": (("code", "object"), ("codebase", "object")),
    "link": (("href", "style"), ("imagesrcset", "image")),
    "html": (("manifest", "image"),),
    "bgsound": (("src", "image"),),
    "script": (("src", "script"),),
    "base": (),
    "meta": (),
    "textarea": (),
    **dict.fromkeys(
        ("use", "feimage", "pattern", "filter", "lineargradient", "radialgradient", "textpath", "mpath", "cursor"),
        (("href", "image"), ("xlink:href", "image")),
    ),
}
PAINTED = frozenset(("fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker"))
"""Presentation attributes of SVG that hold url()."""
ANIMATED = frozenset(("animate", "set"))
"""Elements of SVG that change an attribute of their parent: its href, too."""
VML = (("href", "anchor"), ("src", "image"))
"""Of every element with a prefix: Outlook draws buttons with v:roundrect."""
