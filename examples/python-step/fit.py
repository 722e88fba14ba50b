"""Fits a line by least squares, with nothing but the standard library."""
import csv
import json
import os
import pathlib

config = json.load(open(os.environ["PERENNIAL_CONFIG"]))
rounds = config["hyperparameters"]["rounds"]
data = pathlib.Path(os.environ["SM_CHANNEL_POINTS"]) / "output" / "points.csv"
rows = [(float(x), float(y)) for x, y in csv.reader(data.open())]
count = len(rows)

for number in range(1, rounds + 1):
    mean_x = sum(x for x, _ in rows) / count
    mean_y = sum(y for _, y in rows) / count
    slope = sum((x - mean_x) * (y - mean_y) for x, y in rows) / sum((x - mean_x) ** 2 for x, _ in rows)
    intercept = mean_y - slope * mean_x
    error = sum((y - slope * x - intercept) ** 2 for x, y in rows) / count
    print(f"round {number}/{rounds} error={error:.6f}")

line = {"slope": slope, "intercept": intercept}
(pathlib.Path(os.environ["PERENNIAL_MODEL_DIR"]) / "line.json").write_text(json.dumps(line))
(pathlib.Path(os.environ["PERENNIAL_OUTPUT_DIR"]) / "result.json").write_text(json.dumps(line))
