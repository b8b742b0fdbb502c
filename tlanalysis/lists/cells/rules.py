"""The rules that cleaning applies, each with its severity and its reason in French and in English.

The severity states the effect: `reparation` (the value is corrected and counted in the ledger), `cellule`
(the cell becomes null), `ligne` (the row is rejected), `arret` (the file is refused). Everything but a repair has a
row in `rejects.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass

REPAIR, CELL, ROW = "reparation", "cellule", "ligne"


@dataclass(frozen=True)
class Rule:
    """One rule: `gravite` is `reparation`, `cellule` or `ligne`; `fr` and `en` give the reason."""

    gravite: str
    fr: str
    en: str

    def motif(self, lang: str) -> str:
        """Return the reason in a language (`fr` or `en`)."""
        return self.en if lang == "en" else self.fr


RULES: dict[str, Rule] = {
    # Repairs: the same fact in its standard form.
    "blancs": Rule(REPAIR, "blancs superflus retirés", "superfluous blanks removed"),
    "caracteres_invisibles": Rule(
        REPAIR, "caractères invisibles ou de commande retirés", "invisible or control characters removed"
    ),
    "entites_html": Rule(REPAIR, "entités HTML écrites en clair", "HTML entities written out"),
    "guillemets": Rule(REPAIR, "guillemets entourant la valeur retirés", "quotes around the value removed"),
    "mention_manquante": Rule(
        REPAIR,
        "mention d'absence (NR, -, #N/D, 0...) rendue manquante",
        "mark of absence (NR, -, #N/D, 0...) made missing",
    ),
    "zero_initial": Rule(REPAIR, "zéro initial rétabli", "leading zero restored"),
    "point_zero": Rule(REPAIR, "code devenu nombre (29600.0) rétabli", "code turned into a number (29600.0) restored"),
    "blanc_dans_code": Rule(REPAIR, "blanc ou préfixe retiré d'un code", "blank or prefix removed from a code"),
    "code_en_toutes_lettres": Rule(
        REPAIR, "nom de territoire traduit en code", "name of a territory turned into its code"
    ),
    "ancienne_region": Rule(
        REPAIR, "région d'avant 2016 rattachée à l'actuelle", "région of before 2016 attached to today's"
    ),
    "cedex": Rule(REPAIR, "mention CEDEX retirée", "CEDEX removed"),
    "arrondissement": Rule(
        REPAIR,
        "arrondissement de Paris, Lyon ou Marseille écrit dans sa forme officielle",
        "arrondissement of Paris, Lyon or Marseille written officially",
    ),
    "code_postal_de_l_adresse": Rule(REPAIR, "code postal lu dans l'adresse", "postal code read in the address"),
    "coordonnees_inversees": Rule(REPAIR, "latitude et longitude échangées", "latitude and longitude swapped back"),
    "lambert_93": Rule(
        REPAIR, "coordonnées Lambert-93 converties en degrés", "Lambert-93 coordinates converted to degrees"
    ),
    "date_normalisee": Rule(REPAIR, "date écrite selon ISO 8601", "date written as ISO 8601"),
    "donnee_personnelle_retiree": Rule(
        REPAIR,
        "adresse électronique ou téléphone retiré du texte",
        "e-mail address or telephone number removed from the text",
    ),
    # Cells that cannot be kept.
    "formule": Rule(CELL, "la cellule contient une formule de tableur", "the cell holds a spreadsheet formula"),
    "texte_trop_long": Rule(CELL, "plus de 2 000 caractères", "more than 2,000 characters"),
    "code_commune_illisible": Rule(CELL, "ce n'est pas un code commune de l'Insee", "not an INSEE commune code"),
    "code_postal_illisible": Rule(CELL, "ce n'est pas un code postal français", "not a French postal code"),
    "departement_inconnu": Rule(
        CELL, "aucun département de ce code ou de ce nom", "no département of this code or name"
    ),
    "region_inconnue": Rule(CELL, "aucune région de ce code ou de ce nom", "no région of this code or name"),
    "nombre_illisible": Rule(CELL, "ce n'est pas un nombre", "not a number"),
    "coordonnees_incompletes": Rule(CELL, "une seule des deux coordonnées", "only one of the two coordinates"),
    "coordonnees_hors_de_france": Rule(
        CELL,
        "le point n'est dans aucun département ni collectivité",
        "the point lies in no département or collectivity",
    ),
    "preuve_contredite": Rule(
        CELL,
        "désigne un autre département que les autres colonnes de la ligne",
        "names another département than the other columns of the row",
    ),
    "date_illisible": Rule(CELL, "date impossible ou ambiguë", "impossible or ambiguous date"),
    "site_web_illisible": Rule(CELL, "ce n'est pas une adresse de site", "not a web address"),
    "siret_invalide": Rule(CELL, "SIRET à la clé fausse", "SIRET whose check digit is wrong"),
    "siren_invalide": Rule(CELL, "SIREN à la clé fausse", "SIREN whose check digit is wrong"),
    "oui_non_illisible": Rule(CELL, "ni oui ni non", "neither yes nor no"),
    # Rows that cannot be kept.
    "nombre_de_colonnes": Rule(
        ROW, "la ligne n'a pas le nombre de colonnes de l'en-tête", "not as many cells as the header"
    ),
    "guillemet_non_ferme": Rule(
        ROW,
        "un guillemet ouvert et jamais fermé a fondu plusieurs lignes en une",
        "a quote that is opened and never closed merges several rows into one",
    ),
    "ligne_vide": Rule(ROW, "aucune cellule utile", "no useful cell"),
    "entete_repetee": Rule(ROW, "l'en-tête répété au milieu des lignes", "the header repeated among the rows"),
    "sans_nom_ni_identifiant": Rule(ROW, "ni nom ni identifiant", "neither a name nor an identifier"),
    "identifiant_absent": Rule(ROW, "sans identifiant", "without an identifier"),
    "identifiant_repete": Rule(ROW, "identifiant déjà lu plus haut", "identifier already read above"),
    "hors_de_france": Rule(ROW, "le pays n'est pas la France", "the country is not France"),
}

IDS = tuple(RULES)
