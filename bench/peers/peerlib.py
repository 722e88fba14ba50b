"""Shared helpers: processes (tagged, so all of them can be found and stopped by pid), memory sampling, statistics."""
import fcntl, json, os, shutil, signal, statistics, subprocess, threading, time, urllib.request, urllib.error

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.abspath(os.environ.get("PEERS_HOME", ".peers"))  # venvs and state live here
OUT = os.path.join(HOME, "out")
TAG = f"peers-{os.getpid()}"
BODY = os.path.join(OUT, f"bodies-{TAG}.log")
PGPORT = os.environ.get("PEERS_PG_PORT", "7432")
os.makedirs(OUT, exist_ok=True)
DATABASES = ("sqlite", "pg") if os.path.isdir("/usr/lib/postgresql") else ("sqlite",)


def env(**extra):
    e = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "AIRFLOW", "DAGSTER_"))}
    e.update(PEERS_TAG=TAG, PEERS_BODY=BODY, PEERS_HOME=HOME, DO_NOT_TRACK="1", SCARF_ANALYTICS="false",
             PYTHONPATH=HERE, NO_COLOR="1", PYTHONUNBUFFERED="1")
    e.update({k: str(v) for k, v in extra.items()})
    return e


def _ppids():
    m = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                m[int(d)] = int(open(f"/proc/{d}/stat").read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
    return m


_tagged = {}
ROOTS = []


def pids():
    """Every process of ours: carries our tag in its environment, or descends from one that we started."""
    m = _ppids()
    found = set()
    for p in m:
        if p == os.getpid():
            continue
        if p not in _tagged:
            try:
                _tagged[p] = f"PEERS_TAG={TAG}".encode() in open(f"/proc/{p}/environ", "rb").read()
            except OSError:
                _tagged[p] = False
        if _tagged[p]:
            found.add(p)
    for p in list(_tagged):
        if p not in m:
            del _tagged[p]
    roots = {r.pid for r in ROOTS}
    for p in m:
        q = p
        while q in m and q != 1:
            if q in roots:
                found.add(p)
                break
            q = m[q]
    return found


def tree(root):
    m = _ppids()
    res = {root}
    grew = True
    while grew:
        new = {p for p, q in m.items() if q in res} - res
        res |= new
        grew = bool(new)
    return res


def start(cmd, log, e, cwd=None):
    f = open(os.path.join(OUT, log), "ab")
    p = subprocess.Popen(cmd, env=e, cwd=cwd or OUT, stdout=f, stderr=f, stdin=subprocess.DEVNULL, start_new_session=True)
    ROOTS.append(p)
    return p


def kill9(ps):
    for p in ps:
        try:
            os.kill(p, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _born(p):
    try:
        return open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def stop(p, grace=15):
    """SIGTERM one root, then SIGKILL what is left of its tree; only pids that we started (same pid, same start time)."""
    mine = {q: _born(q) for q in tree(p.pid)}
    if p.poll() is None:
        p.send_signal(signal.SIGTERM)
        try:
            p.wait(grace)
        except subprocess.TimeoutExpired:
            mine.update({q: _born(q) for q in tree(p.pid)})
    kill9([q for q, t in mine.items() if t and _born(q) == t])
    try:
        p.wait(5)
    except subprocess.TimeoutExpired:
        pass
    if p in ROOTS:
        ROOTS.remove(p)


def stop_all():
    for p in list(ROOTS)[::-1]:
        stop(p)
    _tagged.clear()
    kill9(pids())


class Mem(threading.Thread):
    """Peak of the summed RSS (shared pages counted in each process) and of the summed PSS (shared pages split)."""
    def __init__(self, period=1.0):
        super().__init__(daemon=True)
        self.period, self.rss, self.pss, self.n, self._go = period, 0, 0, 0, True

    def run(self):
        while self._go:
            rss = pss = 0
            ps = pids()
            for p in ps:
                try:
                    for line in open(f"/proc/{p}/smaps_rollup"):
                        if line.startswith("Rss:"):
                            rss += int(line.split()[1])
                        elif line.startswith("Pss:"):
                            pss += int(line.split()[1])
                            break
                except OSError:
                    pass
            self.rss, self.pss, self.n = max(self.rss, rss), max(self.pss, pss), max(self.n, len(ps))
            time.sleep(self.period)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *a):
        self._go = False
        self.join()

    def d(self):
        return dict(peak_rss_mb=round(self.rss / 1024), peak_pss_mb=round(self.pss / 1024), procs=self.n)


def clear_bodies():
    open(BODY, "w").close()


def bodies():
    """[(label, time_ns, pid)] in the order of writing."""
    return [(a, int(b), int(c)) for a, b, c in (l.split() for l in open(BODY))]


def wait_body(n=1, timeout=120):
    end = time.time() + timeout
    while time.time() < end:
        if os.path.exists(BODY) and len(b := bodies()) >= n:
            return b
        time.sleep(0.02)
    raise TimeoutError("body did not run")


RETRIED = []


def http(method, url, data=None, headers=None, timeout=60):
    r = urllib.request.Request(url, method=method, data=None if data is None else json.dumps(data).encode(),
                               headers={"Content-Type": "application/json", **(headers or {})})
    for left in range(8, -1, -1):
        try:
            with urllib.request.urlopen(r, timeout=timeout) as f:
                t = f.read()
            break
        except urllib.error.HTTPError as x:  # "database locked" of a busy SQLite server; Prefect's own client retries it too
            if x.code != 503 or not left:
                raise
            RETRIED.append(url)
            time.sleep(1)
    return json.loads(t) if t else None


def wait_http(url, timeout=60, period=0.1):
    end = time.time() + timeout
    while time.time() < end:
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except (urllib.error.URLError, OSError, ConnectionError):
            time.sleep(period)
    raise TimeoutError(url)


def stat(xs):
    return dict(n=len(xs), median=statistics.median(xs), min=min(xs), max=max(xs)) if xs else dict(n=0)


RESULTS = os.environ.get("PEERS_RESULTS", os.path.join(HERE, "results.json"))


def record(system, version, workload, mode, metric, unit, xs, notes="", **more):
    row = dict(system=system, version=version, workload=workload, mode=mode, metric=metric, unit=unit,
               **{k: (round(v, 4) if isinstance(v, float) else v) for k, v in stat(xs).items()},
               values=[round(x, 4) for x in xs], notes=notes, load1=round(os.getloadavg()[0], 2), **more)
    lock = open(os.path.join(HOME, "results.lock"), "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    rows = json.load(open(RESULTS)) if os.path.exists(RESULTS) else []
    key = lambda r: (r["system"], r["workload"], r["mode"], r["metric"])
    rows = [r for r in rows if key(r) != key(row)] + [row]
    with open(RESULTS, "w") as f:
        json.dump(rows, f, indent=1)
    lock.close()
    print(f"{time.strftime('%H:%M:%S')} {system} {workload} [{mode}] {metric}: {stat(xs)} {unit} {more} {notes}", flush=True)


def per_step(b, prefix="s"):
    """ms between consecutive step bodies: (last - first) / (count - 1)."""
    t = [x[1] for x in b if x[0].startswith(prefix)]
    return (max(t) - min(t)) / 1e6 / (len(t) - 1)


# PostgreSQL: a private cluster with its default settings (fsync on), as the 'postgres' user when we are root
def pg_start(db):
    binp = os.environ.get("PEERS_PG_BIN") or sorted(
        os.path.join("/usr/lib/postgresql", v, "bin") for v in os.listdir("/usr/lib/postgresql"))[-1]
    data = os.path.join(HOME, "pg")
    as_pg = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if not os.path.exists(os.path.join(data, "PG_VERSION")):
        os.makedirs(data, exist_ok=True)
        if as_pg:
            shutil.chown(data, "postgres")
        subprocess.run([*as_pg, f"{binp}/initdb", "-D", data, "-A", "trust", "-U", "postgres"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    p = start([*as_pg, f"{binp}/postgres", "-D", data, "-p", PGPORT, "-k", data, "-c", "listen_addresses=127.0.0.1",
               "-c", "max_connections=300"], "pg.log", env(), cwd="/")
    for _ in range(200):
        if subprocess.run([f"{binp}/pg_isready", "-h", "127.0.0.1", "-p", PGPORT], stdout=subprocess.DEVNULL).returncode == 0:
            break
        time.sleep(0.1)
    psql = [f"{binp}/psql", "-h", "127.0.0.1", "-p", PGPORT, "-U", "postgres", "-qc"]
    subprocess.run([*psql, f"drop database if exists {db}"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*psql, f"create database {db}"], check=True)
    return p
