"""Exports of the maps that networks fill together: OpenStreetMap, Communecter and GoGoCarto, one row per place.

What looks like a state, a type or a date of opening there is not one: in GoGoCarto `status` is the moderation of a
record and `createdAt` the date of the record; `type` is the legal kind of an organisation in Communecter, and the kind
of element in OpenStreetMap.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList
from tlanalysis.lists.readers.openstreetmap import ID, KIND, SITE

# Publisher's column -> ours; of two columns for one field, the second is read where the first is empty.
OPENSTREETMAP = {  # elements that our reader of Overpass has laid out
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
}

OPENSTREETMAP_TAGS = {  # a table of elements, one column per tag
    "id": "id_source",
    "tags.name": "nom",
    "lat": "latitude",
    "center.lat": "latitude",
    "lon": "longitude",
    "center.lon": "longitude",
    "tags.addr:street": "adresse",
    "tags.addr:postcode": "code_postal",
    "tags.addr:city": "commune",
    "tags.ref:INSEE": "code_commune",
    "tags.amenity": "typologie",
    "tags.office": "typologie",
    "tags.leisure": "typologie",
    "tags.tourism": "typologie",
    "tags.shop": "typologie",
    "tags.website": "site_web",
    "tags.contact:website": "site_web",
    "tags.url": "site_web",
    "tags.start_date": "date_ouverture",
    "tags.ref:FR:SIRET": "siret",
}

COMMUNECTER = {
    "id": "id_source",
    "name": "nom",
    "geo.latitude": "latitude",
    "geo.longitude": "longitude",
    "address.streetAddress": "adresse",
    "address.codeInsee": "code_commune",
    "address.postalCode": "code_postal",
    "address.addressLocality": "commune",
    "address.addressCountry": "pays",
    "address.level4Name": "departement",
    "address.level3Name": "region",
    "tags": "typologie",
    "url": "site_web",
}

GOGOCARTO = {
    "id": "id_source",
    "name": "nom",
    "geo.latitude": "latitude",
    "geo.longitude": "longitude",
    "address.streetAddress": "adresse",
    "address.addressLocality": "commune",
    "address.postalCode": "code_postal",
    "address.addressCountry": "pays",
    "categories": "typologie",
    "website": "site_web",
    "url": "site_web",
}

LISTS = {
    "openstreetmap": PublishedList(OPENSTREETMAP, frozenset({ID, KIND, SITE, "name"})),
    "openstreetmap_tags": PublishedList(OPENSTREETMAP_TAGS, frozenset({"type", "id", "tags.name"})),
    "communecter": PublishedList(COMMUNECTER, frozenset({"name", "address.codeInsee", "address.addressLocality"})),
    "gogocarto": PublishedList(GOGOCARTO, frozenset({"name", "sourceKey", "categories", "geo.latitude"})),
}
