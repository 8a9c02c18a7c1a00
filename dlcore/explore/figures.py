"""Figure templates in the book's one visual language.

A template is an ordinary Plotly figure dict, built once, in which data is referred to by name:
``"@layer"`` is the array that compute returns as ``layer``, ``"@paths[3]"`` its row 3 and
``"@log10:z"`` its logarithm. Colours are referred to by their role, ``"$series0"``, ``"$theory"``,
``"$text@0.2"`` (with opacity); the page's style sheet says what they are in light, dark and print.

Measurements are solid, theory is dashed and dark, bands are pale; colours are Okabe and Ito's
(2008), in the same order for the same quantity everywhere.
"""

import math

SERIES = tuple(f"$series{k}" for k in range(7))


def _axis(title: str, log: bool = False, limits=None) -> dict:
    axis = {
        "title": {"text": title, "standoff": 6},
        "gridcolor": "$grid",
        "linecolor": "$axis",
        "zerolinecolor": "$axis",
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "$axis",
        "automargin": True,
        "exponentformat": "power",
        "fixedrange": True,
    }
    if log:
        axis["type"] = "log"
    if limits is not None:
        low, high = limits
        if log and low <= 0:
            raise ValueError(f"the range of a logarithmic axis must be positive, got {limits}; raise its lower end")
        axis["range"] = [math.log10(low), math.log10(high)] if log else [low, high]
    return axis


def _layout(**more) -> dict:
    return {
        "margin": {"l": 56, "r": 16, "t": 34, "b": 44},
        "paper_bgcolor": "$paper",
        "plot_bgcolor": "$paper",
        "font": {"color": "$text", "size": 14},
        "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "bgcolor": "$paper@0", "traceorder": "normal"},
        "hovermode": "closest",
        "dragmode": False,
        "uirevision": "kept",
    } | more


def _line(x, y, name, *, theory, color, marker=False) -> dict:
    trace = {"type": "scatter", "x": f"@{x}", "y": f"@{y}", "name": name, "mode": "lines+markers" if marker else "lines"}
    if theory:
        return trace | {"line": {"color": "$theory", "width": 2, "dash": "dash"}}
    trace |= {"line": {"color": color, "width": 1.2 if marker else 2.5}}
    return trace | ({"marker": {"color": color, "size": 6}} if marker else {})


