#!/usr/bin/python3
"""NEAT by neat-python and by Sandlot: generations per second on the same problem and population.

Both: 150 networks, all inputs joined to all outputs at first, compatibility threshold 3, nodes and
links added at the rates of Stanley & Miikkulainen (2002), one process, no end before the last
generation. Exclusive or is four answers per network; CartPole is one episode of at most 500 steps, by
the larger of two outputs. CartPole is written out below, without the layers that Gymnasium puts around
it. What is counted is processor time, which other programs on the machine disturb little: of
neat-python that of its loop alone, of Sandlot that of the whole program, from start to the files
written.

  PYTHONPATH=neat-python bench/peers/neat_python.py build/release/sim/cli/sandlot [--seeds N]

Needs neat-python 2 (https://github.com/CodeReclaimers/neat-python), a checkout on PYTHONPATH will do;
without it nothing is compared.
"""

import argparse
import csv
import math
import pathlib
import random
import subprocess
import tempfile
import time

from processor_time import children_time

try:
    import neat
except ImportError:
    neat = None

POPULATION = 150
GENERATIONS = {"xor": 100, "cart_pole": 20}

SANDLOT = """\
name: peer
seeds: {seeds}
environment: {{name: {world}}}
agent: {{name: neat, population: {population}, scaled: false}}
training: {{episodes: {episodes}, evaluate: {{every: {episodes}, episodes: 1}}}}
"""

PEER = """\
[NEAT]
fitness_criterion = max
fitness_threshold = 0
no_fitness_termination = True
pop_size = {population}
reset_on_extinction = True

[DefaultGenome]
num_inputs = {inputs}
num_hidden = 0
num_outputs = {outputs}
initial_connection = full_direct
feed_forward = True
compatibility_disjoint_coefficient = 1.0
compatibility_weight_coefficient = 0.4
conn_add_prob = 0.05
conn_delete_prob = 0.0
node_add_prob = 0.03
node_delete_prob = 0.0
single_structural_mutation = True
structural_mutation_surer = default
activation_default = sigmoid
activation_options = sigmoid
activation_mutate_rate = 0.0
aggregation_default = sum
aggregation_options = sum
aggregation_mutate_rate = 0.0
bias_init_type = gaussian
bias_init_mean = 0.0
bias_init_stdev = 1.0
bias_replace_rate = 0.1
bias_mutate_rate = 0.7
bias_mutate_power = 1.0
bias_max_value = 30.0
bias_min_value = -30.0
response_init_type = gaussian
response_init_mean = 1.0
response_init_stdev = 0.0
response_replace_rate = 0.0
response_mutate_rate = 0.0
response_mutate_power = 0.0
response_max_value = 30.0
response_min_value = -30.0
weight_init_type = gaussian
weight_init_mean = 0.0
weight_init_stdev = 1.0
weight_max_value = 30.0
weight_min_value = -30.0
weight_mutate_rate = 0.8
weight_replace_rate = 0.1
weight_mutate_power = 1.0
enabled_default = True
enabled_mutate_rate = 0.01
enabled_rate_to_true_add = 0.0
enabled_rate_to_false_add = 0.0

[DefaultSpeciesSet]
compatibility_threshold = 3.0

[DefaultStagnation]
species_fitness_func = max
max_stagnation = 15
species_elitism = 1

[DefaultReproduction]
elitism = 1
survival_threshold = 0.2
min_species_size = 1
"""


class Steps:
    """Environment steps, over all networks."""

    count = 0


def exclusive_or(network, steps):
    error = 0.0
    for a, b in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
        error += abs(network.activate((a, b))[0] - (1.0 if a != b else 0.0))
    steps.count += 4
    return (4 - error) ** 2


def cart_pole(network, steps, start):
    x, velocity, angle, turn = start
    for step in range(500):
        left, right = network.activate((x, velocity, angle, turn))
        force = 10.0 if right > left else -10.0
        cosine, sine = math.cos(angle), math.sin(angle)
        push = (force + 0.05 * turn * turn * sine) / 1.1
        turning = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * cosine**2 / 1.1))
        moving = push - 0.05 * turning * cosine / 1.1
        x, velocity = x + 0.02 * velocity, velocity + 0.02 * moving
        angle, turn = angle + 0.02 * turn, turn + 0.02 * turning
        if abs(x) > 2.4 or abs(angle) > 12 * math.pi / 180:
            break
    steps.count += step + 1
    return step + 1.0


def peer(world, seeds):
    """Seconds and steps of neat-python, over all seeds."""
    steps = Steps()

    def evaluate(genomes, config):
        # All of a generation play the same episode, as in Sandlot.
        start = [random.uniform(-0.05, 0.05) for _ in range(4)]
        for _, genome in genomes:
            network = neat.nn.FeedForwardNetwork.create(genome, config)
            genome.fitness = (exclusive_or(network, steps) if world == "xor" else
                              cart_pole(network, steps, start))

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "peer.ini")
        inputs, outputs = (2, 1) if world == "xor" else (4, 2)
        path.write_text(PEER.format(population=POPULATION, inputs=inputs, outputs=outputs))
        seconds = 0.0
        for seed in range(1, seeds + 1):
            random.seed(seed)
            config = neat.Config(neat.DefaultGenome, neat.DefaultReproduction,
                                 neat.DefaultSpeciesSet, neat.DefaultStagnation, str(path))
            population = neat.Population(config)
            start = time.process_time()
            population.run(evaluate, GENERATIONS[world])
            seconds += time.process_time() - start
    return seconds, steps.count


def sandlot(program, world, seeds):
    """Seconds and steps of Sandlot, over all seeds."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "peer.yaml")
        config.write_text(SANDLOT.format(world=world, seeds=list(range(1, seeds + 1)),
                                         population=POPULATION,
                                         episodes=GENERATIONS[world] * POPULATION))
        before = children_time()
        subprocess.run([program, "train", config, "--out", folder, "--jobs", "1", "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        seconds = children_time() - before
        steps = 0
        for metrics in pathlib.Path(folder).glob("peer/*/metrics.csv"):
            with open(metrics, encoding="utf-8") as rows:
                steps += int(list(csv.DictReader(rows))[-1]["steps"])
        return seconds, steps


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the sandlot to compare")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each")
    options = parser.parse_args()
    if neat is None:
        print("neat-python is not there (PYTHONPATH): nothing is compared")
        return
    for world, generations in GENERATIONS.items():
        total = generations * options.seeds
        theirs, their_steps = peer(world, options.seeds)
        ours, our_steps = sandlot(options.program, world, options.seeds)
        print(f"{world}, {POPULATION} networks, {generations} generations, {options.seeds} seeds")
        for name, seconds, steps in (("neat-python " + neat.__version__, theirs, their_steps),
                                     ("Sandlot", ours, our_steps)):
            print(f"  {name:20}{total / seconds:10,.1f} generations/s {theirs / seconds:8.1f}"
                  f"{steps / seconds:14,.0f} steps/s {steps * theirs / (their_steps * seconds):8.1f}")


if __name__ == "__main__":
    main()
