"""Clean a register with one Polars lazy query written by hand, for comparison in `benchmarks.cleaning`.

The query applies to this one register the rules that the project applies to any list, and writes the same files: places
(Parquet and CSV), rejects, repeated identifiers and names. It joins the grid of the départements as a table of cells.
It leaves out near duplicates, old names of régions, Lambert-93, points off the coast and the detection of columns.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.register import _cells
from tlanalysis.data import territories
from tlanalysis.lists.cells import commune_names, departement_grid
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

MISSING = ["", "NR", "-", "#N/D", "NC", "0", "N/A"]
EMAIL_OR_PHONE = r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}|(?:\+33\s?|\b0)[1-9](?:[\s.\-]?\d\d){4}\b"


def job(source: Path, out: Path) -> dict[str, int]:
    """Clean a register into a folder; return rows read, accepted and rejected, and failures per rule."""
    out.mkdir(parents=True, exist_ok=True)
    cleaned = _placed(_codes(_texts(_read(source)))).collect(engine="streaming").lazy()
    rejected = pl.col("nom").is_null() & pl.col("id_source").is_null()
    places = cleaned.filter(~rejected).select(
        "id_source", "nom", "code_commune", "commune", "code_postal", "code_departement", "code_region", "latitude",
        "longitude",
        "typologie", "site_web", "date_ouverture", "etat", pl.lit(source.stem).alias("source"), "ligne_source",
    )  # fmt: skip
    rejects = pl.concat([_failures(cleaned, rule, field, mask) for rule, field, mask in _rules(rejected)]).sort(
        "ligne_source", "champ"
    )
    again = places.with_columns(pl.col("nom").str.to_lowercase().alias("cle"))
    twice = again.filter(
        (pl.struct("cle", "code_commune").is_duplicated() & pl.col("cle").is_not_null())
        | (pl.col("id_source").is_duplicated() & pl.col("id_source").is_not_null())
    )
    safe = pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'$1")
    places.sink_parquet(out / "places.parquet", compression="zstd")
    places.with_columns(safe).sink_csv(out / "places.csv", quote_style="non_numeric")
    rejects.with_columns(safe).sink_csv(out / "rejects.csv")
    counts = rejects.group_by("regle").len().collect()
    totals = cleaned.select(pl.len().alias("read"), rejected.sum().alias("rejected")).collect().row(0, named=True)
    doubles = twice.select(pl.len()).collect().item()
    return totals | dict(counts.iter_rows()) | {"accepted": totals["read"] - totals["rejected"], "twice": doubles}


def _read(source: Path) -> pl.LazyFrame:
    return pl.scan_csv(source, separator=";", infer_schema=False).select(
        pl.int_range(1, pl.len() + 1).alias("ligne_source"),
        *(
            pl.col(name)
            for name in (
                "siret", "denomination", "code_postal", "commune", "code_commune", "code_departement", "code_region",
                "latitude", "longitude",
                "categorie", "date_creation", "etat", "site_web",
            )
        ),
    )  # fmt: skip


def _tidy(name: str) -> pl.Expr:
    """Trim, decode entities, reduce blanks to one, and remove marks of absence and ways to reach people."""
    text = (
        pl.col(name)
        .str.replace_all("&amp;", "&", literal=True)
        .str.replace_all(EMAIL_OR_PHONE, "")
        .str.replace_all(r"[\x00-\x1f\x7f]", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars(' "')
    )
    return pl.when(text.str.to_uppercase().is_in(MISSING)).then(None).otherwise(text)


def _texts(raw: pl.LazyFrame) -> pl.LazyFrame:
    web = _tidy("site_web")
    formula = r"^(?:=|[+\-@]\s*[A-Z][A-Z.]+\(|[+\-@].*\|.*!)"
    name = _tidy("denomination")
    return raw.with_columns(
        _tidy("siret").alias("id_source"),
        pl.when(name.str.contains(formula)).then(None).otherwise(name).alias("nom"),
        _tidy("commune").str.replace(r"(?i)\s*\bcedex\b(?:\s*\d{1,2})?\s*$", "").alias("commune"),
        _tidy("categorie").alias("typologie"),
        _tidy("etat").alias("etat"),
        pl.when(pl.col("date_creation").str.contains(r"^(?:1[89]|20)\d\d$"))
        .then(pl.col("date_creation"))
        .alias("date_ouverture"),
        pl.when(web.str.contains(r"^(?:https?://)?(?:[\w\-]+\.)+[A-Za-z]{2,}(?:[/?#]\S*)?$"))
        .then(web)
        .alias("site_web"),
        (web.is_not_null() & ~web.str.contains(r"^(?:https?://)?(?:[\w\-]+\.)+[A-Za-z]{2,}(?:[/?#]\S*)?$")).alias(
            "web_refuse"
        ),
        pl.col("site_web").alias("web_imprime"),
        (_tidy("siret").is_not_null() & ~_siret_holds(pl.col("siret"))).alias("siret_refuse"),
    )


def _siret_holds(siret: pl.Expr) -> pl.Expr:
    """Check the Luhn sum of the fourteen digits and of the first nine, by integer arithmetic."""
    number = siret.cast(pl.Int64, strict=False)

    def luhn(value: pl.Expr, width: int) -> pl.Expr:
        digits = [(value // 10**place) % 10 for place in range(width)]  # from the right
        terms = [
            digit if place % 2 == 0 else 2 * digit - 9 * (digit > 4).cast(pl.Int64)
            for place, digit in enumerate(digits)
        ]
        return pl.sum_horizontal(terms) % 10 == 0

    return ((siret.str.len_bytes() == 14) & luhn(number, 14) & luhn(number // 100_000, 9)).fill_null(False)


def _code(name: str) -> pl.Expr:
    bare = (
        pl.col(name)
        .str.replace_all(r"\s", "")
        .str.to_uppercase()
        .str.replace(r"[.,]0+$", "")
        .str.replace(r"^(?:FR|F)-?(\d)", "$1")
    )
    padded = pl.when(bare.str.contains(r"^[1-9]\d{3}$")).then(pl.lit("0") + bare).otherwise(bare)
    return pl.when(padded.is_in(MISSING)).then(None).otherwise(padded)


def _departement_of(code: pl.Expr, *, postal: bool) -> pl.Expr:
    start = pl.when(code.str.slice(0, 2).is_in(["97", "98"])).then(code.str.slice(0, 3)).otherwise(code.str.slice(0, 2))
    if postal:
        corsica = pl.when(code.str.slice(0, 3).is_in(["200", "201", "207"])).then(pl.lit("2A")).otherwise(pl.lit("2B"))
        start = pl.when(code.str.starts_with("20")).then(corsica).otherwise(start)
        start = pl.when(code == "97133").then(pl.lit("977")).when(code == "97150").then(pl.lit("978")).otherwise(start)
    pattern = r"^\d{5}$" if postal else r"^(?:\d\d|2[AB])\d{3}$"
    return pl.when(code.str.contains(pattern) & start.is_in(list(DEPARTEMENT_CODES))).then(start)


def _codes(frame: pl.LazyFrame) -> pl.LazyFrame:
    frame = frame.with_columns(_code("code_postal").alias("code_postal"), _code("code_commune").alias("code_commune"))
    paris = pl.col("code_commune").str.replace(r"^750(0[1-9]|1\d|20)$", "751$1")
    today = paris.replace(commune_names.present_codes())
    return frame.with_columns(today.alias("code_commune")).with_columns(
        _departement_of(pl.col("code_postal"), postal=True).alias("d_postal"),
        _departement_of(pl.col("code_commune"), postal=False).alias("d_commune"),
        pl.when(pl.col("code_departement").is_in(list(DEPARTEMENT_CODES)))
        .then(pl.col("code_departement"))
        .alias("d_imprime"),
        _number("latitude").alias("latitude"),
        _number("longitude").alias("longitude"),
    )


def _number(name: str) -> pl.Expr:
    return pl.col(name).str.replace(",", ".", literal=True).str.strip_chars().cast(pl.Float64, strict=False)


def _grid() -> pl.LazyFrame:
    row, column, place = _cells()
    return pl.LazyFrame(
        {"y": row, "x": column, "d_point": [DEPARTEMENT_CODES[at] for at in place]},
        schema_overrides={"y": pl.Int32, "x": pl.Int32},
    )


def _at(latitude: str, longitude: str, name: str, frame: pl.LazyFrame) -> pl.LazyFrame:
    cell = [
        (pl.col(degrees) * departement_grid.CELLS_PER_DEGREE)
        .floor()
        .cast(pl.Int32, strict=False)
        .alias(f"{name}_{axis}")
        for axis, degrees in (("y", latitude), ("x", longitude))
    ]
    table = _grid().rename({"d_point": name, "y": f"{name}_y", "x": f"{name}_x"})
    return frame.with_columns(cell).join(table, on=[f"{name}_y", f"{name}_x"], how="left", maintain_order="left")


def _placed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Choose the département named most often; a tie goes to the first in the order of the columns."""
    frame = _at("longitude", "latitude", "d_echange", _at("latitude", "longitude", "d_point", frame))
    swapped = pl.col("d_point").is_null() & pl.col("d_echange").is_not_null()
    outside = pl.col("d_point").is_null() & pl.col("d_echange").is_null() & pl.col("latitude").is_not_null()
    frame = frame.with_columns(
        pl.when(swapped).then(pl.col("longitude")).when(~outside).then(pl.col("latitude")).alias("latitude"),
        pl.when(swapped).then(pl.col("latitude")).when(~outside).then(pl.col("longitude")).alias("longitude"),
        pl.coalesce("d_point", "d_echange").alias("d_point"),
        outside.alias("point_refuse"),
    )
    names = ["d_postal", "d_commune", "d_imprime", "d_point"]
    votes = {
        name: pl.sum_horizontal([(pl.col(name) == pl.col(other)).fill_null(False).cast(pl.Int8) for other in names])
        for name in names
    }
    most = pl.max_horizontal(list(votes.values()))
    decided = pl.coalesce(
        [pl.when((votes[name] == most) & pl.col(name).is_not_null()).then(pl.col(name)) for name in names]
    )
    table = territories.departements()
    regions = dict(zip(table["code_departement"], table["code_region"], strict=True))
    return (
        frame.with_columns(decided.alias("code_departement"))
        .with_columns(pl.col("code_departement").replace_strict(regions, default=None).alias("code_region"))
        .with_columns(
            (pl.col("d_commune") != pl.col("code_departement")).fill_null(False).alias("commune_contredite"),
            (pl.col("d_postal") != pl.col("code_departement")).fill_null(False).alias("postal_contredit"),
        )
    )


