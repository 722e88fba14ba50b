"""usage: python prefect_bench.py [--quick] [section ...]   sections: w1 w2 w3 w5 w8 (default: all)"""
import json, os, random, re, shutil, subprocess, sys, time
import peerlib as L

QUICK = "--quick" in sys.argv
WANT = [a for a in sys.argv[1:] if not a.startswith("-")] or ["w1", "w2", "w3", "w8", "w5"]
V = os.path.join(L.HOME, "prefect", "bin")
PORT = 7420
API = f"http://127.0.0.1:{PORT}/api"
VER = subprocess.run([f"{V}/prefect", "--version"], capture_output=True, text=True, env=L.env()).stdout.strip()


def env(db="sqlite", **kw):
    home = os.path.join(L.HOME, "state", f"prefect-{db}")
    os.makedirs(os.path.dirname(home), exist_ok=True)
    e = dict(PREFECT_HOME=home, PREFECT_API_URL=API, PREFECT_SERVER_ANALYTICS_ENABLED="false", PREFECT_CLI_PROMPT="false")
    if db == "pg":
        e["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"postgresql+asyncpg://postgres@127.0.0.1:{L.PGPORT}/prefect"
    return L.env(**e, **kw)


def server(db, fresh=True):
    e = env(db)
    if fresh:
        shutil.rmtree(e["PREFECT_HOME"], ignore_errors=True)
        os.makedirs(e["PREFECT_HOME"])
    if db == "pg":
        L.pg_start("prefect")
    L.start([f"{V}/prefect", "server", "start", "--host", "127.0.0.1", "--port", str(PORT)], "prefect-server.log", e)
    L.wait_http(f"{API}/health")
    return e


def flow(e, name, timeout=900, **kw):
    """One fresh Python process that calls the flow, as `python flow.py` does. -> (seconds of the call, seconds of the process)"""
    L.clear_bodies()
    t = time.perf_counter()
    r = subprocess.run([f"{V}/python", f"{L.HERE}/prefect_flows.py", name, json.dumps(kw)], env=e, cwd=L.OUT, capture_output=True, text=True, timeout=timeout)
    wall = time.perf_counter() - t
    m = re.search(r"SECONDS ([\d.]+) RESULT (\S+)", r.stdout)
    if not m:
        raise RuntimeError(r.stdout[-2000:] + r.stderr[-3000:])
    return float(m[1]), wall


def dep_id(e, name):
    return L.http("GET", f"{API}/deployments/name/{name}")["id"]


def trigger(did, nbodies=1, timeout=120):
    L.clear_bodies()
    t = time.time_ns()
    rid = L.http("POST", f"{API}/deployments/{did}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"]
    b = L.wait_body(nbodies, timeout)
    while L.http("GET", f"{API}/flow_runs/{rid}")["state"]["type"] not in ("COMPLETED", "FAILED", "CRASHED"):
        time.sleep(0.1)
    return (b[0][1] - t) / 1e9, (time.time_ns() - t) / 1e9


MODES = (("default poll 10 s", 5), ("poll 1 s", 10))


def w1b():
    """Only the 1 s poll half."""
    w1(modes=MODES[1:])


def w1(db="sqlite", modes=MODES):
    e = server(db)
    subprocess.run([f"{V}/prefect", "work-pool", "create", "p", "--type", "process"], env=e, check=True, capture_output=True)
    subprocess.run([f"{V}/python", f"{L.HERE}/prefect_flows.py", "deploy"], env=e, check=True, capture_output=True, cwd=L.OUT)
    for mode, n in modes:
        n = 2 if QUICK else n
        fast = mode != "default poll 10 s"
        for kind in ("process worker", "serve"):
            if kind == "serve":
                cmd = [f"{V}/python", f"{L.HERE}/prefect_flows.py", "serve"]
                p = L.start(cmd, "prefect-serve.log", dict(e, **({"PREFECT_RUNNER_POLL_FREQUENCY": "1"} if fast else {})))
                name = "one/served"
            else:
                p = L.start([f"{V}/prefect", "worker", "start", "--pool", "p"], "prefect-worker.log",
                            dict(e, **({"PREFECT_WORKER_QUERY_SECONDS": "1"} if fast else {})))
                name = "one/one"
            time.sleep(12)
            did = dep_id(e, name)
            trigger(did)  # warm-up
            xs, ends = [], []
            for _ in range(n):
                time.sleep(random.uniform(0.5, 2 if fast or QUICK else 10))
                a, z = trigger(did)
                xs.append(a), ends.append(z)
            L.record("Prefect", VER, "W1", f"{kind}, {mode}, {db}", "trigger -> first step body", "s", xs, "REST create_flow_run; a new Python process per run")
            L.record("Prefect", VER, "W1", f"{kind}, {mode}, {db}", "trigger -> run completed", "s", ends)
            if kind == "process worker" and fast:
                n2 = 1 if QUICK else 3
                cid, zs = dep_id(e, "chain/chain"), []
                for _ in range(n2):
                    zs.append(trigger(cid, 100, 300)[1])
                L.record("Prefect", VER, "W2", f"deployed, process worker, {mode}, {db}", "chain 100: trigger -> completed", "s", zs, "same clock as the Airflow and Dagster rows")
            L.stop(p)
    L.stop_all()


def w2():
    n, reps = (5, 1) if QUICK else (100, 5)
    for db in L.DATABASES:
        e = server(db)
        flow(e, "one")
        for mode, persist in (("default (no result kept)", False), ("results persisted", True)):
            tot, ms, wall = [], [], []
            for _ in range(reps):
                s, w = flow(e, "chain", n=n, persist=persist)
                b = L.bodies()
                assert len(b) == n
                tot.append(s), ms.append(L.per_step(b)), wall.append(w)
            m = f"python flow.py, {mode}, {db}"
            L.record("Prefect", VER, "W2", m, f"chain {n}: flow call", "s", tot, "tasks run in the caller's process")
            L.record("Prefect", VER, "W2", m, "ms between step bodies", "ms", ms)
            L.record("Prefect", VER, "W2", m, f"chain {n}: whole process incl. interpreter and import", "s", wall)
        L.stop_all()


def w3():
    n = 20 if QUICK else 1000
    for db, reps in [(db, 3) for db in L.DATABASES]:
        for mode, kw in (("map, default thread pool", {}), ("map, 16 threads", dict(workers=16)), ("map, 16 threads, results persisted", dict(workers=16, persist=True))):
            if db == "pg" and not kw:
                continue
            e = server(db)
            flow(e, "one")
            tot, sps, mem = [], [], []
            try:
                for _ in range(1 if QUICK else reps):
                    with L.Mem() as m:
                        s, _ = flow(e, "fan", n=n, **kw)
                    assert len(L.bodies()) == n + 1
                    tot.append(s), sps.append(n / s), mem.append(m.d())
            except (RuntimeError, AssertionError, subprocess.TimeoutExpired) as x:
                print("FAILED", mode, db, str(x)[-1500:])
            if tot:
                m = f"{mode}, {db}"
                top = max(mem, key=lambda d: d["peak_rss_mb"])
                L.record("Prefect", VER, "W3", m, f"fan-out {n} + join: flow call", "s", tot, "server + flow process (+ PostgreSQL) counted", **top)
                L.record("Prefect", VER, "W3", m, "steps/s", "1/s", sps)
            L.stop_all()


def lag():
    """Task states reach the server as events in the background: how long after the process ended does the server show every task completed?"""
    def count():
        return L.http("POST", f"{API}/task_runs/count", {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}})
    for db in L.DATABASES:
        for name, n, kw in (("chain", 100, {}), ("fan", 1000, dict(workers=16))):
            n = 5 if QUICK else n
            e = server(db)
            flow(e, "one")
            time.sleep(2)
            xs, got = [], []
            for _ in range(1):
                c0 = count()
                s, _ = flow(e, name, n=n, **kw)
                want, t = c0 + n + (name == "fan"), time.perf_counter()
                while count() < want and time.perf_counter() - t < 45:
                    time.sleep(0.2)
                xs.append(time.perf_counter() - t), got.append(count() - c0)
            L.record("Prefect", VER, "W2" if name == "chain" else "W3", f"python flow.py, default, {db}, {name} {n}", "process ended -> server shows all tasks completed", "s", xs,
                     f"completed task runs shown by the server: {got} of {want - c0}; 45 s limit")
            L.stop_all()


