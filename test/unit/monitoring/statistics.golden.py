"""Writes statistics.golden.json beside this file. Run: pip install scipy==1.17.1 numpy==2.4.6 && python test/unit/monitoring/statistics.golden.py"""

import json
import pathlib

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

rng = np.random.default_rng(20010101)


def edges_of(r):
    return np.unique(np.quantile(r, np.arange(1, 10) / 10, method="inverted_cdf"))


def counts_of(x, edges, nulls):
    counts = np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1).astype(float)
    return counts if nulls is None else np.append(counts, nulls)


def psi(r, c):
    p = (r + 0.5) / (r.sum() + 0.5 * len(r))
    q = (c + 0.5) / (c.sum() + 0.5 * len(c))
    return float(np.sum((q - p) * np.log(q / p)))


def numeric(name, r, c, r_nulls=0, c_nulls=0):
    r, c = np.asarray(r, float), np.asarray(c, float)
    edges = edges_of(r)
    with_nulls = r_nulls > 0 or c_nulls > 0
    a = counts_of(r, edges, r_nulls if with_nulls else None)
    b = counts_of(c, edges, c_nulls if with_nulls else None)
    return {
        "name": name,
        "reference": r.tolist(),
        "current": c.tolist(),
        "referenceNulls": r_nulls,
        "currentNulls": c_nulls,
        "psi": psi(a, b),
        "jensen_shannon": float(jensenshannon(a, b, base=2)),
        "ks": float(ks_2samp(r, c).statistic),
        "wasserstein": float(wasserstein_distance(r, c) / max(np.std(r), 1e-3)),
    }


cases = [
    numeric("normal, shifted", rng.normal(0, 1, 400).round(6), rng.normal(0.4, 1.2, 300).round(6)),
    numeric("many ties", rng.poisson(3, 500), rng.poisson(3.5, 350)),
    numeric("one value in the reference", [5.0] * 40, rng.normal(5, 1, 60).round(3)),
    numeric("disjoint", rng.uniform(0, 1, 100).round(5), rng.uniform(2, 3, 80).round(5)),
    numeric("nulls on both sides", rng.exponential(2, 200).round(4), rng.exponential(3, 250).round(4), 20, 90),
    numeric("heavy tail", (rng.pareto(1.5, 300) * 10).round(3), (rng.pareto(1.2, 300) * 10).round(3)),
]


ROWS = 20_000
ranks = (np.arange(ROWS) + 0.5) / ROWS
steps = np.arange(1, 13)
sums = ((np.arange(ROWS)[:, None] * 12 + steps) * 0.6180339887498949 * (steps - 1 + 1.3)) % 1 - 0.5
normals = np.add.accumulate(sums, axis=1)[:, -1]


def grown(name, r, factor):
    """Values of a reference, which the test makes anew, against the same times a factor."""
    edges = edges_of(r)
    c = r * factor
    score = psi(counts_of(r, edges, None), counts_of(c, edges, None))
    return {"name": name, "factor": factor, "ks": float(ks_2samp(r, c).statistic), "psi": score}


tails = [
    grown("Pareto with shape 0.5", 1 / ((1 - ranks) * (1 - ranks)), 1.5),
    grown("log-normal with sigma 4", np.exp(4 * normals), 1.5),
    grown("normal", normals, 1.2),
]

r = np.array([50.0, 30.0, 20.0, 0.0])
c = np.array([35.0, 30.0, 0.0, 7.0])
categories = {
    "reference": {"ATL": 50, "DFW": 30, "ORD": 20},
    "current": {"ATL": 35, "DFW": 30, "SFO": 7},
    "psi": psi(r, c),
    "jensen_shannon": float(jensenshannon(r, c, base=2)),
}

origin = {
    "library": f"scipy {scipy.__version__}, numpy {np.__version__}",
    "command": "python test/unit/monitoring/statistics.golden.py",
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"origin": origin, "numeric": cases, "tails": tails, "categories": categories}) + "\n")
