"""Every public chart explains each of its parameters, without sending the reader to another chart."""

from __future__ import annotations

import inspect
import re

import pytest

import tlanalysis as tl

CHARTS = sorted(name for name in dir(tl) if name.startswith("plot_"))
PARAMETER = re.compile(r"^(\w+) : .+\n    \S.+", re.MULTILINE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_explains_each_of_its_parameters(name):
    chart = getattr(tl, name)
    section = re.split(r"\n\n(?=\w+\n---)", inspect.getdoc(chart))
    parameters = next(part for part in section if part.startswith("Parameters\n"))
    assert PARAMETER.findall(parameters) == list(inspect.signature(chart).parameters)
