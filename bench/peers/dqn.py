#!/usr/bin/python3
"""A DQN loop as people write it in Python with PyTorch, and Sandlot's DQN, on CartPole.

Both: network 4-120-84-2, Adam, batches of 128, an update every 10 steps, one thread. What is counted
is processor time, which other programs on the machine disturb little: of the Python side that of its
loop alone, of Sandlot that of the whole program, from start to the files written. CartPole is written
out below, without the layers that Gymnasium puts around it, so the peer is faster than usual.

  bench/peers/dqn.py build/release/sim/cli/sandlot [--steps N]

Needs python3-torch and python3-numpy.
"""

import argparse
import math
import pathlib
import subprocess
import tempfile
import time

import numpy
import torch

from processor_time import children_time

CONFIG = """\
name: peer
seed: 1
environment: {{name: cart_pole}}
agent:
  name: dqn
  value_function: {{learner: mlp, hidden: [120, 84], backend: {backend}}}
  optimizer: {{learning_rate: 0.00025}}
  discount: 0.99
  epsilon: {{kind: linear, from: 1, to: 0.05, steps: 25000}}
  batch: 128
  train_every: 10
  learning_starts: 1000
  target: {{every: 500}}
  replay: {{capacity: 10000}}
training: {{steps: {steps}, evaluate: {{every: {steps}, episodes: 1}}}}
"""


class CartPole:
    def __init__(self, random):
        self.random = random

    def reset(self):
        self.state = self.random.uniform(-0.05, 0.05, 4)
        self.steps = 0
        return self.state.astype(numpy.float32)

    def step(self, action):
        x, v, angle, turn = self.state
        force = 10.0 if action == 1 else -10.0
        cosine, sine = math.cos(angle), math.sin(angle)
        push = (force + 0.05 * turn * turn * sine) / 1.1
        turning = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * cosine**2 / 1.1))
        moving = push - 0.05 * turning * cosine / 1.1
        self.state = numpy.array(
            [x + 0.02 * v, v + 0.02 * moving, angle + 0.02 * turn, turn + 0.02 * turning])
        self.steps += 1
        terminated = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * math.pi / 180
        return self.state.astype(numpy.float32), 1.0, terminated, self.steps >= 500


class Replay:
    def __init__(self, capacity, random):
        self.observations = numpy.zeros((capacity, 4), numpy.float32)
        self.next = numpy.zeros((capacity, 4), numpy.float32)
        self.actions = numpy.zeros((capacity, 1), numpy.int64)
        self.rewards = numpy.zeros(capacity, numpy.float32)
        self.ends = numpy.zeros(capacity, numpy.float32)
        self.capacity, self.count, self.random = capacity, 0, random

    def add(self, observation, action, reward, following, terminated):
        at = self.count % self.capacity
        self.observations[at], self.next[at] = observation, following
        self.actions[at], self.rewards[at], self.ends[at] = action, reward, terminated
        self.count += 1

    def sample(self, size):
        rows = self.random.integers(0, min(self.count, self.capacity), size)
        return [torch.from_numpy(a[rows]) for a in
                (self.observations, self.actions, self.rewards, self.next, self.ends)]


def network():
    return torch.nn.Sequential(torch.nn.Linear(4, 120), torch.nn.ReLU(), torch.nn.Linear(120, 84),
                               torch.nn.ReLU(), torch.nn.Linear(84, 2))


def python_dqn(steps):
    """Steps per second of processor time of the loop."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random = numpy.random.default_rng(1)
    world, replay = CartPole(random), Replay(10_000, random)
    online, target = network(), network()
    target.load_state_dict(online.state_dict())
    adam = torch.optim.Adam(online.parameters(), lr=2.5e-4)
    observation = world.reset()
    start = time.process_time()
    for step in range(steps):
        epsilon = max(0.05, 1 - 0.95 * step / 25_000)
        if random.random() < epsilon:
            action = int(random.integers(2))
        else:
            with torch.no_grad():
                action = int(online(torch.from_numpy(observation).unsqueeze(0)).argmax())
        following, reward, terminated, truncated = world.step(action)
        replay.add(observation, action, reward, following, terminated)
        observation = world.reset() if terminated or truncated else following
        if step >= 1000 and step % 10 == 0:
            seen, actions, rewards, then, ends = replay.sample(128)
            with torch.no_grad():
                goal = rewards + 0.99 * (1 - ends) * target(then).max(1).values
            values = online(seen).gather(1, actions).squeeze(1)
            loss = torch.nn.functional.mse_loss(values, goal)
            adam.zero_grad()
            loss.backward()
            adam.step()
        if step % 500 == 0:
            target.load_state_dict(online.state_dict())
    return steps / (time.process_time() - start)


def sandlot_dqn(program, backend, steps):
    """Steps per second of processor time of the whole program."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "peer.yaml")
        config.write_text(CONFIG.format(backend=backend, steps=steps))
        before = children_time()
        subprocess.run([program, "train", config, "--out", folder, "--quiet"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return steps / (children_time() - before)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the sandlot to compare")
    parser.add_argument("--steps", type=int, default=50_000, help="of the Python loop")
    options = parser.parse_args()
    peer = python_dqn(options.steps)
    print(f"{'Python, PyTorch ' + torch.__version__:32}{peer:10,.0f} steps/s   1.0")
    for backend, factor in (("eigen", 10), ("torch", 2)):
        speed = sandlot_dqn(options.program, backend, factor * options.steps)
        print(f"{'Sandlot, backend: ' + backend:32}{speed:10,.0f} steps/s {speed / peer:5.1f}")


if __name__ == "__main__":
    main()
