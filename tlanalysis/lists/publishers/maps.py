"""Exports of shared maps: OpenStreetMap (Overpass), GoGoCarto, Communecter.

Their formats are public; `readers.openstreetmap` gives the elements of OpenStreetMap their three first columns.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList
from tlanalysis.lists.readers.openstreetmap import ID, KIND, SITE

OPENSTREETMAP = PublishedList(
    {
        ID: "id_source",
        "name": "nom",
        "addr:postcode": "code_postal",
        "addr:city": "commune",
        "addr:street": "adresse",
        "addr:country": "pays",
        "ref:INSEE": "code_commune",
        KIND: "typologie",
        SITE: "site_web",
        "geometry.latitude": "latitude",
        "geometry.longitude": "longitude",
    },
    frozenset({ID, KIND, SITE, "name"}),
)

# `status` is the state of a record on the map, not of the place.
GOGOCARTO = PublishedList(
    {
        "id": "id_source",
        "name": "nom",
        "geo.latitude": "latitude",
        "geo.longitude": "longitude",
        "address.postalCode": "code_postal",
        "address.addressLocality": "commune",
        "address.streetAddress": "adresse",
        "address.addressCountry": "pays",
        "categories": "typologie",
        "website": "site_web",
        "url": "site_web",
    },
    frozenset({"id", "name", "sourceKey", "categories", "geo.latitude", "geo.longitude"}),
)

# `type` is the legal kind of the body (NGO...), not of the place.
COMMUNECTER = PublishedList(
    {
        "id": "id_source",
        "name": "nom",
        "geo.latitude": "latitude",
        "geo.longitude": "longitude",
        "address.codeInsee": "code_commune",
        "address.postalCode": "code_postal",
        "address.addressLocality": "commune",
        "address.streetAddress": "adresse",
        "address.addressCountry": "pays",
        "address.level3Name": "region",
        "tags": "typologie",
        "url": "site_web",
    },
    frozenset({"id", "name", "type", "address.addressLocality", "address.codeInsee", "geo.latitude"}),
)
