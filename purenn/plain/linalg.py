"""The heavy functions of a layer, written out for the number of its outputs.

Between two operations a loop of Python fetches and stores; least of all where each sum has a
variable of its own. So these functions are templates, filled in once for each number of outputs:
{...} is repeated for every output of a tile, # being its number there. A tile has up to WIDTH
outputs; a layer with more of them has several tiles, one after the other.

W stands in tiles: tiles[t][k] is the tuple of the weights from input k to the outputs of tile t. A
bias is one input more, the last, which is always 1: 1·b is b, and it is added last. An input x is a
list of pairs (k, x[k]), k ascending; `columns` are such lists (s, X[s][k]), one for each input k.
"""

from .activations import BACKWARD, FORWARD

WIDTH = 16

TEMPLATES = {
    # a[j] = f(Σ x[k]·W[k][j]), k ascending.
    "forward": """
def forward(x, tiles):
    a = []
    for t in TILES:
        rows = tiles[t]
        {z# = }0.0
        for k, x_k in x:
            {w#, }= rows[k]
            {z# = z# + x_k * w#; }
        a += {EACH_FORWARD, }
    return ROW_FORWARD
""",
    # dz[k] of the layer before, which gave a, from da[k] = Σ dz[j]·W[k][j], j ascending.
    "backward": """
def backward(dz, tiles, a):
    da = [0.0] * len(a)
    for t in TILES:
        {d#, }= dz[PART]
        da = [d {+ d# * w# }for d, ({w#, }) in zip(da, tiles[t])]
    return ROW_BACKWARD
""",
    # Whether all dz[j] are finite, and less than LIMIT.
    "are_small": """
def are_small(dz):
    squares = 0.0
    for t in TILES:
        {d#, }= dz[PART]
        squares += {d# * d# + }0.0
    return squares < LIMIT * LIMIT
""",
    # W[k][j] − learning_rate·(x[k]·dz[j]), for weights that are not −0: see network.py.
    "one_step": """
def one_step(x, dz, tiles, learning_rate):
    stepped = []
    for t in TILES:
        rows = tiles[t].copy()
        {d#, }= dz[PART]
        for k, x_k in x:
            {w#, }= rows[k]
            rows[k] = {w# - learning_rate * (x_k * d#), }
        stepped.append(rows)
    return stepped
""",
    # dW[k][j] = (Σ X[s][k]·dZ[s][j]) / n, s ascending.
    "weight_gradient": """
def weight_gradient(columns, dZ):
    n = len(dZ)
    dW = []
    for t in TILES:
        rows = []
        parts = [dz[PART] for dz in dZ]
        for column in columns:
            {z# = }0.0
            for s, x_s in column:
                {d#, }= parts[s]
                {z# = z# + x_s * d#; }
            rows.append(({z# / n, }))
        dW.append(rows)
    return dW
""",
    # W[k][j] − learning_rate·dW[k][j].
    "step": """
def step(dW, tiles, learning_rate):
    stepped = []
    for t in TILES:
        rows = zip(tiles[t], dW[t])
        stepped.append([({w# - learning_rate * g#, }) for ({w#, }), ({g#, }) in rows])
    return stepped
""",
}


def source(name: str, n_out: int, activation: str = "identity") -> str:
    """The function of that name, its loop over tiles once for each width that they have."""
    each, row = FORWARD[activation]
    template = TEMPLATES[name].replace("EACH_FORWARD", each).replace("ROW_FORWARD", row)
    template = template.replace("ROW_BACKWARD", BACKWARD[activation])
    head, loop = template.split("    for t in", 1)
    loop, end = loop.split("    return", 1)
    places = parts(n_out)
    text = head
    for width in sorted({end - start for start, end in places}):
        tiles = [t for t, (start, end) in enumerate(places) if end - start == width]
        first = places[tiles[0]][0] - width * tiles[0]
        part = f"[{width} * t + {first} : {width} * t + {first + width}]"
        text += "    for t in" + repeated(loop, width).replace("TILES", str(tuple(tiles)))
        text = text.replace("[PART]", part if len(places) > 1 else "")
    return text + "    return" + end


def row_of(activation: str) -> tuple:
    """What gives the row a from a row z, and the row of outputs from that."""
    each, row = FORWARD[activation]
    return f"[{each.replace('#', '_j')} for z_j in z]", row


def parts(n_out: int) -> list:
    """Where each tile of that many outputs begins and ends: as even as can be, wider ones last."""
    count = -(-n_out // WIDTH)
    width, wider = divmod(n_out, count)
    edges = [width * t + max(0, t - (count - wider)) for t in range(count + 1)]
    return list(zip(edges[:-1], edges[1:]))


def repeated(text: str, width: int) -> str:
    """The text with what is in braces repeated for 0 ... width - 1 in place of #."""
    pieces = text.replace("}", "{").split("{")
    for i in range(1, len(pieces), 2):
        pieces[i] = "".join([pieces[i].replace("#", str(j)) for j in range(width)])
    return "".join(pieces)


def body(name: str, n_out: int, activation: str = "identity") -> tuple:
    """The lines of that function without the first and the last, and what it returns."""
    lines = source(name, n_out, activation).strip().split("\n")
    return "\n".join(lines[1:-1]) + "\n", lines[-1].strip()[len("return ") :]