def w8():
    hello = os.path.join(L.OUT, "hello.py")
    open(hello, "w").write("from prefect import flow, task\n@task\ndef hi():\n    return 1\n@flow\ndef hello():\n    return hi()\nhello()\n")
    for mode in ("server start + python hello.py (2 commands)", "python hello.py, no server (1 command)"):
        xs = []
        for _ in range(1 if QUICK else 3):
            if mode.startswith("server"):
                t = time.perf_counter()
                e = server("sqlite")
            else:
                e = env("cold")
                del e["PREFECT_API_URL"]
                shutil.rmtree(e["PREFECT_HOME"], ignore_errors=True)
                os.makedirs(e["PREFECT_HOME"])
                t = time.perf_counter()
            subprocess.run([f"{V}/python", hello], env=e, check=True, capture_output=True)
            xs.append(time.perf_counter() - t)
            L.stop_all()
        L.record("Prefect", VER, "W8", mode, "installed -> first run green", "s", xs, "fresh PREFECT_HOME (database made), page cache warm")


def w5():
    for mode, reap in (("kill worker and the run's process", True), ("kill only the worker", False)):
        e = server("sqlite")
        subprocess.run([f"{V}/prefect", "work-pool", "create", "p", "--type", "process"], env=e, check=True, capture_output=True)
        subprocess.run([f"{V}/python", f"{L.HERE}/prefect_flows.py", "deploy"], env=e, check=True, capture_output=True, cwd=L.OUT)
        we = dict(e, PREFECT_WORKER_QUERY_SECONDS="1", PREFECT_FLOWS_HEARTBEAT_FREQUENCY="30")
        w = L.start([f"{V}/prefect", "worker", "start", "--pool", "p"], "prefect-w5.log", we)
        time.sleep(8)
        L.clear_bodies()
        rid = L.http("POST", f"{API}/deployments/{dep_id(e, 'five/five')}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"]
        L.wait_body(3)
        time.sleep(5)
        L.kill9(L.tree(w.pid) if reap else [w.pid])
        t = time.time()
        time.sleep(5)
        L.start([f"{V}/prefect", "worker", "start", "--pool", "p"], "prefect-w5.log", we)
        st, limit = "", 20 if QUICK else 120
        while time.time() - t < limit:
            st = L.http("GET", f"{API}/flow_runs/{rid}")["state"]["type"]
            if st in ("COMPLETED", "FAILED", "CRASHED"):
                break
            time.sleep(0.5)
        dt = time.time() - t
        steps = [x[0] for x in L.bodies()]
        note = f"state {st} {dt:.0f} s after the kill (watched up to {limit} s); step bodies run: {' '.join(steps)}"
        L.record("Prefect", VER, "W5", f"{mode}, flow retries=2, results persisted", "finished without manual action after the kill", "s", [dt] if st == "COMPLETED" else [], note)
        L.stop_all()


try:
    for s in WANT:
        globals()[s]()
finally:
    L.stop_all()
