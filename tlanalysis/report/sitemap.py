"""The list of pages for search engines. It needs absolute addresses: a site that knows its own address has one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from tlanalysis.core.errors import BadInput

FILE = "sitemap.xml"
_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>]+(/[^\s?#\"'<>]*)?")


def checked(base_url: str) -> str:
    """Return the address that the pages will have, without a slash at its end; empty when it is not known.

    Raises
    ------
    BadInput
        When it is not the address of a folder.
    """
    if base_url and not _ADDRESS.fullmatch(base_url):
        raise BadInput(
            f"{base_url!r} is not the address of a folder of pages: write it as https://example.org/tiers-lieux."
        )
    return base_url.rstrip("/")


def sitemap(base_url: str, paths: Iterable[str]) -> bytes:
    """Return the sitemap of some pages.

    Parameters
    ----------
    base_url : str
        Address of the reports folder, as `checked` returns it.
    paths : iterable of str
        Paths of the pages inside the reports folder.

    Examples
    --------
    >>> print(sitemap("https://example.org/a", ["index.html"]).decode())
    <?xml version="1.0" encoding="utf-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://example.org/a/index.html</loc></url>
    </urlset>
    <BLANKLINE>
    """
    urls = "".join(f"<url><loc>{escape(f'{base_url}/{quote(path)}')}</loc></url>\n" for path in sorted(paths))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    ).encode()
