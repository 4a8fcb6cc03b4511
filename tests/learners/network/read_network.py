"""Reads a network that `sandlot export` wrote, and computes its outputs with numpy alone.

    network = Network(numpy.load("policy.npz"))
    values, _ = network.predict(rows)        # rows [n, inputs] as the world shows them

Run with files as arguments, it compares its outputs with those that each file holds as `example.*`.
"""

import json
import sys

import numpy


def activate(name, x):
    if name == "relu":
        return numpy.maximum(x, 0)
    if name == "leaky_relu":
        return numpy.maximum(x, 0.01 * x)
    if name == "elu":
        return numpy.where(x > 0, x, numpy.expm1(numpy.minimum(x, 0)))
    if name == "tanh":
        return numpy.tanh(x)
    if name == "sigmoid":
        return sigmoid(x)
    return x


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def windows(layer, x, outside):
    """x [rows, channels last] as [rows, out height, out width, kernel, kernel, channels]."""
    channels, height, width = layer["in"]
    kernel, stride, padding = layer["kernel"], layer["stride"], layer["padding"]
    x = x.reshape(-1, height, width, channels)
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    x = numpy.pad(x, around, constant_values=outside)
    view = numpy.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(1, 2))
    view = view[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    return view[:, : layer["out"][1], : layer["out"][2]]


class Network:
    def __init__(self, arrays):
        self.arrays = arrays
        self.whole = json.loads(str(arrays["architecture"]))
        text = str(arrays["observation"]) if "observation" in arrays else "{}"
        self.observation = json.loads(text)

    def predict(self, rows, state=None, steps=1, starts=None):
        """[rows, groups, atoms], and the state after the last step.

        Recurrent networks: rows are steps × sequences, the first step of all sequences first; state
        [sequences, size] before it; where `starts` is true the state is zeroed before that row.
        """
        x = self.input(numpy.asarray(rows, numpy.float32))
        self.steps, self.starts, self.before, self.after = steps, starts, state, []
        x = self.stream("torso", x)
        shape = (len(x), self.whole["groups"], self.whole["atoms"])
        value = self.stream("value", x).reshape(len(x), 1, -1) if self.whole["dueling"] else None
        outputs = self.stream("head", x).reshape(shape)
        if value is not None:
            outputs = value + outputs - outputs.mean(axis=1, keepdims=True)
        return outputs, numpy.concatenate(self.after, axis=1) if self.after else None

    def input(self, x):
        if self.observation.get("kind") == "discrete":
            return numpy.eye(self.observation["n"], dtype=numpy.float32)[x.astype(int).reshape(-1)]
        if "observation.mean" in self.arrays:  # normalize_observations
            x = (x - self.arrays["observation.mean"]) / self.arrays["observation.deviation"]
            x = numpy.clip(x, -10, 10)
        if "input.mean" in self.arrays:  # standardised by the learner
            x = (x - self.arrays["input.mean"]) / self.arrays["input.deviation"]
        channels, height, width = self.whole["input"]
        x = x.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)  # channels last
        return x.reshape(len(x), -1)

    def stream(self, part, x):
        kept = []
        for layer in self.whole[part]:
            kind = layer["kind"]
            if kind == "keep":
                kept.append(x)
            elif kind == "add":
                x = x + kept.pop()
            else:
                x = getattr(self, kind)(layer, x)
        return x

    def parameter(self, layer, name):
        return self.arrays[layer["name"] + "." + name]

    def dense(self, layer, x):
        y = x @ self.parameter(layer, "weight") + self.parameter(layer, "bias")
        return activate(layer["activation"], y)

    def convolution(self, layer, x):
        weight = self.parameter(layer, "weight")
        patches = windows(layer, x, 0)
        y = patches.reshape(*patches.shape[:3], -1) @ weight + self.parameter(layer, "bias")
        return activate(layer["activation"], y).reshape(len(x), -1)

    def max_pool(self, layer, x):
        return windows(layer, x, -numpy.inf).max(axis=(3, 4)).reshape(len(x), -1)

    def activation(self, layer, x):
        return activate(layer["activation"], x)

    def layer_norm(self, layer, x):
        x = x - x.mean(axis=1, keepdims=True)
        x = x / numpy.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-5)
        return x * self.parameter(layer, "weight") + self.parameter(layer, "bias")

    def recurrent(self, layer, x):
        units, sequences = layer["out"][0], len(x) // self.steps
        w, u = self.parameter(layer, "weight"), self.parameter(layer, "recurrent_weight")
        b = self.parameter(layer, "bias")
        h, c = self.take(units, sequences), None
        if layer["cell"] == "lstm":
            c = self.take(units, sequences)
        outputs = []
        for step in range(self.steps):
            now = slice(step * sequences, (step + 1) * sequences)
            if self.starts is not None:
                going_on = (numpy.asarray(self.starts[now]) == 0)[:, None]
                h = h * going_on
                c = None if c is None else c * going_on
            if layer["cell"] == "rnn":
                h = numpy.tanh(x[now] @ w + h @ u + b)
            elif layer["cell"] == "lstm":
                i, f, g, o = numpy.split(x[now] @ w + h @ u + b, 4, axis=1)
                c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
                h = sigmoid(o) * numpy.tanh(c)
            else:
                of_x = numpy.split(x[now] @ w + b, 3, axis=1)
                of_h = numpy.split(h @ u + self.parameter(layer, "recurrent_bias"), 3, axis=1)
                r, z = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
                h = (1 - z) * numpy.tanh(of_x[2] + r * of_h[2]) + z * h
            outputs.append(h)
        self.after.append(h)
        if c is not None:
            self.after.append(c)
        return numpy.concatenate(outputs)

    def take(self, units, sequences):
        """The next `units` values of each sequence's state."""
        if self.before is None:
            return numpy.zeros((sequences, units), numpy.float32)
        part, self.before = self.before[:, :units], self.before[:, units:]
        return part


def difference(path):
    arrays = numpy.load(path)
    network = Network(arrays)
    given = {}
    if "example.state" in arrays:
        given["state"] = arrays["example.state"]
        given["starts"] = arrays["example.starts"]
        given["steps"] = int(arrays["example.steps"])
    outputs, state = network.predict(arrays["example.values"], **given)
    worst = abs(outputs.reshape(len(outputs), -1) - arrays["example.outputs"]).max()
    if state is not None:
        worst = max(worst, abs(state - arrays["example.new_state"]).max())
    return worst


if __name__ == "__main__":
    good = True
    for name in sys.argv[1:]:
        found = difference(name)
        if not found < 1e-4:
            print(f"{name}: an output differs by {found}")
            good = False
    sys.exit(0 if good else 1)
