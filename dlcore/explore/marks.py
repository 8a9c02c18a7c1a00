"""What chapters add to a template: points, also on a landscape, and few ticks and a path in ink on a surface."""


def points(x: str, y: str, color: str, size: float = 8, **more) -> dict:
    """Points that no line joins, without an entry in the legend; `more` are Plotly's properties of the trace."""
    marker = {"color": color, "size": size} | more.pop("marker", {})
    trace = {"type": "scatter", "mode": "markers", "x": f"@{x}", "y": f"@{y}", "showlegend": False}
    return trace | {"marker": marker} | more


def dots(figure: dict, **kinds: tuple[str, str, str]) -> dict:
    """Put points on a landscape or a curve, under the paths that are drawn there: NAME=(text of the legend, colour, symbol).

    The points of a kind are the arrays NAME_x and NAME_y of a state.
    """
    edge = {"width": 1.5, "color": "$paper"}
    figure["data"][1:1] = [
        points(f"{kind}_x", f"{kind}_y", color, name=text, showlegend=True, marker={"symbol": symbol, "line": edge})
        for kind, (text, color, symbol) in kinds.items()
    ]
    return figure


def few_ticks(figure: dict, **ticks: tuple[float, ...]) -> dict:
    """Give the axes of a surface the ticks named, x=(-1, 0, 1), and its paths the colour that gradient descent has everywhere."""
    for axis, values in ticks.items():
        figure["layout"]["scene"][f"{axis}axis"]["tickvals"] = list(values)
    for trace in figure["data"][1:]:
        trace["marker"] |= {"color": "$ink"}
        if "line" in trace:
            trace["line"], trace["marker"]["size"] = {"color": "$ink", "width": 5}, 2
    return figure
