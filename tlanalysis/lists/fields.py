"""The fields that a column of a list can hold: the columns of a clean table, and evidence for them."""

from __future__ import annotations

OUTPUT = (
    "id_source",
    "type_id_source",
    "nom",
    "code_commune",
    "commune",
    "code_postal",
    "code_departement",
    "code_region",
    "latitude",
    "longitude",
    "typologie",
    "site_web",
    "date_ouverture",
    "etat",
    "source",
    "ligne_source",
)

# Read and checked, but not written: a code or a name of département and région, the address, the country, the
# postal code and commune in one cell, registration numbers, coordinates in one cell or in Lambert-93 metres.
EVIDENCE = (
    "departement",
    "region",
    "adresse",
    "cp_commune",
    "pays",
    "siret",
    "siren",
    "coordonnees",
    "x_lambert93",
    "y_lambert93",
)

INPUT = tuple(name for name in OUTPUT if name not in {"code_departement", "code_region"}) + EVIDENCE

# Fields of which one at least says where a place is.
LOCATES = frozenset(
    {"code_commune", "code_postal", "commune", "departement", "region", "latitude", "coordonnees"}
    | {"x_lambert93", "adresse", "cp_commune"}
)

# Headers that name a field, the surest first: lower case, no accent, words joined by "_".
_HEADER_NAMES = {
    "id_source": (
        "id_source id_unique identifiant id identifiant_national id_territoire id_tl id_lieu code_officiel "
        "numero_declaration_activite identifier uid uuid fid objectid reference numero place_id"
    ),
    "nom": (
        "nom nom_tl nom_du_tiers_lieu nom_tiers_lieu nom_tiers_lieux nom_du_lieu nom_lieu nom_de_la_structure "
        "nom_structure denomination raison_sociale enseigne appellation lib_territoire name title titre tiers_lieu "
        "tiers_lieux lieu libelle intitule structure denomination_unite_legale place_name label"
    ),
    "code_commune": (
        "code_commune code_insee insee inseecom insee_com code_insee_commune codinsee codeinsee code_commune_insee "
        "depcom numcom id_geo codgeo code_geo citycode com commune_code insee_commune insee_code"
    ),
    "commune": (
        "commune ville nom_commune nomcom nom_com nom_de_la_commune localite address_locality city libelle_commune "
        "lib_geo libgeo nom_ville town municipalite adresse_nationale_ville commune_nom bureau_distributeur"
    ),
    "code_postal": (
        "code_postal cp codpost codepostal postal_code postcode code_post zip zipcode zip_code adresse_nationale_cp"
    ),
    "departement": (
        "code_departement departement departement_tl dep code_dep inseedep insee_dep dept code_dept nom_departement "
        "num_dep numero_departement department libelle_departement"
    ),
    "region": (
        "code_region region region_tl reg code_reg inseereg insee_reg nom_region nomreg libelle_region nom_reg "
        "adresse_nationale_region"
    ),
    "pays": "pays address_country country code_pays nom_pays",
    "adresse": (
        "adresse address adresse_complete street_address adresse_postale voie rue adresse_nationale adresse_du_lieu "
        "adresse_1 localisation"
    ),
    "cp_commune": "cp_ville cp_commune code_postal_ville code_postal_et_ville code_postal_commune",
    "latitude": (
        "geometry_latitude latitude lat y_wgs84 geo_latitude adresse_nationale_lat y_wgs_84 latitude_wgs84 coord_y y"
    ),
    "longitude": (
        "geometry_longitude longitude long lon lng x_wgs84 geo_longitude adresse_nationale_lon x_wgs_84 "
        "longitude_wgs84 coord_x x"
    ),
    "coordonnees": (
        "coordonnees geo_point_2d geopoint geo_point coordonnees_gps latlon lat_lon latlong gps geolocalisation"
    ),
    "x_lambert93": "geometry_x_lambert93 x_lambert93 x x_l93 x_lambert x_2154 lambert_x x93 coordonnee_x",
    "y_lambert93": "geometry_y_lambert93 y_lambert93 y y_l93 y_lambert y_2154 lambert_y y93 coordonnee_y",
    "typologie": (
        "typologie typo type categorie familles_tiers_lieux famille type_de_lieu type_lieu type_tiers_lieu category "
        "kind familles type_de_tiers_lieu"
    ),
    "site_web": "site_web web site_internet internet site url url_web website lien site_url www page_web homepage",
    "date_ouverture": (
        "date_ouverture date_ouv date_d_ouverture annee_ouverture ouverture date_de_creation date_creation "
        "annee_creation annee_de_creation opening_date opened date_de_l_ouverture"
    ),
    "etat": "etat etat_du_projet statut status state avancement etat_projet situation",
    "siret": "siret siret_etablissement_declarant numero_siret pivot code_siret",
    "siren": "siren numero_siren",
    "type_id_source": "type_id_source",
    "source": "source",
    "ligne_source": "ligne_source",
}
SYNONYMS: dict[str, tuple[str, ...]] = {name: tuple(words.split()) for name, words in _HEADER_NAMES.items()}
