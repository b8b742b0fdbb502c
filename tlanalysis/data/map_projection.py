"""The projections of the embedded table `contours`, so that points and outlines share one plane.

Metropolitan France is in EPSG:3035 (Lambert azimuthal equal-area). Each département overseas has the same projection
centred on itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

STEP = 100.0  # metres of one unit of the table
MAIN = "EPSG:3035"
# Département -> longitude and latitude of the middle of its frame in the open contours, in degrees.
MIDDLES = {
    "971": (-61.406, 16.172),
    "972": (-61.020, 14.637),
    "973": (-53.110, 3.930),
    "974": (55.527, -21.131),
    "976": (45.158, -12.818),
}


def to_metres(longitudes: Any, latitudes: Any, departement: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where points of a département stand in the plane of its outline, in metres.

    Parameters
    ----------
    longitudes, latitudes : array_like, shape (n,)
        WGS 84, degrees.
    departement : str
        Code of a département; all of metropolitan France has one plane.

    Returns
    -------
    x, y : ndarray, shape (n,)
        Metres; divide by `STEP` to compare them with the table.

    Examples
    --------
    >>> x, y = to_metres([10.0], [52.0], "75")  # the origin of EPSG:3035
    >>> round(float(x[0])), round(float(y[0]))
    (4321000, 3210000)
    """
    x, y = _transformer(departement).transform(np.asarray(longitudes, float), np.asarray(latitudes, float))
    return np.asarray(x), np.asarray(y)


@lru_cache(maxsize=8)
def _transformer(departement: str) -> Any:
    from pyproj import Transformer

    target = MAIN
    if departement in MIDDLES:
        longitude, latitude = MIDDLES[departement]
        target = f"+proj=laea +lat_0={latitude:.3f} +lon_0={longitude:.3f} +datum=WGS84"
    return Transformer.from_crs("EPSG:4326", target, always_xy=True)