def _band(x, low, high, color) -> list[dict]:
    edge = {
        "type": "scatter",
        "x": f"@{x}",
        "mode": "lines",
        "line": {"width": 0, "color": color},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    return [edge | {"y": f"@{low}"}, edge | {"y": f"@{high}", "fill": "tonexty", "fillcolor": color + "@0.22"}]


def _names(value) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def lines(
    x,
    y,
    *,
    theory=(),
    bands=None,
    labels=None,
    log_x=False,
    log_y=False,
    x_title="",
    y_title="",
    x_range=None,
    y_range=None,
    markers=(),
) -> dict:
    """Curves over a common axis.

    Args:
        x: name of the abscissae, or one name for each entry of y.
        y: names of the curves, drawn in this order over each other.
        theory: those of y that are predictions: dashed and dark, drawn last.
        bands: {"measured": ("low", "high")}, a pale band in the curve's colour between two arrays.
        labels: {"measured": "what the legend says"}; default: the name. Equal labels stand in the legend once.
        log_x, log_y: logarithmic axes.
        x_title, y_title: axis titles (Unicode, <i>, <sub>, <sup>).
        x_range, y_range: (low, high) in data units; default: what all states need.
        markers: those of y drawn as points joined by a thin line.
    """
    y, theory, labels = _names(y), _names(theory), labels or {}
    xs = [x] * len(y) if isinstance(x, str) else list(x)
    if len(xs) != len(y):
        raise ValueError(f"lines needs one x, or one for each y; got {len(xs)} x for {len(y)} y")
    unknown = {*theory, *(bands or {}), *labels, *markers} - set(y)
    if unknown:
        raise ValueError(f"theory, bands, labels and markers may only name curves in y={y}; got {sorted(unknown)}")
    measured = [name for name in y if name not in theory]
    color = {name: SERIES[k % len(SERIES)] for k, name in enumerate(measured)} | dict.fromkeys(theory, "$theory")
    data = [trace for x_, name in zip(xs, y) if name in (bands or {}) for trace in _band(x_, *bands[name], color[name])]
    for x_, name in sorted(zip(xs, y), key=lambda pair: pair[1] in theory):
        label = labels.get(name, name)
        told = {"showlegend": False} if any(trace.get("name") == label for trace in data) else {}
        data.append(_line(x_, name, label, theory=name in theory, color=color[name], marker=name in markers) | told)
    return {"data": data, "layout": _layout(xaxis=_axis(x_title, log_x, x_range), yaxis=_axis(y_title, log_y, y_range))}


def histogram(
    x="centres", y="density", *, theory=None, labels=None, x_title="", y_title="", log_y=False, x_range=None, y_range=None
) -> dict:
    """Bars at the bin centres `x` of heights `y`, and `theory` curves, a list of (x, y) names, over them."""
    labels = labels or {}
    bars = {"type": "bar", "x": f"@{x}", "y": f"@{y}", "name": labels.get(y, y), "marker": {"color": "$series0@0.55", "line": {"width": 0}}}
    curves = [_line(tx, ty, labels.get(ty, ty), theory=True, color="$theory") for tx, ty in theory or ()]
    axes = {"xaxis": _axis(x_title, False, x_range), "yaxis": _axis(y_title, log_y, y_range)}
    if y_range is None and not log_y:
        axes["yaxis"]["rangemode"] = "tozero"
    return {"data": [bars, *curves], "layout": _layout(bargap=0, **axes)}


def _field(kind, x, y, z, *, log_z, z_title) -> dict:
    title = {"text": ("log<sub>10</sub> " if log_z else "") + z_title, "side": "right"}
    trace = {"type": kind, "x": f"@{x}", "y": f"@{y}", "z": f"@log10:{z}" if log_z else f"@{z}", "name": z_title or z}
    return trace | {"colorscale": "Viridis", "colorbar": {"title": title, "thickness": 12, "outlinewidth": 0, "exponentformat": "power"}}


def heatmap(x, y, z, *, log_z=False, x_title="", y_title="", z_title="", log_x=False, log_y=False) -> dict:
    """A matrix `z` of shape (len(y), len(x)) as colours on one scale for all states."""
    return {
        "data": [_field("heatmap", x, y, z, log_z=log_z, z_title=z_title)],
        "layout": _layout(xaxis=_axis(x_title, log_x), yaxis=_axis(y_title, log_y)),
    }


def path_on_contour(x, y, z, *, paths, log_z=False, labels=None, x_title="", y_title="", z_title="") -> dict:
    """Paths, a list of (x, y) names, over the contours of `z` (shape (len(y), len(x))); a ring marks each end."""
    labels = labels or {}
    contour = _field("contour", x, y, z, log_z=log_z, z_title=z_title) | {
        "contours": {"coloring": "heatmap"},
        "line": {"width": 0.5},
        "ncontours": 24,
    }
    data = [contour]
    for k, (px, py) in enumerate(paths):
        color = ("$ink", *SERIES)[k % 8]
        data.append(_line(px, py, labels.get(px, px), theory=False, color=color, marker=True))
    return {"data": data, "layout": _layout(xaxis=_axis(x_title), yaxis=_axis(y_title))}


def surface(x, y, z, *, path=None, log_z=False, x_title="", y_title="", z_title="", eye=(1.5, -1.6, 1.0)) -> dict:
    """A surface `z` of shape (len(y), len(x)) in three dimensions, with an optional (x, y, z) path on it.

    The reader looks at its middle from `eye`, in units of the picture's size.
    """
    data = [_field("surface", x, y, z, log_z=log_z, z_title=z_title) | {"showscale": False, "opacity": 0.92}]
    if path is not None:
        px, py, pz = path
        point = f"@log10:{pz}" if log_z else f"@{pz}"
        data.append({"type": "scatter3d", "mode": "lines+markers", "x": f"@{px}", "y": f"@{py}", "z": point, "name": "path",
                     "line": {"color": "$warning", "width": 6}, "marker": {"color": "$warning", "size": 3}})  # fmt: skip

    def axis(text):
        return {"title": {"text": text}, "gridcolor": "$grid", "zerolinecolor": "$axis", "backgroundcolor": "$paper", "color": "$text"}

    titles = (x_title or x, y_title or y, ("log10 " if log_z else "") + (z_title or z))
    camera = {"eye": dict(zip("xyz", eye)), "center": {"x": 0, "y": 0, "z": -0.15}}  # room for the titles of the axes
    scene = {f"{a}axis": axis(text) for a, text in zip("xyz", titles)} | {"camera": camera}
    return {"data": data, "layout": _layout(scene=scene, margin={"l": 0, "r": 0, "t": 10, "b": 0})}


def beside(left, right, gap=(0.44, 0.57), main="left") -> dict:
    """Two templates as panels of one figure; on narrow screens they stand one above the other.

    Args:
        left, right: templates with one pair of axes each.
        gap: where the left panel ends and the right one begins, in parts of the width.
        main: the panel on whose axes guesses are drawn and picks are made, "left" or "right"; its layout is the figure's, the
            other's axes are added to it, and its traces are drawn last where it is the right one.

    A scale of colours of the left panel stands between the two.

    Raises:
        ValueError: main is neither; the panels overlap.
    """
    if main not in ("left", "right"):
        raise ValueError(f"main must be 'left' or 'right', got {main!r}")
    if not 0 < gap[0] < gap[1] < 1:
        raise ValueError(f"the left panel must end before the right one begins, 0 < gap[0] < gap[1] < 1, got {gap}; part them")
    domains = {"left": [0, gap[0]], "right": [gap[1], 1]}
    left = left | {"data": [trace | _bar_at(trace, gap[0] + 0.01) for trace in left["data"]]}
    first, second, elsewhere = (left, right, "right") if main == "left" else (right, left, "left")
    one, two = first["layout"], second["layout"]
    moved = [trace | {"xaxis": "x2", "yaxis": "y2"} for trace in second["data"]]
    data = [*first["data"], *moved] if main == "left" else [*moved, *first["data"]]
    return {"data": data, "layout": one | {
        "xaxis": one["xaxis"] | {"domain": domains[main]},
        "xaxis2": two["xaxis"] | {"domain": domains[elsewhere], "anchor": "y2"},
        "yaxis2": two["yaxis"] | {"anchor": "x2"},
    }}  # fmt: skip


def _bar_at(trace: dict, x: float) -> dict:
    return {"colorbar": {"x": x} | trace["colorbar"]} if "colorbar" in trace else {}
