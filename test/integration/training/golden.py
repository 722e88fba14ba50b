"""Writes lightgbm.golden.json: what LightGBM reaches on the rows of synthetic.ts.

pip install lightgbm==4.7.0 scikit-learn numpy && python test/integration/training/golden.py
"""
import json, math, pathlib
import lightgbm
import numpy as np
from sklearn.metrics import log_loss, roc_auc_score


def synthetic(task, rows, seed):
    state = seed

    def random():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state / 2**32

    features, labels = np.empty((rows, 8), np.float32), np.empty(rows, np.float32)
    for row in range(rows):
        x = [random() for _ in range(8)]
        x[6] = math.floor(x[6] * 4)
        missing = random() < 0.1
        signal = 3 * (x[0] - 0.5) + (1.5 if x[1] > 0.6 else 0) - 4 * abs(x[2] - 0.5) + 2 * x[3] * x[4] + (x[6] == 2)
        total = signal + (1.2 if missing else x[7]) - 1.4
        noise = random()
        labels[row] = noise < 1 / (1 + 2.718281828459045 ** (-2 * total)) if task == "binary" else total + noise - 0.5
        features[row] = x
        if missing:
            features[row, 7] = np.nan
    return features, labels


def fit(task, **parameters):
    features, labels = synthetic(task, 6000, 1)
    settings = dict(objective="binary" if task == "binary" else "l2", learning_rate=0.1, num_leaves=15, min_data_in_leaf=20,
                    deterministic=True, num_threads=1, verbosity=-1) | parameters
    trees = settings.pop("trees")
    model = lightgbm.train(settings, lightgbm.Dataset(features, labels), trees)
    test, truth = synthetic(task, 4000, 2)
    scores = model.predict(test)
    if task == "regression":
        return {"rmse": float(np.sqrt(np.mean((truth - scores) ** 2)))}
    return {"auc": float(roc_auc_score(truth, scores)), "logLoss": float(log_loss(truth, scores))}


result = {
    "origin": f"lightgbm {lightgbm.__version__}, python test/integration/training/golden.py",
    "binary": fit("binary", trees=40),
    "binaryRegularised": fit("binary", trees=60, num_leaves=31, lambda_l2=10, min_data_in_leaf=50, max_bin=63),
    "regression": fit("regression", trees=80),
}
pathlib.Path(__file__).with_name("lightgbm.golden.json").write_text(json.dumps(result, indent=2) + "\n")
