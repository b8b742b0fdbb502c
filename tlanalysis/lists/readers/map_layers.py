"""Read the layers of a uMap backup as one list of features."""

from __future__ import annotations

from typing import Any


def of_umap(content: dict[str, Any]) -> dict[str, Any]:
    """Return the features of all layers, each with the name of its layer in `calque`."""
    features = []
    for layer in content.get("layers") or []:
        named = layer.get("_umap_options") or layer.get("_storage") or {}
        for feature in layer.get("features") or []:
            properties = {"calque": named.get("name", ""), **(feature.get("properties") or {})}
            features.append(feature | {"properties": properties})
    return {"type": "FeatureCollection", "features": features}
