"""The public suffix list is what its library reads in it, though read in less time."""

from __future__ import annotations

from publicsuffixlist import PublicSuffixList

from vigie.message.suffixes import registries


def test_it_is_the_list_as_the_library_reads_it() -> None:
    ours, theirs = registries(), PublicSuffixList(only_icann=True)
    assert ours._publicsuffix == theirs._publicsuffix
    assert ours._maxlabel == theirs._maxlabel
    assert ours.privatesuffix("www.assurance.co.uk") == "assurance.co.uk"
    assert ours.privatesuffix("a.b.xn--55qx5d.cn") == "b.xn--55qx5d.cn"
