"""PyTorch on the processor: modules, automatic differentiation, its SGD."""

from __future__ import annotations

import torch
from given import Given
from torch import nn
from torch.nn import functional

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


class PyTorch:
    """Float64. The last activation is part of the loss, as its manual advises."""

    version = f"PyTorch {torch.__version__}"
    differs = ""

    def __init__(self, given: Given, threads: int) -> None:
        torch.set_num_threads(threads)
        task = self.task = given.task
        self.first = [(tensor(W).T, tensor(b)) for W, b in given.weights]
        self.X = tensor(given.X).double()
        self.Y = tensor(given.Y)
        self.softmax = task.output == "softmax"
        if self.softmax:
            self.Y = self.Y.argmax(dim=1)
        self.net = network(task)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=task.rate)
        self.run = self.predict if task.call == "predict" else self.train

    def reset(self) -> None:
        layers = [module for module in self.net if isinstance(module, nn.Linear)]
        with torch.no_grad():
            for layer, (W, b) in zip(layers, self.first):
                layer.weight.copy_(W)
                if self.task.bias:
                    layer.bias.copy_(b)

    def loss(self, Z, Y):
        """Cross-entropy from what the last layer has before its activation."""
        if self.softmax:
            return functional.cross_entropy(Z, Y)
        return functional.binary_cross_entropy_with_logits(Z, Y, reduction="sum") / len(Y)

    def step(self, X, Y) -> float:
        """One batch: its loss, and gradient descent."""
        self.optimizer.zero_grad()
        loss = self.loss(self.net(X), Y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self) -> None:
        """All epochs; a batch of 1 makes it a call for each sample."""
        n, batch = self.task.samples, self.task.batch
        self.losses = [
            self.step(self.X[i : i + batch], self.Y[i : i + batch])
            for _ in range(self.task.epochs)
            for i in range(0, n, batch)
        ]

    @torch.inference_mode()
    def forward(self, X):
        Z = self.net(X)
        return torch.softmax(Z, dim=1) if self.softmax else torch.sigmoid(Z)

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[i : i + 1])

    def outputs(self):
        return self.forward(self.X).tolist()


def tensor(view: memoryview) -> torch.Tensor:
    """A copy, of bytes or of doubles."""
    kind = torch.uint8 if view.format == "B" else torch.float64
    return torch.frombuffer(bytearray(view), dtype=kind).reshape(view.shape)


def network(task) -> nn.Sequential:
    """Linear layers with activations between them."""
    modules: list[nn.Module] = []
    for n_in, n_out in zip(task.sizes, task.sizes[1:]):
        modules += [nn.Linear(n_in, n_out, bias=task.bias, dtype=torch.float64)]
        modules += [MODULES[task.hidden]()]
    return nn.Sequential(*modules[:-1])
