"""Writes metrics.golden.json beside this file. Run: pip install scikit-learn==1.9.1 numpy==2.4.6 && python test/unit/metrics/metrics.golden.py"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m

rng = np.random.default_rng(20010101)


def binary(name, y, s, w=None):
    y, s = np.asarray(y, int), np.asarray(s, float)
    hard = (s >= 0.5).astype(int)
    return {
        "name": name,
        "labels": y.tolist(),
        "scores": s.tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": {
            "roc_auc": float(m.roc_auc_score(y, s, sample_weight=w)),
            "average_precision": float(m.average_precision_score(y, s, sample_weight=w)),
            "log_loss": float(m.log_loss(y, s, sample_weight=w, labels=[0, 1])),
            "brier": float(m.brier_score_loss(y, s, sample_weight=w)),
            "accuracy": float(m.accuracy_score(y, hard, sample_weight=w)),
            "f1": float(m.f1_score(y, hard, sample_weight=w)),
        },
    }


def regression(name, y, s, w=None):
    y, s = np.asarray(y, float), np.asarray(s, float)
    return {
        "name": name,
        "labels": y.tolist(),
        "scores": s.tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": {
            "mae": float(m.mean_absolute_error(y, s, sample_weight=w)),
            "rmse": float(m.root_mean_squared_error(y, s, sample_weight=w)),
            "r2": float(m.r2_score(y, s, sample_weight=w)),
        },
    }


def noisy(n, digits):
    y = rng.integers(0, 2, n)
    s = np.clip(0.5 + 0.25 * (y - 0.5) + rng.normal(0, 0.2, n), 0.001, 0.999).round(digits)
    return y, s


y, s = noisy(400, 6)
t, u = noisy(500, 1)
e, f = noisy(60, 2)
binaries = [
    binary("distinct scores", y, s),
    binary("many ties", t, np.clip(u, 0, 1)),
    binary("constant score", [0, 1, 1, 0, 1], [0.6] * 5),
    binary("scores of exactly 0 and 1, some wrong", [0, 1, 1, 0, 1, 0], [0, 1, 0, 1, 1, 0.5]),
    binary("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
    binary("rows that count several times or never", e, f, rng.poisson(1, 60)),
]
z = rng.normal(10, 3, 300).round(4)
regressions = [
    regression("noisy", z, (z + rng.normal(0, 1, 300)).round(4)),
    regression("worse than the mean", [1, 2, 3], [3, 2, 1]),
    regression("rows that count several times or never", z[:80], (z[:80] * 0.9).round(4), rng.poisson(1, 80)),
]
origin = {
    "library": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "command": "python test/unit/metrics/metrics.golden.py",
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"origin": origin, "binary": binaries, "regression": regressions}) + "\n")
