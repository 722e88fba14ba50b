"""Writes training-flights.golden.json: what LightGBM reaches on the feature set of training-flights.test.ts.

pip install lightgbm==4.7.0 scikit-learn duckdb numpy
python test/integration/training/training-flights.golden.py <train.parquet of the feature set> <test.parquet>
"""
import json, pathlib, sys
import duckdb, lightgbm
import numpy as np
from sklearn.metrics import log_loss, roc_auc_score

FEATURES = ["hour", "weekday", "distance", "origin", "route"]


def read(path):
    columns = duckdb.sql(f"SELECT {', '.join(FEATURES)}, __label FROM read_parquet('{path}')").fetchnumpy()
    return np.column_stack([columns[name] for name in FEATURES]), columns["__label"]


train, test = read(sys.argv[1]), read(sys.argv[2])
settings = dict(objective="binary", learning_rate=0.1, num_leaves=31, min_data_in_leaf=20, deterministic=True, num_threads=1, verbosity=-1)
scores = lightgbm.train(settings, lightgbm.Dataset(*train), 40).predict(test[0])
result = {
    "origin": f"lightgbm {lightgbm.__version__}, 40 trees, {len(train[1])} training rows, {len(test[1])} test rows",
    "auc": float(roc_auc_score(test[1], scores)),
    "logLoss": float(log_loss(test[1], scores)),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=2) + "\n")
