#!/usr/bin/python3
"""Background traffic of the city and SUMO's, on grids of the same size with as many vehicles.

Both drive without a picture, in steps of 0.1 s, one thread. SUMO's grid comes from netgenerate, its
vehicles follow random ways that end with the run, by its own IDM and its lane changes, and it says
itself how many vehicle updates it made. Ours is bench_city's: generated streets with signals,
crossings and as many vehicles, which turn at random. Processor time is counted, of SUMO that of the
whole program.

  bench/peers/city_traffic.py build/release/bench/bench_city [--vehicles 1000] [--seconds 300]

Needs Debian's sumo.
"""

import argparse
import json
import pathlib
import random
import re
import resource
import subprocess
import tempfile
import xml.etree.ElementTree as xml


def write_routes(net, file, vehicles, seconds, seed):
    """Random walks over the net's connections, long enough for the run."""
    root = xml.parse(net).getroot()
    edges = [e.get("id") for e in root.iter("edge") if e.get("function") != "internal"]
    after = {edge: [] for edge in edges}
    for c in root.iter("connection"):
        if c.get("from") in after and c.get("to") in after:
            after[c.get("from")].append(c.get("to"))
    draw = random.Random(seed)
    with open(file, "w", encoding="utf-8") as out:
        out.write('<routes><vType id="car" carFollowModel="IDM" length="4.5" accel="1.5" decel="2"/>\n')
        for i in range(vehicles):
            way = [draw.choice(edges)]
            for _ in range(max(20, int(seconds * 14 / 50))):
                way.append(draw.choice(after[way[-1]]))
            out.write(f'<vehicle id="{i}" type="car" depart="0" departPos="random_free" '
                      f'departLane="random"><route edges="{" ".join(way)}"/></vehicle>\n')
        out.write("</routes>\n")


def sumo(options):
    with tempfile.TemporaryDirectory() as folder:
        net, routes = pathlib.Path(folder, "grid.net.xml"), pathlib.Path(folder, "cars.rou.xml")
        subprocess.run(["netgenerate", "--grid", f"--grid.number={options.crossings}",
                        f"--grid.length={options.block}", "--default.lanenumber=1",
                        "--tls.guess", "--tls.guess.threshold=0", "-o", net],
                       check=True, capture_output=True)
        write_routes(net, routes, options.vehicles, options.seconds, 1)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        run = subprocess.run(["sumo", "-n", net, "-r", routes, "--step-length=0.1",
                              f"--end={options.seconds}", "--no-step-log", "--duration-log.statistics",
                              "--time-to-teleport=-1", "--no-warnings", "--threads=1"],
                             check=True, capture_output=True, text=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    text = run.stdout + run.stderr
    wall = float(re.search(r"Duration: ([0-9.]+) ?s", text).group(1))
    updates = float(re.search(r"UPS: ([0-9.]+)", text).group(1)) * wall / used
    inserted = int(re.search(r"Inserted: ([0-9]+)", text).group(1))
    return updates, inserted


def ours(options):
    run = subprocess.run([options.bench, f"--benchmark_filter=traffic/{options.vehicles}$",
                          "--benchmark_format=json"], check=True, capture_output=True, text=True)
    result = json.loads(run.stdout)["benchmarks"][0]
    return result["items_per_second"], int(result["vehicles"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench", help="the built bench_city")
    parser.add_argument("--vehicles", type=int, default=1000, choices=[100, 1000])
    parser.add_argument("--seconds", type=int, default=300, help="simulated by SUMO")
    parser.add_argument("--crossings", type=int, default=20, help="along a side of SUMO's grid")
    parser.add_argument("--block", type=int, default=90, help="metres between them")
    options = parser.parse_args()
    theirs, inserted = sumo(options)
    mine, vehicles = ours(options)
    print(f"SUMO     {theirs / 1e6:8.2f} million vehicle updates/s, {inserted} vehicles")
    print(f"Sandlot  {mine / 1e6:8.2f} million vehicle updates/s, {vehicles} vehicles")
    print(f"ratio    {mine / theirs:8.1f}")


if __name__ == "__main__":
    main()
