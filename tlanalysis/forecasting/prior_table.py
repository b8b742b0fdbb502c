"""List every number that the forecasts believe before any figure, with its source or the word "choisi"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.argument_checks import check_kind
from tlanalysis.core.provenance import stamp
from tlanalysis.data.perimeter_facts import offset_reasons
from tlanalysis.forecasting import (
    corpus,
    curves,
    input_figures,
    people,
    posterior,
    recalibration,
    reference_spreads,
    regional,
    weights,
)
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.public_support import LEFT

if TYPE_CHECKING:
    import pandas as pd

NONE = float("nan")  # a row of one number
CHOSEN = "choisi"
TUNED = "choisi, réglé sur des séries simulées (benchmarks, générateur « anciennes »)"
NORMAL, LOG, SPAN, FIXED = "moyenne, écart type", "médiane, étalement", "uniforme entre", "fixé"
REPEATED = "comptages répétés 196 et 212, 231 et 220, 407 et 382 : 5,5, 3,4 et 4,5 % ; étalement choisi"
FIFTH = "moitié du cinquième que la mission de 2018 pensait avoir manqué ; écart type choisi"
CREDITS = "crédits de l'État 18, 13, 7,5 puis 0,7 M€ (table financements) ; facteur choisi"


def priors(of: Priors = DEFAULT) -> pd.DataFrame:
    """Return the numbers that the forecasts believe, one row per number or pair, so that anybody can question them.

    Parameters
    ----------
    of : Priors
        The beliefs to write out.

    Returns
    -------
    DataFrame
        `parametre, a, b, lecture, source`: two numbers, how to read them (mean and standard deviation, median and
        log-spread, the ends of a uniform, or one fixed number, without a second), and where they come from; "choisi" is
        nowhere.

    See Also
    --------
    Priors : To change them.
    sensitivity : What changing them does.

    Examples
    --------
    >>> priors()["parametre"].is_unique
    True
    """
    import pandas as pd

    check_kind(of, Priors, "tl.Priors")
    rows = [
        ("croissance_initiale", *of.growth, NORMAL, TUNED),
        ("choc_de_croissance", *of.growth_shock, LOG, TUNED),
        ("essoufflement", of.waning, NONE, FIXED + ", par an", TUNED),
        ("choc_annuel", *of.shock, LOG, TUNED),
        ("choc_annuel_tendance_amortie", curves.DAMPED_SHOCK, NONE, FIXED + ", facteur", CHOSEN),
        ("marge_sous_plafond", *of.room, NORMAL, CHOSEN),
        ("marge_sous_plafond_logistique", curves.LOGISTIC_ROOM, NONE, FIXED + ", facteur de l'écart type", CHOSEN),
        ("vitesse_vers_plafond", *of.speed, LOG, CHOSEN),
        ("amortissement", *of.damping, SPAN, CHOSEN),
        ("premier_niveau", 0.0, posterior.LEVEL_SPREAD, NORMAL, CHOSEN),
        ("retournement", *of.turn, "probabilité par an, écart type de la croissance qui suit", CHOSEN),
        ("retournement_fin_du_soutien", of.support_ends, LEFT, "facteur, part des crédits qui reste", CREDITS),
    ]
    rows += [
        (f"erreur_{nature}", *pair, LOG, REPEATED if nature == "compte" else CHOSEN)
        for nature, pair in of.error.items()
    ]
    rows += [
        ("liste_manque", *of.list_misses, NORMAL, FIFTH),
        ("liste_en_trop", *of.list_exceeds, NORMAL, CHOSEN),
        ("definitions_inconnues_separees", float(of.publishers_apart), NONE, "1 : par éditeur", CHOSEN),
        ("methode_exigee", float(of.method_required), NONE, "1 : sinon estimation", CHOSEN),
        ("citation_sous", input_figures.RESTATED_WITHIN, NONE, FIXED + ", ans", CHOSEN),
        ("rapport_refuse", input_figures.LARGEST_RATIO, NONE, FIXED + ", en un an", CHOSEN),
    ]
    reasons = offset_reasons()
    rows += [
        (f"decalage_{name}", *pair, NORMAL, f"{CHOSEN} : {reasons[name]}" if name in reasons else CHOSEN)
        for name, pair in of.offsets_used().items()
    ]
    rows += [
        ("decalage_par_defaut", *of.default_offset, NORMAL, CHOSEN),
        ("poids_des_courbes", weights.PSEUDO_CASES, NONE, "pseudo-cas par courbe", CHOSEN),
        ("recalage_serie_voisine", recalibration.WORTH, NONE, "cas simulés que vaut un cas réel", CHOSEN),
        ("recalage_retenue", recalibration.HELD, NONE, "cas", CHOSEN),
        (
            "recalage_facteurs",
            recalibration.NARROWEST,
            recalibration.LEAST,
            "le moins, le moins entre quantiles",
            CHOSEN,
        ),
        ("recalage_annees", recalibration.NEAR, recalibration.FAR, SPAN, CHOSEN),
        ("recalage_chiffres", recalibration.FEW, recalibration.MANY, SPAN, CHOSEN),
        ("corpus_rupture", corpus.BREAK, NONE, "probabilité par an", CHOSEN),
        ("corpus_croissance", *corpus.GROWTH, NORMAL, CHOSEN),
        ("corpus_amortissement", *corpus.FADING, SPAN, CHOSEN),
        ("corpus_choc", *corpus.SHOCK, LOG, CHOSEN),
        ("corpus_erreur", *corpus.NOISE, SPAN, CHOSEN),
        ("corpus_erreur_estimation", 0.0, corpus.ESTIMATE, NORMAL, CHOSEN),
        ("corpus_definition", *corpus.DEFINITION, "probabilité, écart type", CHOSEN),
        ("reference_etalement_minimal", reference_spreads.NARROWEST, NONE, FIXED, CHOSEN),
        ("regions_liste_2018", 0.0, regional.LIST_NOISE, NORMAL, CHOSEN),
        ("regions_rythme_garde", regional.PACE_KEPT, regional.LASTING, "part gardée, part qui dure un an", CHOSEN),
        ("regions_derive", 0.0, regional.YEARLY_DRIFT, NORMAL + ", par an", CHOSEN),
        ("personnes_part", 0.0, people.SHARE_ERROR, NORMAL, CHOSEN),
        ("personnes_part_derive", 0.0, people.SHARE_DRIFT, NORMAL + ", par an", CHOSEN),
        ("personnes_rythme_garde", people.PACE_KEPT, people.LASTING, "part gardée, part qui dure un an", CHOSEN),
        ("personnes_rythme", 0.0, people.PACE_ERROR, NORMAL, CHOSEN),
        ("personnes_choc", 0.0, people.PACE_SHOCK, NORMAL + ", par an", CHOSEN),
    ]
    table = pd.DataFrame(rows, columns=["parametre", "a", "b", "lecture", "source"])
    return stamp(table, inputs=["perimetres"])