def _rules(rejected: pl.Expr) -> list[tuple[str, str, pl.Expr]]:
    return [
        ("site_web_illisible", "site_web", pl.col("web_refuse")),
        ("siret_invalide", "siret", pl.col("siret_refuse")),
        ("coordonnees_hors_de_france", "coordonnees", pl.col("point_refuse")),
        ("preuve_contredite", "code_commune", pl.col("commune_contredite")),
        ("preuve_contredite", "code_postal", pl.col("postal_contredit")),
        ("sans_nom_ni_identifiant", "nom", rejected),
    ]


def _failures(frame: pl.LazyFrame, rule: str, field: str, mask: pl.Expr) -> pl.LazyFrame:
    printed = {
        "site_web": "web_imprime",
        "siret": "siret",
        "code_commune": "code_commune",
        "code_postal": "code_postal",
    }.get(field)
    return frame.filter(mask).select(
        "ligne_source",
        pl.lit(field).alias("champ"),
        (pl.col(printed) if printed else pl.lit("")).alias("valeur"),
        pl.lit(rule).alias("regle"),
        pl.lit("ligne" if rule.startswith("sans_") else "cellule").alias("gravite"),
        pl.lit("motif").alias("motif"),
    )


if __name__ == "__main__":
    print(job(Path(sys.argv[1]), Path(sys.argv[2])))
